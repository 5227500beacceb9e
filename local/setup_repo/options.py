"""LOCAL, setup-repo: what the command was told; starts nothing.

As for a backup, real services count only where they were named on the command line.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client.checks.setup import Wanted
from local.backup.options import (
    Options,
    UsageError,
    given_words,
    paths_in,
    stack_of,
    truth,
)
from local.endpoints import SERVICES

_OF_A_SETUP = ("APPLY", "GIT_FOLDER", "FOLDERS")


@dataclass(frozen=True, slots=True)
class WantedSetup:
    """The command, understood: what it stands on, and whether to do it."""

    stack: Options
    setup: Wanted


def read_setup(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> WantedSetup:
    """Understand `setup-repo`; `UsageError` where that is not possible."""
    given = given_words("setup-repo", (*_OF_A_SETUP, "DATA", *SERVICES), arguments)
    stack = stack_of(given, os.environ if environment is None else environment)
    setup = Wanted(
        apply=truth("APPLY", given.get("APPLY", "")),
        git_folder=given.get("GIT_FOLDER", ""),
        folders=paths_in("FOLDERS", given.get("FOLDERS", "")),
    )
    if setup.folders and not setup.git_folder:
        raise UsageError("FOLDERS are what GIT_FOLDER shows; it is missing")
    return WantedSetup(stack, setup)
