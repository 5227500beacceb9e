"""USE CASE PARTS: T6 and T7 for one object: write it, and read it back."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace

from shared.domain.objects import (
    NOTEBOOK,
    Format,
    NewObject,
    WorkspaceObject,
    parent,
)
from shared.domain.restore_decision import same_kind
from shared.domain.restore_outcomes import Action, RestoreOutcome, Result
from shared.domain.restored import difference
from shared.domain.restores import RestoreRequest
from shared.errors import (
    AlreadyExists,
    BackupError,
    CredentialsRefused,
    ExportDisabled,
    Permanent,
    RequestRefused,
    Throttled,
    Transient,
    Unavailable,
)
from shared.ports import Blobs, Clock, Workspace, WorkspaceWriter
from shared.services.blob_names import restore_removed_name
from shared.services.steps import RestoreStep, step
from shared.services.trouble import Trouble

PAUSES = (1.0, 3.0, 9.0, 0.0)
"""Seconds after each attempt of a write of which it is unknown whether it took effect;
after the last, nothing more is tried."""


@dataclass(frozen=True, slots=True)
class PutStored:
    """Writes objects, also side by side; what fails for one is its result.

    What concerns the whole workspace is raised: refused credentials, and while we
    are patient, passing trouble.
    """

    workspace: Workspace
    writer: WorkspaceWriter
    blobs: Blobs
    clock: Clock
    trouble: Trouble
    request: RestoreRequest

    def __call__(self, outcome: RestoreOutcome, content: bytes) -> RestoreOutcome:
        """The outcome with its result; nothing is verified that was not read back."""
        try:
            done = self._written(outcome, _new_object(outcome, content))
        except (CredentialsRefused, ExportDisabled):
            raise
        except (AlreadyExists, Permanent) as error:
            return failed(outcome, str(error))
        except Transient as error:
            self.trouble.met(error)
            return failed(outcome, str(error))
        self.trouble.over()
        return done

    def _written(self, outcome: RestoreOutcome, new: NewObject) -> RestoreOutcome:
        left_over = ""
        if outcome.removes:
            left_over = self._replace_other(outcome, new)
        elif outcome.action is Action.REPLACE:
            self._put(new, over=True)
        else:
            there = self._create(new)
            if there is not None:
                return _met(outcome, there)
        done = self._verified(outcome, new.content)
        details = [detail for detail in (done.detail, left_over) if detail]
        return replace(done, detail="; ".join(details))

    @step(RestoreStep.T6)
    def _put(self, new: NewObject, *, over: bool) -> None:
        self.writer.put(new, replace=over)

    def _create(self, new: NewObject) -> bytes | None:
        """Create the object; what was there already, if that is something else.

        A write of unknown effect is tried again, and may then meet its own work.
        """
        for pause in PAUSES:
            try:
                self._put(new, over=False)
            except AlreadyExists:
                there = self._exported(new.path, new.format)
                return there if difference(new.content, there, new.format) else None
            except Unavailable as error:
                unknown = error
                self.clock.sleep(pause)
            else:
                return None
        raise unknown

    def _replace_other(self, outcome: RestoreOutcome, new: NewObject) -> str:
        """Replace an object of another kind: it has to be removed before.

        Not before the workspace has taken the new one under another name; and it is
        kept, to be put back. So nothing is lost, whatever happens in between. Says what
        is left over from the trial, if anything is.
        """
        there = self._there(outcome.path)
        trial = replace(new, path=f"{new.path} ({self.request.restore_id})")
        if there is None or same_kind(outcome, there):
            # The work of an earlier attempt, or of somebody who was faster.
            self._put(new, over=True)
        elif there.type != outcome.there:
            problem = f"an object of type {there.type} is there since the plan"
            raise AlreadyExists(problem)
        else:
            try:
                self._create_alone(trial)
                self._swap(there, new)
            except BackupError as error:
                left_over = self._left_over(trial)
                raise _told_of(error, left_over) from None
        return self._left_over(trial)

    def _swap(self, there: WorkspaceObject, new: NewObject) -> None:
        old, kept = self._kept(there)
        try:
            self._delete(old.path)
        except Unavailable as error:
            # It may have taken effect.
            self._put_back(old, kept, error)
            raise
        try:
            self._create_alone(new)
        except BackupError as error:
            self._put_back(old, kept, error)
            raise

    def _left_over(self, trial: NewObject) -> str:
        """Remove what was made on trial; what to say where it is there still."""
        with suppress(BackupError):
            self._delete(trial.path)
            if self._there(trial.path) is None:
                return ""
        return f"{trial.path} is left over from a trial: remove it"

    def _create_alone(self, new: NewObject) -> None:
        if self._create(new) is not None:
            raise AlreadyExists(f"somebody put another object at {new.path}")

    @step(RestoreStep.T6)
    def _there(self, path: str) -> WorkspaceObject | None:
        listed = self.workspace.list(parent(path))
        return next((obj for obj in listed if obj.path == path), None)

    @step(RestoreStep.T6)
    def _kept(self, there: WorkspaceObject) -> tuple[NewObject, str]:
        """What is to be removed, and the name of the blob that keeps its bytes."""
        source = Format.SOURCE if there.type == NOTEBOOK else Format.RAW
        content = self.workspace.export(there.path, source)
        digest = hashlib.sha256(there.path.encode("utf-8", "surrogatepass"))
        name = restore_removed_name(self.request.restore_id, digest.hexdigest())
        self.blobs.put(name, content)
        old = NewObject(there.path, there.type, source, content, there.language)
        return old, name

    @step(RestoreStep.T6)
    def _delete(self, path: str) -> None:
        self.writer.delete(path)

    def _put_back(self, old: NewObject, kept: str, error: BackupError) -> None:
        """Undo the removal; where that fails, say where its content is kept."""
        try:
            self._create_alone(old)
        except BackupError as again:
            kept_there = (
                "what was there was removed before, and could not be put back"
                f" ({again}): its content is kept in the blob {kept}"
            )
            raise _told_of(error, kept_there) from None

    @step(RestoreStep.T7)
    def _verified(self, outcome: RestoreOutcome, content: bytes) -> RestoreOutcome:
        found = self._exported(outcome.path, outcome.format)
        how = difference(content, found, outcome.format)
        result = Result.DIFFERS if how else Result.VERIFIED
        return replace(outcome, result=result, detail=how or outcome.detail)

    @step(RestoreStep.T7)
    def _exported(self, path: str, format: Format) -> bytes:  # noqa: A002
        return self.workspace.export(path, format)


def _told_of(error: BackupError, besides: str) -> BackupError:
    """The error, which says that besides; what can be waited for still can."""
    if not besides:
        return error
    told = f"{error}; {besides}"
    match error:
        case Throttled():
            return Throttled(told, error.retry_after)
        case Unavailable():
            return Unavailable(told)
        case CredentialsRefused():
            return CredentialsRefused(told)
    return RequestRefused(told)


def failed(outcome: RestoreOutcome, why: str) -> RestoreOutcome:
    """The outcome of what could not be written."""
    return replace(outcome, result=Result.FAILED, detail=why)


def _met(outcome: RestoreOutcome, there: bytes) -> RestoreOutcome:
    """Somebody made an object of that name since the plan: nobody decided on that."""
    return replace(
        outcome,
        result=Result.OVERTAKEN,
        detail=(
            f"somebody put another object of {len(there):,} bytes here since the plan:"
            " it was left alone"
        ),
    )


def _new_object(outcome: RestoreOutcome, content: bytes) -> NewObject:
    return NewObject(
        outcome.path, outcome.type, outcome.format, content, outcome.language
    )
