"""USE CASE PARTS: find one commit in the branch's newest history.

A message proves nothing: whoever may push can write what we write. What it says is
believed only where the commit's content bears it out.
"""

from collections.abc import Callable

from shared.domain.git import Commit
from shared.domain.repository_texts import is_record_comment
from shared.domain.run_ids import record_path
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


def find_record(reader: GitReader, tip: str | None, run_id: str) -> str | None:
    """The commit that closes the run: it says so, and the record came with it."""
    path = record_path(run_id)
    return find_commit(
        reader,
        tip,
        lambda commit: (
            is_record_comment(commit.comment, run_id) and _brought(reader, commit, path)
        ),
    )


def _brought(reader: GitReader, commit: Commit, path: str) -> bool:
    """Whether the commit added or edited the file."""
    if not commit.parents:
        return bool(reader.items(commit.id, [], [path]))
    changed = reader.compare(commit.parents[0], commit.id).changed
    return any(item.path == path and item.object_id for item in changed)
