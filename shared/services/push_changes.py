"""USE CASE PARTS: S5, one push: tip, claim, push, and an answer that got lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.domain.git import Change, Push
from shared.errors import Throttled, Unavailable
from shared.ports import GitReader, GitWriter, PushLease
from shared.services.claim import ShardClaim
from shared.services.history import find_commit


@dataclass(slots=True)
class Pusher:
    """Pushes for one shard, and remembers which commits are its own."""

    reader: GitReader
    writer: GitWriter
    lease: PushLease
    claim: ShardClaim
    pushed: list[tuple[str, str]] = field(default_factory=list)
    last: str = ""

    def __call__(self, comment: str, token: str, changes: Sequence[Change]) -> str:
        """The new commit. `RefMoved` and `StaleDecision`: read and decide anew.

        `token` is a line of the comment that no other push has.
        """
        with self.lease.hold():
            tip = self.reader.tip()
            self.claim.confirm()
            commit = self._push(Push(tip, comment, tuple(changes)), token)
        self.pushed.append((tip or "", commit))
        self.last = commit
        return commit

    def _push(self, push: Push, token: str) -> str:
        try:
            return self.writer.push(push)
        except Throttled:
            raise
        except Unavailable:
            landed = self._landed(token)
            if landed is None:
                raise
            return landed

    def _landed(self, token: str) -> str | None:
        """The commit of a push whose answer was lost, if it took effect."""
        return find_commit(
            self.reader,
            self.reader.tip(),
            lambda commit: token in commit.comment.splitlines(),
        )
