"""USE CASE PARTS: S4 to S6 for a batch of folders: decide, push, read back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.decision import Decision, differences, mending
from shared.domain.git import Change, ChangeKind
from shared.domain.held import Held
from shared.domain.manifest import manifest_path
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.remedies import Remedy
from shared.domain.repository_texts import (
    GITATTRIBUTES,
    README,
    push_token,
    shard_comment,
)
from shared.domain.runs import Run, Tally
from shared.errors import Conflict, PathBlocked, RefMoved, StaleDecision
from shared.ports import Clock, GitReader
from shared.services.held import read_held, read_trees
from shared.services.shard_work import ShardWork
from shared.services.steps import Step, step

MAX_ATTEMPTS = 10
MAX_STALE = 3
"""Trees that are not as they were read right before are no race: it is blocked."""
MOVE_IT = "what is in the way must be moved or removed"
TOP_FILES = {".gitattributes": GITATTRIBUTES, "README.md": README}


@dataclass(slots=True)
class FolderState:
    """A folder on its way: what Git holds for it, and at which commit that was read."""

    path: str
    git_path: str
    decide: Callable[[Held], Decision]
    known_manifest: str = ""
    held: Held = field(default_factory=Held)
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """The decisions, and the Git paths that are not as decided, by folder."""

    decisions: tuple[Decision, ...]
    wrong: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class Settler:
    """Brings folders in Git to what they should be, and proves it."""

    run: Run
    work: ShardWork
    reader: GitReader
    clock: Clock
    _seen: str = ""
    _top_missing: tuple[str, ...] = ()
    _pushes: int = 0

    @step(Step.S2)
    def read(self, states: Sequence[FolderState], commit: str | None) -> None:
        """What Git holds for the folders at `commit` (None: no branch yet)."""
        found = read_held(
            self.reader,
            commit,
            [state.git_path for state in states],
            known={s.git_path: s.known_manifest for s in states if s.known_manifest},
            files=tuple(TOP_FILES),
        )
        self._seen = commit or ""
        self._top_missing = tuple(n for n in TOP_FILES if n not in found.files)
        for state in states:
            state.held = found.held[state.git_path]
            state.commit = commit or ""

    def settle(self, states: Sequence[FolderState]) -> Settled:
        """Decide, push and read back until Git holds what was decided.

        A tip that moves on or a tree that is not as it was read leads back to
        reading; a difference after a push is pushed again once. What still differs
        then is `wrong`.
        """
        stale = 0
        for _ in range(MAX_ATTEMPTS):
            decisions = self._decide(states)
            changes = [c for decision in decisions for c in decision.changes]
            if not changes:
                return self._as_read(states, decisions)
            try:
                commit = self._push(changes, decisions)
            except RefMoved:
                self.read(states, self.reader.tip())
                continue
            except StaleDecision as error:
                stale += 1
                if stale == MAX_STALE:
                    raise PathBlocked(f"{error}; {MOVE_IT}") from None
                self.read(states, self.reader.tip())
                # Should a folder have their place, they must not hold the rest back.
                self._top_missing = ()
                continue
            wrong = self._read_back(states, decisions, commit)
            if wrong:
                wrong = self._mend(states, decisions)
            return Settled(tuple(decisions), wrong)
        raise Conflict("the backup branch moves faster than we can push")

    @step(Step.S2)
    def blockers(self, states: Sequence[FolderState]) -> dict[str, str]:
        """Why folders have no place, by Git path: a file lies where a folder must."""
        tip = self.reader.tip()
        above = {state.git_path: _folders_of(state.git_path) for state in states}
        wanted = sorted({path for paths in above.values() for path in paths})
        items = self.reader.items(tip, [], wanted) if tip else ()
        files = {item.path for item in items}
        return {
            git_path: f"the file {found[0]} of the repository is in its way; {MOVE_IT}"
            for git_path, paths in above.items()
            if (found := [path for path in paths if path in files])
        }

    @step(Step.S4)
    def _decide(self, states: Sequence[FolderState]) -> list[Decision]:
        return [state.decide(state.held) for state in states]

    def vouch(self, state: FolderState, decision: Decision, settled: Settled) -> None:
        """Note at which commit a folder was found to be as decided, or was not."""
        wrong = settled.wrong.get(decision.path, ())
        if state.commit:
            self.work.vouch(decision, state.commit, right=not wrong)
        if wrong:
            self.work.note([_not_as_decided(decision, wrong)])

    def _mend(
        self, states: Sequence[FolderState], decisions: Sequence[Decision]
    ) -> dict[str, tuple[str, ...]]:
        """Push once more what was read back differently; what differs even then."""
        for _ in range(MAX_ATTEMPTS):
            pairs = zip(states, decisions, strict=True)
            changes = [c for state, d in pairs for c in mending(d, state.held)]
            if not changes:
                return dict(self._as_read(states, decisions).wrong)
            try:
                commit = self._push(changes, decisions)
            except (RefMoved, StaleDecision):
                self._read_back(states, decisions, self.reader.tip() or "")
                continue
            return self._read_back(states, decisions, commit)
        raise Conflict("the backup branch moves faster than we can push")

    @step(Step.S5)
    def _push(self, changes: Sequence[Change], decisions: Sequence[Decision]) -> str:
        claim = self.work.claim
        shard = claim.shard
        self._pushes += 1
        number = len(shard.pushed) + self._pushes
        token = push_token(shard.run_id, shard.number, shard.attempts, number)
        top = [
            Change(ChangeKind.ADD, name, TOP_FILES[name]) for name in self._top_missing
        ]
        comment = shard_comment(
            self.run, shard.kind, token, _tally_of(decisions), self._seconds()
        )
        return self.work.pusher(comment, token, [*top, *changes], self._seen)

    def _seconds(self) -> float:
        opened = self.run.request.opened_at
        return (self.clock.now() - opened).total_seconds()

    @step(Step.S6)
    def _read_back(
        self,
        states: Sequence[FolderState],
        decisions: Sequence[Decision],
        commit: str,
    ) -> dict[str, tuple[str, ...]]:
        """The Git paths that are not as decided, by the folder's path."""
        paths = [state.git_path for state in states]
        trees, present = read_trees(self.reader, commit, paths, tuple(TOP_FILES))
        self._seen = commit
        self._top_missing = tuple(n for n in TOP_FILES if n not in present)
        wrong: dict[str, tuple[str, ...]] = {}
        for state, decision in zip(states, decisions, strict=True):
            tree = trees[state.git_path]
            found = Held(
                decision.manifest, tree.manifest_blob, tree.files, tree.folders
            )
            different = differences(decision, found)
            if different:
                wrong[decision.path] = different
            state.held, state.commit = found, commit
        return wrong

    def _as_read(
        self, states: Sequence[FolderState], decisions: Sequence[Decision]
    ) -> Settled:
        wrong = {
            state.path: different
            for state, decision in zip(states, decisions, strict=True)
            if (different := differences(decision, state.held))
        }
        return Settled(tuple(decisions), wrong)


def _folders_of(git_path: str) -> list[str]:
    """Every path that has to be a folder for this folder's content and manifest."""
    files = (f"{git_path}/x" if git_path else "x", manifest_path(git_path))
    return [file[:at] for file in files for at, c in enumerate(file) if c == "/"]


def _tally_of(decisions: Sequence[Decision]) -> Tally:
    kinds = [outcome for decision in decisions for outcome in decision.outcomes]
    stored = [o for o in kinds if o.kind in {OutcomeKind.ADDED, OutcomeKind.EDITED}]
    gone = [o for o in kinds if o.kind in {OutcomeKind.DELETED, OutcomeKind.MOVED}]
    return Tally(
        stored=len(stored),
        stored_bytes=sum(outcome.size or 0 for outcome in stored),
        deleted=len(gone),
    )


def _not_as_decided(decision: Decision, paths: tuple[str, ...]) -> Outcome:
    return Outcome(
        kind=OutcomeKind.FAILED,
        path=decision.path,
        detail=f"read back from Git, {len(paths)} files are not what they should be, "
        f"the first: {paths[0]}",
        remedy=Remedy.WAIT,
    )
