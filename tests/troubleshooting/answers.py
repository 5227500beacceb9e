"""What the remotes answer and what the app takes it for, from the adapters' tables."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from shared.adapters import azure_devops_errors, databricks_errors
from shared.domain.remedies import Remedy, remedy_of_push, remedy_of_read
from shared.errors import (
    AddressBlocked,
    BackupError,
    Conflict,
    CredentialsRefused,
    RequestRefused,
    Transient,
    Unavailable,
)

DOCTOR = "`make doctor` (`GET /api/diagnostics`) says what, and what to do."
_REMOTES = {"databricks": databricks_errors, "azure_devops": azure_devops_errors}
_CODES = re.compile(r"(?:TF|VS)\d{4,6}(?:\\d\\d)?")
type Answers = tuple[str, ...]


def answers(remote: str) -> Iterator[tuple[Answers, str, str, str]]:
    """Statuses and codes, what they mean, whether it heals, and what to do."""
    known: dict[type[BackupError], set[str]] = defaultdict(set)
    module = _REMOTES[remote]
    tables = [module.BY_STATUS.items(), getattr(module, "BY_CODE", {}).items()]
    for kind_of in [*tables, getattr(module, "BY_KEY", {}).items()]:
        for said, kind in kind_of:
            known[kind].add(str(said))
    for pattern, kind in getattr(module, "_BY_TEXT", ()):
        codes = _CODES.findall(pattern.pattern)
        known[kind] |= {code.replace(r"\d\d", "..") for code in codes}
    known[Unavailable].add("5..")
    if remote == "databricks":
        known[RequestRefused].add("any other")
    remedy_of = remedy_of_read if remote == "databricks" else remedy_of_push
    for kind in sorted(known, key=lambda kind: (_first(known[kind]), kind.__name__)):
        yield tuple(sorted(known[kind])), _means(kind), *_help(kind, remedy_of)


def _first(said: set[str]) -> str:
    return min(said)


def _means(kind: type[BackupError]) -> str:
    """The first sentence of the error's contract, without what is for callers."""
    sentence = " ".join((kind.__doc__ or "").partition("\n\n")[0].split())
    return f"{sentence.partition(';')[0].removesuffix('.')}."


def _help(
    kind: type[BackupError], remedy_of: Callable[[BackupError], Remedy]
) -> tuple[str, str]:
    if issubclass(kind, Conflict):
        return "yes", "Nothing: it is read again, and decided again."
    if issubclass(kind, Transient):
        return "yes", "Nothing: it is waited for. If it stays, its status page."
    if issubclass(kind, CredentialsRefused | AddressBlocked):
        return "no", DOCTOR
    return "no", remedy_of(kind("")).advice
