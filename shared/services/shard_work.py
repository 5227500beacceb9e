"""USE CASE PARTS: what a shard has done so far, made durable step by step."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shared.domain.decision import Decision
from shared.domain.index import index_folder
from shared.domain.outcomes import Outcome, OutcomeKind, from_lines, to_lines
from shared.domain.runs import Tally
from shared.domain.verified import Verified, verified_lines
from shared.errors import AlreadyExists
from shared.ports import Blobs
from shared.services.blob_names import outcomes_name, verified_name
from shared.services.claim import ShardClaim
from shared.services.push_changes import Pusher
from shared.services.steps import Step, step

_COUNTED = {
    OutcomeKind.EXCEPTED: "excepted",
    OutcomeKind.FAILED: "failed",
    OutcomeKind.VANISHED: "vanished",
    OutcomeKind.DELETED: "deleted",
    OutcomeKind.MOVED: "moved",
    OutcomeKind.FOREIGN: "out_of_place",
}
_STORED = frozenset({OutcomeKind.ADDED, OutcomeKind.EDITED})


class OutOfTimeError(Exception):
    """The function must end soon; everything done so far is saved."""


@dataclass(slots=True)
class ShardWork:
    """Tally, outcomes and verified folders of one shard.

    What is counted since the last attempt is a tally only when somebody looks: each
    object is counted several times.
    """

    claim: ShardClaim
    blobs: Blobs
    pusher: Pusher
    _before: Tally = field(default_factory=Tally)
    _since: Counter[str] = field(default_factory=Counter)
    _outcomes: list[Outcome] = field(default_factory=list)
    _verified: list[Verified] = field(default_factory=list)
    _parts: int = 0

    def __post_init__(self) -> None:
        """Go on counting where the last attempt stopped."""
        self._before = self.claim.shard.tally

    @property
    def tally(self) -> Tally:
        """All that was counted so far, of this attempt and those before it."""
        return self._before + Tally(**self._since)

    @property
    def position(self) -> int:
        """How many folders of the plan are done."""
        return self.claim.shard.position

    @property
    def inside(self) -> int:
        """How many objects of the next folder were exported before."""
        return self.claim.shard.inside

    def count(self, **more: int) -> None:
        """Add to the tally."""
        for name, number in more.items():
            self._since[name] += number

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Remember what became of objects, and count it."""
        for outcome in outcomes:
            self._outcomes.append(outcome)
            if outcome.kind in _STORED:
                self.count(stored=1, stored_bytes=outcome.size or 0)
                self.count(mismatched=outcome.silent)
            else:
                self.count(**{_COUNTED[outcome.kind]: 1})
            if outcome.kind is OutcomeKind.EXCEPTED and not outcome.known:
                self.count(new_exceptions=1)

    def vouch(self, decision: Decision, commit: str, *, right: bool) -> None:
        """The folder was found at `commit` as decided (or, not `right`, was not)."""
        line = (
            index_folder(decision.manifest, decision.manifest_blob, vouched=right)
            if decision.manifest
            else None
        )
        self._verified.append(Verified(decision.path, decision.git_path, commit, line))

    @step(Step.S5)
    def foresee(self, outcomes: Iterable[Outcome]) -> list[Outcome]:
        """What the first attempt at this place foresaw, durable before it is done.

        Whoever comes after a crash finds it done, and could not tell by whom.
        """
        shard = self.claim.shard
        part = f"{shard.number:06d}-{shard.position:06d}-foreseen"
        name = outcomes_name(shard.run_id, part)
        foreseen = to_lines(outcomes)
        try:
            self.blobs.create(name, foreseen)
        except AlreadyExists:
            foreseen = self.blobs.get(name) or foreseen
        return list(from_lines(foreseen))

    @step(Step.S3)
    def renew(self) -> None:
        """Keep the claim, and show the exports made since the last save."""
        self.claim.renew(self._shown)

    @step(Step.S6)
    def save(self, position: int, inside: int = 0) -> None:
        """Make it durable: outcomes and folders first, then the row that names them."""
        shard = self.claim.shard
        names = shard.outcomes
        if self._outcomes or self._verified:
            self._parts += 1
            part = f"{shard.number:06d}-{shard.attempts}-{self._parts:03d}"
            name = outcomes_name(shard.run_id, part)
            self.blobs.put(name, to_lines(self._outcomes))
            self.blobs.put(verified_name(name), verified_lines(self._verified))
            names = (*names, name)
        pushed = shard.pushed + tuple(self.pusher.pushed)
        tally = replace(self.tally, pushes=len(pushed))
        self.claim.advance(position, inside, tally, pushed, names)
        self._outcomes, self._verified = [], []
        self.pusher.pushed.clear()

    def _shown(self) -> Tally:
        return replace(self.claim.shard.tally, exported=self.tally.exported)
