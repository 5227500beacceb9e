"""DECISIONS: what applying a plan will take, at the budgets of the deployment."""

from dataclasses import dataclass

from shared.domain.restores import RestoreTally


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests a second that the app may make."""

    lists: int
    exports: int
    imports: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Requests to the workspace by kind, and the minutes they take at least.

    `imports` are all requests that write: objects, folders, removals.
    """

    lists: int
    exports: int
    imports: int
    minutes: float


def estimated(tally: RestoreTally, folders: int, rates: Rates) -> Estimate:
    """What is still to be done: each object is written, exported again, and listed.

    `folders` is how many folders are listed for that, at most. The kinds go side by
    side, so the slowest decides.
    """
    objects = tally.to_create + tally.to_replace
    lists = min(objects, folders)
    imports = objects + tally.folders_to_make
    seconds = max(lists / rates.lists, objects / rates.exports, imports / rates.imports)
    return Estimate(lists, objects, imports, round(seconds / 60, 1))
