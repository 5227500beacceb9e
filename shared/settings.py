"""SETTINGS: the app's settings, read once and checked; reads nothing else."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.notices import NotifyOn
from shared.domain.objects import Format
from shared.domain.scope import DEFAULT_EXCLUDES, Scope, parse_excludes, parse_roots
from shared.errors import SettingError
from shared.setting_values import (
    Secret,
    branch,
    connection_string,
    duration,
    flag,
    host_url,
    number,
    schedule,
    secret,
    secret_url,
    url,
    word,
)

STORAGE = "AzureWebJobsStorage"
HTTP_ACCESS, KEYS, ENTRA = "HTTP_ACCESS", "keys", "entra"

_NO_TIME = timedelta(seconds=1)
_TWO_DAYS = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Databricks:
    """The workspace; without a token, the managed identity signs in."""

    host: str
    token: Secret | None
    list_rps: int
    export_rps: int
    import_rps: int


@dataclass(frozen=True, slots=True)
class AzureDevOps:
    """The backup repository; without a PAT, the managed identity signs in."""

    org_url: str
    project: str
    repository: str
    branch: str
    pat: Secret | None


@dataclass(frozen=True, slots=True)
class Storage:
    """The storage account: a connection string, or addresses and the identity."""

    connection_string: Secret | None
    blob_url: str = ""
    queue_url: str = ""
    table_url: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told about runs' ends, and which; without an address, nobody.

    `runbook_url` is the page that says what to do, empty for none.
    """

    webhook_url: Secret | None
    on: NotifyOn
    runbook_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. `client_id` is the user-assigned identity, empty for none."""

    databricks: Databricks
    azure_devops: AzureDevOps
    storage: Storage
    client_id: str
    scope: Scope
    notebook_format: Format
    schedule: str
    paused: bool
    max_age: timedelta
    max_parallel_shards: int
    shard_max_objects: int
    export_concurrency: int
    fuse_percent: int
    fuse_minimum: int
    run_deadline: timedelta
    run_retries: int
    audit_schedule: str
    audit_slices: int
    http_access: str
    restore_enabled: bool
    restore_roots: tuple[str, ...]
    retention_days: int
    notify: Notify
    log_level: str


@dataclass(frozen=True, slots=True)
class _Reader:
    """The environment, asked setting by setting; an empty one counts as absent."""

    environ: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.environ.get(name, "").strip()

    def value[T](
        self, name: str, parse: Callable[[str], T], example: str, default: str = ""
    ) -> T:
        """The parsed value; without one and without a default, `SettingError`."""
        text = self.text(name) or default
        if not text:
            raise SettingError(name, "is missing", example)
        try:
            return parse(text)
        except ValueError as error:
            raise SettingError(name, str(error), example) from None

    def optional[T](
        self, name: str, parse: Callable[[str], T], example: str
    ) -> T | None:
        """The parsed value, None where there is none."""
        return self.value(name, parse, example) if self.text(name) else None

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        return self.value(
            name, lambda text: number(text, lowest, highest), str(default), str(default)
        )

    def word(self, name: str, *words: str) -> str:
        return self.value(name, lambda text: word(text, words), words[0], words[0])


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment.

    `SettingError` names the first setting that is missing or cannot be used.
    """
    reader = _Reader(os.environ if environ is None else environ)
    return Settings(
        databricks=_databricks(reader),
        azure_devops=_azure_devops(reader),
        storage=read_storage(reader.environ),
        client_id=reader.text("AZURE_CLIENT_ID"),
        scope=_scope(reader),
        notebook_format=Format(reader.word("EXPORT_FORMAT", "SOURCE", "JUPYTER")),
        schedule=_schedule(reader, "BACKUP_SCHEDULE", "0 0 2 * * *"),
        paused=_flag(reader, "BACKUP_PAUSED", "false"),
        max_age=timedelta(hours=reader.number("BACKUP_MAX_AGE_HOURS", 25, 1, 47)),
        max_parallel_shards=reader.number("MAX_PARALLEL_SHARDS", 4, 1, 64),
        shard_max_objects=reader.number("SHARD_MAX_OBJECTS", 2000, 1, 10_000),
        export_concurrency=reader.number("EXPORT_CONCURRENCY", 16, 1, 64),
        fuse_percent=reader.number("DELETE_FUSE_PERCENT", 25, 0, 100),
        fuse_minimum=reader.number("DELETE_FUSE_MINIMUM", 100, 0, 10_000_000),
        run_deadline=_deadline(reader),
        run_retries=reader.number("RUN_RETRIES", 2, 0, 10),
        audit_schedule=_schedule(reader, "AUDIT_SCHEDULE", "0 0 5 * * *"),
        audit_slices=reader.number("AUDIT_SLICES", 30, 1, 366),
        http_access=reader.word(HTTP_ACCESS, KEYS, ENTRA),
        restore_enabled=_flag(reader, "RESTORE_ENABLED", "true"),
        restore_roots=_roots(reader, "RESTORE_ROOTS"),
        retention_days=reader.number("STATE_RETENTION_DAYS", 90, 1, 3650),
        notify=_notify(reader),
        log_level=_log_level(reader),
    )


