"""USE CASE PARTS: P6, what is gone from the workspace, and what of it may go in Git."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.deletions import Deletions, Fuse, plan_deletions
from shared.domain.index import Index
from shared.domain.objects import join
from shared.domain.outcomes import Outcome, OutcomeKind, from_lines, to_lines
from shared.domain.runs import Run
from shared.domain.state_changes import deletions_held
from shared.domain.verified import read_verified
from shared.domain.walk import Walk
from shared.ports import Blobs, Events, RunStore
from shared.services.blob_names import DELETIONS, run_outcomes_name, verified_name


@dataclass(frozen=True, slots=True)
class PlanDeletions:
    """Plans a run's deletions, and tells what was held back and why."""

    store: RunStore
    blobs: Blobs
    events: Events
    fuse: Fuse

    def __call__(self, run: Run, walk: Walk, index: Index) -> Deletions:
        """None for a run of a part: it cannot know what is gone.

        Of a run that is to stop, all are held back.
        """
        if not run.request.full_scope:
            return Deletions()
        arrived = self._arrived(run, walk.arrived)
        deletions = plan_deletions(
            walk,
            index,
            run.request.scope,
            self.fuse,
            lambda object_id, path: run.request.dry_run or (object_id, path) in arrived,
            hold=_reason_to_hold(run, walk, index),
            allowed=self._allowed(run),
        )
        self._tell(run, deletions)
        return deletions

    def _allowed(self, run: Run) -> frozenset[tuple[str, int | None]]:
        """What the run that the caller named held back, by path and id."""
        named = run.request.allow_deletions if not run.stop else ""
        raw = self.blobs.get(run_outcomes_name(named, DELETIONS)) if named else None
        return frozenset(
            (outcome.path, outcome.object_id)
            for outcome in from_lines(raw or b"")
            if outcome.kind is OutcomeKind.HELD
        )

    def _arrived(
        self, run: Run, wanted: Mapping[int, str]
    ) -> frozenset[tuple[int, str]]:
        """Which of the objects are stored, verified, where they were seen."""
        if not wanted:
            return frozenset()
        names = [name for s in self.store.shards(run.id) for name in s.row.outcomes]
        return frozenset(
            found
            for name in names
            for found in _accounted(self.blobs.get(verified_name(name)) or b"")
            if wanted.get(found[0]) == found[1]
        )

    def _tell(self, run: Run, deletions: Deletions) -> None:
        outcomes = list(deletions.held)
        if run.request.dry_run:
            outcomes += _foretold(deletions)
        if outcomes:
            part = run_outcomes_name(run.id, DELETIONS)
            self.blobs.put(part, to_lines(outcomes))
        if deletions.reason and deletions.held:
            held, reason = len(deletions.held), deletions.reason
            self.events.emit(deletions_held(run.id, held, reason))


def _reason_to_hold(run: Run, walk: Walk, index: Index) -> str:
    """Why nothing may be inferred from what the walk did not see; empty: it may."""
    if run.stop:
        return run.error
    if walk.failed:
        return f"{len(walk.failed)} folders could not be listed"
    if not run.walk_complete:
        return "not all folders were listed"
    if index.record and index.record.admin and not run.admin:
        return "the identity is no workspace admin any more and may see less"
    return ""


def _accounted(raw: bytes) -> list[tuple[int, str]]:
    """The objects of verified folders, by id and path."""
    folders = (verified.folder for verified in read_verified(raw))
    return [
        (object_id, join(folder.path, name))
        for folder in folders
        if folder is not None and folder.vouched
        for object_id, name in folder.accounted
    ]


def _foretold(deletions: Deletions) -> list[Outcome]:
    outcomes = []
    for plan in deletions.plans:
        for object_id, name in plan.objects:
            target, origin = plan.moved_to.get(object_id), join(plan.path, name)
            outcomes.append(
                Outcome(
                    kind=OutcomeKind.MOVED if target else OutcomeKind.DELETED,
                    path=target or origin,
                    object_id=object_id,
                    origin=origin if target else "",
                )
            )
    return outcomes
