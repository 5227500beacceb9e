"""Settings: what is read, and what is said about those that cannot be used."""

import logging
import pickle
from datetime import timedelta

import pytest

from shared.domain.objects import Format
from shared.domain.scope import DEFAULT_EXCLUDES
from shared.errors import SettingError
from shared.setting_values import Secret, schedule
from shared.settings import Settings, Storage, read_http_access, read_settings

NEEDED = {
    "DATABRICKS_HOST": "https://adb-1.7.azuredatabricks.net",
    "AZURE_DEVOPS_ORG_URL": "https://dev.azure.com/contoso",
    "AZURE_DEVOPS_PROJECT": "Data Platform",
    "AZURE_DEVOPS_REPOSITORY": "workspace-backup",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}
SECRETS = {
    "DATABRICKS_TOKEN": "dapi0123456789",
    "AZURE_DEVOPS_PAT": "pat0123456789",
    "NOTIFY_WEBHOOK_URL": "https://hooks.example.com/services/hook0123456789",
    "AzureWebJobsStorage": "AccountName=a;AccountKey=key0123456789==",
}


def read(**changes: str) -> Settings:
    return read_settings({**NEEDED, **changes})


def test_the_defaults_are_those_of_the_documentation() -> None:
    settings = read()

    assert settings.scope.roots == ("/",)
    assert settings.scope.excludes == DEFAULT_EXCLUDES
    assert settings.notebook_format is Format.SOURCE
    assert settings.azure_devops.branch == "main"
    assert settings.schedule == "0 0 2 * * *"
    assert settings.paused is False
    assert settings.databricks.list_rps == 30
    assert settings.databricks.export_rps == 30
    assert settings.databricks.import_rps == 15
    assert settings.max_parallel_shards == 4
    assert settings.shard_max_objects == 2000
    assert settings.export_concurrency == 16
    assert (settings.fuse_percent, settings.fuse_minimum) == (25, 100)
    assert settings.run_deadline == timedelta(hours=4)
    assert settings.run_retries == 2
    assert (settings.audit_schedule, settings.audit_slices) == ("0 0 5 * * *", 30)
    assert (settings.restore_enabled, settings.restore_roots) == (True, ("/",))
    assert settings.retention_days == 90
    assert settings.http_access == "keys"
    assert (settings.notify.webhook_url, settings.notify.on) == (None, "trouble")
    assert settings.log_level == "INFO"


def test_a_word_that_says_no_access_asks_for_keys_and_is_named_later() -> None:
    assert read_http_access({"HTTP_ACCESS": "entre"}) == "keys"

    with pytest.raises(SettingError, match="HTTP_ACCESS is 'entre'"):
        read(HTTP_ACCESS="entre")


