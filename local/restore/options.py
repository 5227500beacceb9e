"""LOCAL, restore: what the commands were told; starts nothing.

As for a backup, real services count only where they were named on the command line.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client.restores.api import Wanted
from local.backup.options import (
    Options,
    UsageError,
    given_words,
    paths_in,
    read_stack,
    stack_of,
    truth,
)
from local.endpoints import SERVICES

_OF_A_RESTORE = ("FILES", "AT", "TO", "ON_CONFLICT", "APPLY")
_RESTORE_ID = re.compile(r"[A-Za-z0-9-]+")
_CONFLICTS = ("skip", "overwrite", "fail")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRestore:
    """The command, understood. `stack` is what it stands on.

    With `cancel`, the id of an open restore, nothing is restored.
    """

    stack: Options
    restore: Wanted
    cancel: str = ""


def read_restore(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> WantedRestore:
    """Understand `restore`; `UsageError` where that is not possible."""
    names = (*_OF_A_RESTORE, "CANCEL", "DATA", *SERVICES)
    given = given_words("restore", names, arguments)
    stack = stack_of(given, os.environ if environment is None else environment)
    if given.get("CANCEL"):
        nothing = Wanted(paths=())
        return WantedRestore(stack=stack, restore=nothing, cancel=_cancelled(given))
    restore = Wanted(
        paths=_files(given.get("FILES", "")),
        at=given.get("AT", ""),
        to=given.get("TO", ""),
        on_conflict=_conflict(given.get("ON_CONFLICT", "")),
        apply=truth("APPLY", given.get("APPLY", "")),
    )
    return WantedRestore(stack=stack, restore=restore)


def read_drift(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> Options:
    """Understand `drift`; `UsageError` where that is not possible."""
    return read_stack("drift", arguments, environment)


def _cancelled(given: Mapping[str, str]) -> str:
    others = [name for name in _OF_A_RESTORE if given.get(name)]
    if others:
        raise UsageError(f"CANCEL stops a restore; it goes without {others[0]}")
    restore_id = given["CANCEL"]
    if not _RESTORE_ID.fullmatch(restore_id):
        raise UsageError(f"CANCEL={restore_id} is not the id of a restore")
    return restore_id


def _files(text: str) -> tuple[str, ...]:
    paths = paths_in("FILES", text)
    if not paths:
        raise UsageError(
            'FILES names workspace paths, such as FILES="/Shared/reports"; / is all'
        )
    return paths


def _conflict(text: str) -> str:
    if text and text not in _CONFLICTS:
        raise UsageError(f"ON_CONFLICT={text} is none of {', '.join(_CONFLICTS)}")
    return text or _CONFLICTS[0]
