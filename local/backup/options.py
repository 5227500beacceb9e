"""LOCAL, backup: what the command was told, and by whom; starts nothing.

Settings of real services count only where they were named on the command line; make
passes those on as NAME=VALUE. Of the environment only the token of a service that was
named is taken, for a token on a command line is there for everybody to see.
"""

import argparse
import os
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from local.endpoints import SERVICES

DEFAULT_DATA = Path(".local")
MODES = ("incremental", "full")
_OFF = frozenset({"", "0", "false", "no", "off"})
_ON = frozenset({"1", "true", "yes", "on"})
_FOREIGN_PREFIXES = ("DATABRICKS_", "AZURE_DEVOPS_", "ARM_")
_REPOSITORY = SERVICES[1:4]
_OURS = ("WORKSPACE", "NOTEBOOKS", "MODE", "DRY_RUN", "DATA")


class UsageError(Exception):
    """The command line cannot be followed; the message says why in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command, understood.

    `settings` are app settings of real services, tokens included; `ignored` the
    names in the environment that look like such settings and were not used.
    """

    data: Path = DEFAULT_DATA
    workspace: Path | None = None
    notebooks: int = 0
    mode: str = "incremental"
    dry_run: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def real_workspace(self) -> bool:
        """Whether a workspace elsewhere is backed up."""
        return "DATABRICKS_HOST" in self.settings

    @property
    def real_repository(self) -> bool:
        """Whether it is backed up into a repository elsewhere."""
        return "AZURE_DEVOPS_ORG_URL" in self.settings

    @property
    def sources_given(self) -> bool:
        """Whether it was said what is to be in the workspace."""
        return self.real_workspace or self.workspace is not None or self.notebooks > 0


def read_options(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> Options:
    """Understand the command line; `UsageError` where that is not possible."""
    ambient = os.environ if environment is None else environment
    parsed = vars(_parser().parse_args(arguments))
    flags = {name.upper(): text for name, text in parsed.items() if text}
    given = flags | words_of((*_OURS, *SERVICES), flags.pop("WORDS", ()))
    options = replace(
        stack_of(given, ambient),
        workspace=_folder(given.get("WORKSPACE", "")),
        notebooks=_number(given.get("NOTEBOOKS", "")),
        mode=_mode(given.get("MODE", "")),
        dry_run=truth("DRY_RUN", given.get("DRY_RUN", "")),
    )
    if options.real_workspace and (options.workspace or options.notebooks):
        raise UsageError(
            "WORKSPACE and NOTEBOOKS fill the embedded workspace; "
            "nothing is ever written into the one that DATABRICKS_HOST names"
        )
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local backup",
        description="Back a Databricks workspace up into a Git repository.",
    )
    add = parser.add_argument
    add("--data", metavar="DIR", help=f"where all is kept; default {DEFAULT_DATA}")
    add("--workspace", metavar="DIR", help="load this folder into the workspace first")
    add("--notebooks", metavar="N", help="have that many notebooks generated first")
    add("--mode", metavar="|".join(MODES), help="full: export everything again")
    add("--dry-run", action="store_const", const="1", help="only tell what would be")
    add("--databricks-host", metavar="URL", help="back this real workspace up")
    add("--azure-devops-org-url", metavar="URL", help="into this organization")
    add("--azure-devops-project", metavar="NAME")
    add("--azure-devops-repository", metavar="NAME")
    add("--azure-devops-branch", metavar="NAME")
    add("words", nargs="*", metavar="NAME=VALUE", help="the same, as make says it")
    return parser


def read_stack(
    command: str,
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
) -> Options:
    """Understand a command that only has to know what it stands on; `UsageError`."""
    given = given_words(command, ("DATA", *SERVICES), arguments)
    return stack_of(given, os.environ if environment is None else environment)


def given_words(
    command: str, names: Sequence[str], arguments: Sequence[str]
) -> dict[str, str]:
    """What stands on the command line, by name; `UsageError` for what means nothing."""
    parser = argparse.ArgumentParser(
        prog=f"python -m local {command}", epilog=f"NAME is one of {', '.join(names)}"
    )
    parser.add_argument("words", nargs="*", metavar="NAME=VALUE")
    return words_of(names, parser.parse_args(arguments).words)


def words_of(names: Sequence[str], words: Iterable[str]) -> dict[str, str]:
    """What NAME=VALUE says, by name; `UsageError` for a name that means nothing."""
    given = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in names:
            known = ", ".join(names)
            raise UsageError(f"{word!r} is not NAME=VALUE with one of {known}")
        given[name] = text
    return given


def stack_of(given: Mapping[str, str], ambient: Mapping[str, str]) -> Options:
    """What a command stands on, of what it was given; `UsageError`."""
    named = {name: given[name] for name in SERVICES if given.get(name)}
    settings = service_settings(named, ambient)
    return Options(
        data=Path(given.get("DATA") or DEFAULT_DATA),
        settings=settings,
        ignored=ignored_in(ambient, {*settings, *given}),
    )


def paths_in(name: str, text: str) -> tuple[str, ...]:
    """The paths that a shell would see in the text; `UsageError`."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"{name}={text} has a quote that does not end") from error


def ignored_in(ambient: Mapping[str, str], used: Collection[str]) -> tuple[str, ...]:
    """The names in the environment that look like settings and are not used."""
    foreign = (name for name in ambient if name.startswith(_FOREIGN_PREFIXES))
    return tuple(sorted(name for name in foreign if name not in used))


def service_settings(
    named: Mapping[str, str], ambient: Mapping[str, str]
) -> dict[str, str]:
    """The named settings and the tokens that belong to them; `UsageError`."""
    settings = {name: text.rstrip("/") for name, text in named.items()}
    if "DATABRICKS_HOST" in settings:
        host = settings["DATABRICKS_HOST"]
        settings["DATABRICKS_HOST"] = host if "://" in host else f"https://{host}"
        settings["DATABRICKS_TOKEN"] = _token("DATABRICKS_TOKEN", ambient)
    if any(name in settings for name in _REPOSITORY):
        missing = [name for name in _REPOSITORY if name not in settings]
        if missing:
            raise UsageError(f"a real repository needs {' and '.join(missing)}, too")
        settings["AZURE_DEVOPS_PAT"] = _token("AZURE_DEVOPS_PAT", ambient)
    return settings


def _token(name: str, ambient: Mapping[str, str]) -> str:
    if not ambient.get(name):
        raise UsageError(
            f"{name} is not set; put it into the environment: it is needed"
        )
    return ambient[name]


def _folder(text: str) -> Path | None:
    if text and not Path(text).is_dir():
        raise UsageError(f"WORKSPACE={text} is not a folder")
    return Path(text) if text else None


def _number(text: str) -> int:
    if text and not (text.isascii() and text.isdigit()):
        raise UsageError(f"NOTEBOOKS={text} is not a number")
    return int(text or 0)


def _mode(text: str) -> str:
    if text and text not in MODES:
        raise UsageError(f"MODE={text} is neither {' nor '.join(MODES)}")
    return text or MODES[0]


def truth(name: str, text: str) -> bool:
    """Whether the text switches it on; `UsageError` for what is neither."""
    if text.lower() not in _ON | _OFF:
        raise UsageError(f"{name}={text} is neither 1 nor 0")
    return text.lower() in _ON
