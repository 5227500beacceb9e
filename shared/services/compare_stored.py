"""USE CASE PARTS: T4, what is stored compared with what is at its target."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.blob_ids import blob_id
from shared.domain.manifest import Entry, Manifest
from shared.domain.objects import WorkspaceObject
from shared.domain.restore_decision import (
    Place,
    Seen,
    blocked,
    compared,
    decided,
    extras,
    folder_outcome,
    needs_comparing,
    outside,
    stored_outcome,
)
from shared.domain.restore_outcomes import Action, Found, RestoreOutcome
from shared.domain.restore_plan import StoredFolder
from shared.domain.restores import RestoreRequest
from shared.errors import CredentialsRefused, ExportDisabled, Permanent, Transient
from shared.ports import Workspace
from shared.services.held import read_manifest
from shared.services.restore_backing import Backing
from shared.services.restore_site import Site
from shared.services.side_by_side import side_by_side
from shared.services.steps import RestoreStep, step


@dataclass(frozen=True, slots=True)
class Pair:
    """A stored object, and what is at its target."""

    entry: Entry
    outcome: RestoreOutcome
    place: Place
    there: WorkspaceObject | None
    exactly: bool


@dataclass(frozen=True, slots=True)
class CompareStored:
    """Compares some folders; reads only."""

    workspace: Workspace
    site: Site
    concurrency: int
    restore_roots: Sequence[str]

    @step(RestoreStep.T4)
    def __call__(
        self,
        request: RestoreRequest,
        folders: Sequence[StoredFolder],
        manifests: Mapping[str, bytes],
        backing: Backing,
        renew: Callable[[], None],
    ) -> list[RestoreOutcome]:
        """What is to become of each object and folder; `manifests` by blob id.

        `renew` is called again and again while it takes.
        """
        read = [(f, manifest_of(f, manifests[f.manifest])) for f in folders]
        targets = [request.target_of(m.path) for _, m in read if m]
        self.site.look(targets, renew)
        outcomes: list[RestoreOutcome] = []
        pairs: list[Pair] = []
        for folder, manifest in read:
            if manifest is None:
                outcomes.append(_unreadable(request, folder))
                continue
            place = self.site.place(request.target_of(manifest.path))
            outcomes += self._around(request, folder, manifest, place, backing)
            pairs += _pairs(request, folder, manifest, place, backing)
        outcomes += self._compared(request, pairs, renew)
        self.site.forget_all_but(targets[-1] if targets else "/")
        return outcomes

    def _around(
        self,
        request: RestoreRequest,
        folder: StoredFolder,
        manifest: Manifest,
        place: Place,
        backing: Backing,
    ) -> Iterable[RestoreOutcome]:
        """The folder itself, and what is in the workspace alone."""
        yield folder_outcome(request, manifest.path, place, self.restore_roots)
        if folder.names is None and not request.target_root:
            for obj in extras(manifest, place):
                if backing.covers(obj.path):
                    yield RestoreOutcome(
                        path=obj.path,
                        action=Action.NONE,
                        found=Found.EXTRA,
                        type=obj.type,
                        there=obj.type,
                    )

    def _compared(
        self,
        request: RestoreRequest,
        pairs: Sequence[Pair],
        renew: Callable[[], None],
    ) -> Iterable[RestoreOutcome]:
        asked = [
            pair
            for pair in pairs
            if needs_comparing(pair.entry, pair.there, exactly=pair.exactly)
        ]
        seen: dict[str, Seen] = {}
        for pair, answer in side_by_side(self._seen, asked, self.concurrency):
            renew()
            seen[pair.outcome.path] = answer
        taken: set[str] = set()
        for pair in pairs:
            yield self._decided(request, pair, seen.get(pair.outcome.path), taken)
            taken.add(pair.outcome.path)

    def _decided(
        self, request: RestoreRequest, pair: Pair, seen: Seen | None, taken: set[str]
    ) -> RestoreOutcome:
        outcome = compared(pair.outcome, pair.entry, pair.there, seen)
        if pair.place.hidden:
            outcome = replace(outcome, found=Found.UNREADABLE)
        twice = f"another object of this name goes to {outcome.path}"
        why = (
            (twice if outcome.path in taken else "")
            or outside(outcome.path, self.restore_roots)
            or pair.place.obstacle
        )
        if why and outcome.found is not Found.SAME:
            return blocked(outcome, why, outcome.found)
        return decided(outcome, pair.there, request.on_conflict)

    @step(RestoreStep.T4)
    def _seen(self, pair: Pair) -> Seen:
        """What the bytes at the target are; dropped as soon as that is known."""
        path, wanted = pair.outcome.path, pair.entry.format
        try:
            content = self.workspace.export(path, wanted)
        except (CredentialsRefused, ExportDisabled):
            raise
        except Transient as error:
            self.site.trouble.met(error)
            return Seen(problem=str(error))
        except Permanent as error:
            return Seen(problem=str(error))
        self.site.trouble.over()
        return Seen(blob_id(content))


def _pairs(
    request: RestoreRequest,
    folder: StoredFolder,
    manifest: Manifest,
    place: Place,
    backing: Backing,
) -> Iterable[Pair]:
    for entry in wanted_entries(folder, manifest):
        older = backing.older(manifest, entry)
        outcome = replace(stored_outcome(request, manifest.path, entry), older=older)
        exactly = folder.names is not None
        yield Pair(entry, outcome, place, place.at(entry.name), exactly)


def wanted_entries(folder: StoredFolder, manifest: Manifest) -> tuple[Entry, ...]:
    """The objects of the folder that were asked for."""
    names = folder.names
    return tuple(e for e in manifest.entries if names is None or e.name in names)


def manifest_of(folder: StoredFolder, raw: bytes) -> Manifest | None:
    """The folder's manifest; None where somebody put something else in its place."""
    manifest = read_manifest(raw)
    return manifest if manifest and manifest.git_path == folder.git_path else None


def _unreadable(request: RestoreRequest, folder: StoredFolder) -> RestoreOutcome:
    return RestoreOutcome(
        path=request.target_of(f"/{folder.git_path}"),
        action=Action.BLOCKED,
        detail=(
            "its manifest at this restore point is not one of ours: somebody edited"
            " it; choose another restore point"
        ),
    )
