"""USE CASE PARTS: find one commit in the branch's newest history."""

from collections.abc import Callable

from shared.domain.git import Commit
from shared.ports import GitReader

_LIMITS = (1, 10, 100)
"""Further back only if need be: whole messages cost the service a request each."""


def find_commit(
    reader: GitReader, tip: str | None, wanted: Callable[[Commit], bool]
) -> str | None:
    """The newest wanted commit among the last hundred; None where there is none."""
    if tip is None:
        return None
    for limit in _LIMITS:
        for commit in reader.log(tip, limit):
            if wanted(commit):
                return commit.id
    return None
