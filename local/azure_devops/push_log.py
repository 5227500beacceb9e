"""PUSH LOG: which push moved which ref, kept beside the repository; knows no Git.

Documented: Azure DevOps Git REST 7.1, "Pushes - List": pushes are numbered upwards and
remember who pushed, when, and what each ref was before and after.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """One ref before and after a push; ids, 40 zeros for absent."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Push:
    """One push as it is remembered."""

    id: int
    date: str
    pusher_name: str
    pusher_email: str
    updates: tuple[RefUpdate, ...]


class PushLog:
    """The pushes of one repository, oldest first, appended to one file."""

    def __init__(self, path: Path) -> None:
        """Read what earlier runs of the server left at this path."""
        self._path = path
        self._lock = threading.Lock()
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self._pushes = [_parse(line) for line in lines]
        self._by_commit = {
            update.new: push for push in self._pushes for update in push.updates
        }

    @property
    def last_id(self) -> int:
        """The highest number given so far."""
        return self._pushes[-1].id if self._pushes else 0

    def append(self, push: Push) -> None:
        """Remember a push."""
        with self._lock:
            self._pushes.append(push)
            for update in push.updates:
                self._by_commit.setdefault(update.new, push)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(push)) + "\n")

    def all(self) -> Sequence[Push]:
        """List all pushes, oldest first."""
        return tuple(self._pushes)

    def find(self, push_id: int) -> Push | None:
        """Find a push by its number."""
        return next((push for push in self._pushes if push.id == push_id), None)

    def of_commit(self, oid: str) -> Push | None:
        """Find the push whose ref update ended at this commit.

        A commit in the middle of a push over the Git protocol is not found; the
        service knows that too.
        """
        return self._by_commit.get(oid)


def _parse(line: str) -> Push:
    fields = json.loads(line)
    updates = tuple(RefUpdate(**update) for update in fields.pop("updates"))
    return Push(**fields, updates=updates)