def read_http_access(environ: Mapping[str, str] | None = None) -> str:
    """`entra` where sign-in stands in front of the HTTP API, `keys` in all other cases.

    Asked while the app is indexed, which nothing may stop: a word that is neither asks
    for keys, and is named at the first use of the settings.
    """
    text = _Reader(os.environ if environ is None else environ).text(HTTP_ACCESS)
    return ENTRA if text.lower() == ENTRA else KEYS


def read_storage(environ: Mapping[str, str]) -> Storage:
    """The storage account, as the Functions host reads it from the same settings."""
    reader = _Reader(environ)
    text = reader.optional(STORAGE, connection_string, "UseDevelopmentStorage=true")
    if text:
        return Storage(text)
    return Storage(
        None,
        blob_url=_service_url(reader, "blob"),
        queue_url=_service_url(reader, "queue"),
        table_url=_service_url(reader, "table"),
        client_id=reader.text(f"{STORAGE}__clientId"),
    )


def _service_url(reader: _Reader, service: str) -> str:
    name = f"{STORAGE}__{service}ServiceUri"
    example = f"https://account.{service}.core.windows.net"
    account = reader.text(f"{STORAGE}__accountName")
    if account and not (account.isascii() and account.isalnum() and account.islower()):
        problem = f"is {account!r}, not a storage account's name"
        raise SettingError(f"{STORAGE}__accountName", problem, "stbackup123")
    default = f"https://{account}.{service}.core.windows.net" if account else ""
    return reader.value(name, url, example, default)


def _databricks(reader: _Reader) -> Databricks:
    example = "https://adb-1234567890123456.7.azuredatabricks.net"
    return Databricks(
        host=reader.value("DATABRICKS_HOST", host_url, example),
        token=reader.optional("DATABRICKS_TOKEN", secret, "dapi..."),
        list_rps=reader.number("DATABRICKS_LIST_RPS", 30, 1, 1_000_000),
        export_rps=reader.number("DATABRICKS_EXPORT_RPS", 30, 1, 1_000_000),
        import_rps=reader.number("DATABRICKS_IMPORT_RPS", 15, 1, 1_000_000),
    )


def _azure_devops(reader: _Reader) -> AzureDevOps:
    return AzureDevOps(
        org_url=reader.value(
            "AZURE_DEVOPS_ORG_URL", url, "https://dev.azure.com/contoso"
        ),
        project=reader.value("AZURE_DEVOPS_PROJECT", _name, "Data Platform"),
        repository=reader.value("AZURE_DEVOPS_REPOSITORY", _name, "workspace-backup"),
        branch=reader.value("AZURE_DEVOPS_BRANCH", branch, "main", "main"),
        pat=reader.optional("AZURE_DEVOPS_PAT", secret, "a personal access token"),
    )


def _name(text: str) -> str:
    if "/" in text or not text.isprintable():
        raise ValueError(f"is {text!r}; the plain name is wanted")
    return text


def _scope(reader: _Reader) -> Scope:
    name, defaults = "BACKUP_EXCLUDE", ";".join(DEFAULT_EXCLUDES)
    excludes = reader.value(name, _named(parse_excludes), defaults, defaults)
    return Scope(_roots(reader, "BACKUP_ROOTS"), excludes)


def _roots(reader: _Reader, name: str) -> tuple[str, ...]:
    return reader.value(name, _named(parse_roots), "/Shared;/Users", "/")


def _named[T](parse: Callable[[str], T]) -> Callable[[str], T]:
    """The domain's parser, with its sentence made to go on after the name."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise ValueError(f"cannot be used: {error}") from None

    return parsed


def _schedule(reader: _Reader, name: str, default: str) -> str:
    return reader.value(name, schedule, default, default)


def _flag(reader: _Reader, name: str, default: str) -> bool:
    return reader.value(name, flag, default, default)


def _deadline(reader: _Reader) -> timedelta:
    default = "04:00:00"

    def bounded(text: str) -> timedelta:
        return duration(text, _NO_TIME, _TWO_DAYS)

    return reader.value("RUN_DEADLINE", bounded, default, default)


RUNBOOK_EXAMPLE = "https://wiki.example.com/backup/operations"


def _notify(reader: _Reader) -> Notify:
    example = "https://hooks.slack.com/services/..."
    return Notify(
        webhook_url=reader.optional("NOTIFY_WEBHOOK_URL", secret_url, example),
        on=NotifyOn(reader.word("NOTIFY_ON", "trouble", "always", "never")),
        runbook_url=reader.optional("RUNBOOK_URL", url, RUNBOOK_EXAMPLE) or "",
    )


def _log_level(reader: _Reader) -> str:
    return reader.word("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")