def test_without_tokens_the_managed_identity_is_meant() -> None:
    settings = read(AZURE_CLIENT_ID="11111111-2222-3333-4444-555555555555")

    assert settings.databricks.token is None
    assert settings.azure_devops.pat is None
    assert settings.client_id == "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_setting_is_named_with_an_example(
    name: str, value: str | None
) -> None:
    environ = {k: v for k, v in NEEDED.items() if k != name}
    if value is not None:
        environ[name] = value

    with pytest.raises(SettingError, match="is missing; for example: ") as caught:
        read_settings(environ)
    assert caught.value.setting.startswith(name)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABRICKS_HOST", "https://host/?o=1", "more in it"),
        ("DATABRICKS_HOST", "https://host/path", "has a path"),
        ("DATABRICKS_HOST", "http://host", "unencrypted"),
        ("DATABRICKS_HOST", "ftp://host", "not a URL"),
        ("DATABRICKS_HOST", "https://[", "not a URL"),
        ("DATABRICKS_HOST", "https://host:port", "not a URL"),
        ("AZURE_DEVOPS_ORG_URL", "https://me@dev.azure.com/contoso", "more in it"),
        ("AZURE_DEVOPS_ORG_URL", "dev.azure.com/contoso", "not a URL"),
        ("AZURE_DEVOPS_PROJECT", "a/b", "plain name"),
        ("AZURE_DEVOPS_BRANCH", "refs/heads/main", "without refs/heads/"),
        ("AZURE_DEVOPS_BRANCH", "a b", "does not take"),
        ("AZURE_DEVOPS_BRANCH", "a..b", "does not take"),
        ("AZURE_DEVOPS_BRANCH", "a.lock", "does not take"),
        ("AZURE_DEVOPS_BRANCH", "-a", "does not take"),
        ("DATABRICKS_TOKEN", "two words", "no token has"),
        ("DATABRICKS_TOKEN", "naïve", "no token has"),
        ("AZURE_DEVOPS_PAT", "@Microsoft.KeyVault(SecretUri=x)", "Key Vault"),
        ("BACKUP_ROOTS", "Shared", "not an absolute"),
        ("BACKUP_ROOTS", "/a;/b/../c", "names no folder"),
        ("RESTORE_ROOTS", "Shared", "not an absolute"),
        ("EXPORT_FORMAT", "HTML", "none of SOURCE, JUPYTER"),
        ("BACKUP_PAUSED", "maybe", "neither true nor false"),
        ("BACKUP_SCHEDULE", "0 2 * * *", "5 fields, not six"),
        ("AUDIT_SCHEDULE", "0 0 25 * * *", "'25' for the hours"),
        ("DATABRICKS_LIST_RPS", "0", "from 1 to"),
        ("DATABRICKS_EXPORT_RPS", "30.5", "not a whole number"),
        ("DATABRICKS_IMPORT_RPS", "-1", "not a whole number"),
        ("MAX_PARALLEL_SHARDS", "0", "from 1 to 64"),
        ("SHARD_MAX_OBJECTS", "many", "not a whole number"),
        ("EXPORT_CONCURRENCY", "1000", "from 1 to 64"),
        ("DELETE_FUSE_PERCENT", "101", "from 0 to 100"),
        ("DELETE_FUSE_MINIMUM", "", ""),
        ("RUN_DEADLINE", "4h", "not hours:minutes:seconds"),
        ("RUN_DEADLINE", "04:60:00", "not hours:minutes:seconds"),
        ("RUN_DEADLINE", "00:00:00", "not between"),
        ("RUN_DEADLINE", "99:00:00", "not between"),
        ("RUN_RETRIES", "11", "from 0 to 10"),
        ("AUDIT_SLICES", "0", "from 1 to 366"),
        ("STATE_RETENTION_DAYS", "0", "from 1 to"),
        ("NOTIFY_WEBHOOK_URL", "hooks.example.com", "not a URL"),
        ("NOTIFY_WEBHOOK_URL", "http://hooks.example.com", "unencrypted"),
        ("NOTIFY_WEBHOOK_URL", "http://127.0.0.1.example.com/x", "unencrypted"),
        ("NOTIFY_WEBHOOK_URL", "http://localhost@example.com/x", "more in it"),
        ("NOTIFY_WEBHOOK_URL", "https://a:b@hooks.example.com", "more in it"),
        ("NOTIFY_WEBHOOK_URL", "https://hooks.example.com/x#y", "more in it"),
        ("NOTIFY_WEBHOOK_URL", "https://hooks.example.com\\@x", "not a URL"),
        ("NOTIFY_WEBHOOK_URL", "https://hooks.example.com:x/y", "not a URL"),
        ("NOTIFY_WEBHOOK_URL", "https://[hooks/x", "not a URL"),
        ("NOTIFY_WEBHOOK_URL", "https://hooks.example.com/a b", "no address"),
        ("NOTIFY_WEBHOOK_URL", "ftp://hooks.example.com/x", "not a URL"),
        ("NOTIFY_WEBHOOK_URL", "@Microsoft.KeyVault(SecretUri=x)", "Key Vault"),
        ("NOTIFY_ON", "sometimes", "none of trouble, always, never"),
        ("RUNBOOK_URL", "docs/operations.md", "not a URL"),
        ("LOG_LEVEL", "LOUD", "none of INFO"),
        ("AzureWebJobsStorage", "https://account", "not a storage account's"),
    ],
)
def test_what_cannot_be_used_is_told(name: str, value: str, sentence: str) -> None:
    if not value:
        assert read(**{name: value}).fuse_minimum == 100
        return
    with pytest.raises(SettingError, match=sentence) as caught:
        read(**{name: value})
    assert caught.value.setting == name
    assert f"for example: {name}=" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("adb-1.7.azuredatabricks.net", "https://adb-1.7.azuredatabricks.net"),
        (
            "https://adb-1.7.azuredatabricks.net/",
            "https://adb-1.7.azuredatabricks.net",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_a_host_is_taken_as_people_write_it(text: str, host: str) -> None:
    assert read(DATABRICKS_HOST=text).databricks.host == host


def test_lists_and_words_are_taken_as_people_write_them() -> None:
    settings = read(
        BACKUP_ROOTS=" /Clients/ ; /Workspace/Shared;/Clients/Acme",
        BACKUP_EXCLUDE="*.tmp;/Users/*/Trash",
        EXPORT_FORMAT="jupyter",
        BACKUP_PAUSED="True",
        LOG_LEVEL="debug",
        RUN_DEADLINE="1:30:00",
    )

    assert settings.scope.roots == ("/Clients", "/Shared")
    assert settings.scope.excludes == ("*.tmp", "/Users/*/Trash")
    assert settings.notebook_format is Format.JUPYTER
    assert settings.paused
    assert settings.log_level == "DEBUG"
    assert settings.run_deadline == timedelta(hours=1, minutes=30)


@pytest.mark.parametrize(
    "text",
    [
        "0 0 2 * * *",
        "0 */10 * * * *",
        "0 0 9-17 * * MON-FRI",
        "0,30 0 0 1,15 JAN-mar 0-6",
        "0 5/15 * * * *",
    ],
)
def test_schedules_of_the_timer_trigger_are_taken(text: str) -> None:
    assert schedule(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("60 0 2 * * *", "0 60 2 * * *", "0 0 24 * * *", "0 0 2 0 * *"),
        *("0 0 2 32 * *", "0 0 2 * 13 *", "0 0 2 * * 7", "0 0 2 * * MO"),
        *("0 0 2-1 * * *", "0 0 1-2-3 * * *", "0 0 */0 * * *", "0 0 */ * * *"),
        *("0 0 , * * *", "0 0 ? * * *", "0 0 2 * JANUARY *", "0 0 -1 * * *"),
        "",
    ],
)
def test_schedules_that_the_host_would_not_start_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"schedule does not know|not six"):
        schedule(text)


