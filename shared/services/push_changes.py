"""USE CASE PARTS: S5, one push: tip, claim, push, and an answer that got lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.domain.blob_ids import blob_id
from shared.domain.git import Change, Push, TreeItem
from shared.domain.repository_texts import is_push_comment
from shared.errors import RefMoved, Throttled, Unavailable
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

    def __call__(
        self, comment: str, token: str, changes: Sequence[Change], seen: str
    ) -> str:
        """The new commit. `RefMoved` and `StaleDecision`: read and decide anew.

        `token` is a line of the comment that no other push has, `seen` the commit at
        which Git was read, empty where there was no branch.
        """
        with self.lease.hold():
            tip = self.reader.tip()
            if tip and not seen:
                # Whoever made the branch brought the files at the top: it is refused.
                raise RefMoved("the branch has come into being")
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
            landed = self._landed(push, token)
            if landed is None:
                raise
            return landed

    def _landed(self, push: Push, token: str) -> str | None:
        """The commit of a push whose answer was lost, if it took effect.

        Nobody looks at our own commits again, so it must hold nothing but our changes.
        """
        commit = find_commit(
            self.reader,
            self.reader.tip(),
            lambda commit: is_push_comment(commit.comment, token),
        )
        if commit is None:
            return None
        pushed = {
            change.path: "" if change.content is None else blob_id(change.content)
            for change in push.changes
        }
        changed = self._changed(push.old, commit)
        ours = all(pushed.get(item.path) == item.object_id for item in changed)
        return commit if ours else None

    def _changed(self, old: str | None, commit: str) -> tuple[TreeItem, ...]:
        if old is None:
            return self.reader.tree(commit)
        return self.reader.compare(old, commit).changed
