"""DECISIONS: which failures are news, and which were there when last tried."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownFailures:
    """Workspace paths that failed when they were last tried, and how many there were.

    Where `total` is larger than what is named, every failure counts as known: whoever
    was told of so many has been told.
    """

    paths: frozenset[str] = frozenset()
    total: int = 0

    def knows(self, path: str) -> bool:
        """Whether a failure of this path is no news."""
        return path in self.paths or self.total > len(self.paths)

    def to_bytes(self) -> bytes:
        """JSON."""
        facts = {"paths": sorted(self.paths), "total": self.total}
        return json.dumps(facts).encode("ascii")

    @staticmethod
    def from_bytes(raw: bytes) -> "KnownFailures":
        """What `to_bytes` wrote; what is not said is nothing."""
        facts = json.loads(raw)
        return KnownFailures(frozenset(facts.get("paths", ())), facts.get("total", 0))


NO_FAILURES = KnownFailures()