def test_storage_by_the_accounts_name() -> None:
    settings = read(
        AzureWebJobsStorage="",
        AzureWebJobsStorage__accountName="stbackup",
        AzureWebJobsStorage__clientId="id",
    )

    assert settings.storage == Storage(
        None,
        "https://stbackup.blob.core.windows.net",
        "https://stbackup.queue.core.windows.net",
        "https://stbackup.table.core.windows.net",
        "id",
    )


def test_storage_by_the_services_addresses() -> None:
    settings = read(
        AzureWebJobsStorage="",
        AzureWebJobsStorage__blobServiceUri="https://b.example.com/",
        AzureWebJobsStorage__queueServiceUri="https://q.example.com",
        AzureWebJobsStorage__tableServiceUri="https://t.example.com",
    )

    assert settings.storage.blob_url == "https://b.example.com"
    assert settings.storage.connection_string is None


@pytest.mark.parametrize("service", ["blob", "queue", "table"])
def test_each_missing_address_of_storage_is_named(service: str) -> None:
    uris = {
        f"AzureWebJobsStorage__{each}ServiceUri": f"https://{each}.example.com"
        for each in ("blob", "queue", "table")
        if each != service
    }

    with pytest.raises(SettingError, match=f"{service}ServiceUri is missing"):
        read(AzureWebJobsStorage="", **uris)


def test_a_bad_account_name_is_told() -> None:
    with pytest.raises(SettingError, match="not a storage account's name"):
        read(AzureWebJobsStorage="", AzureWebJobsStorage__accountName="St Backup")


def test_secrets_are_read_and_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    settings = read(**SECRETS)
    logging.getLogger("test").warning("%s %r", settings, settings.databricks.token)
    shown = f"{settings!r} {settings} {settings.notify.webhook_url} {caplog.text}"

    assert "0123456789" not in shown
    assert settings.databricks.token == Secret("dapi0123456789")
    assert settings.storage.connection_string is not None
    assert "key0123456789" in settings.storage.connection_string.reveal()


@pytest.mark.parametrize("name", SECRETS)
def test_an_unusable_secret_is_not_shown_in_the_error(name: str) -> None:
    with pytest.raises(SettingError) as caught:
        read(**{name: "se cret0123456789\N{SNOWMAN}"})
    assert "0123456789" not in str(caught.value)


def test_a_secret_is_not_written_anywhere() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret("x"))


def test_what_else_lies_in_the_environment_is_not_looked_at() -> None:
    assert read(ARM_CLIENT_SECRET="x", DATABRICKS_CONFIG_PROFILE="y") == read()
