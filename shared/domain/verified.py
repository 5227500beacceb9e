"""DECISIONS: the folders a shard verified, as the run's end and the index need them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.domain.index import IndexedFolder


@dataclass(frozen=True, slots=True)
class Verified:
    """A folder as found in Git at `commit`; `folder` is None where it is gone."""

    path: str
    git_path: str
    commit: str
    folder: IndexedFolder | None


def verified_lines(folders: Iterable[Verified]) -> bytes:
    """JSON Lines."""
    lines = []
    for verified in folders:
        line = verified.folder.to_line().decode("ascii") if verified.folder else None
        facts = [verified.path, verified.git_path, verified.commit, line]
        lines.append(json.dumps(facts))
    return "\n".join(lines).encode("ascii")


def read_verified(raw: bytes) -> Iterator[Verified]:
    """What `verified_lines` wrote."""
    for line in raw.splitlines():
        path, git_path, commit, folder = json.loads(line)
        indexed = IndexedFolder.from_line(folder.encode("ascii")) if folder else None
        yield Verified(path, git_path, commit, indexed)
