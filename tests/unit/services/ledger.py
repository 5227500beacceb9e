"""A model, in plain dictionaries, of what the repository may hold at a restore point.

It knows the workspace as it was and the repository as it is, never how the product
decides.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.domain.decision import inside
from shared.domain.manifest import Manifest, manifest_path
from shared.domain.objects import DIRECTORY, is_within, join, parent
from tests.builders import Tree, manifests_of
from tests.fakes.remotes import WorkspaceScene
from tests.unit.services.people import HUGE


class Facts(NamedTuple):
    """What must be true of an object to the byte; of a folder, its id."""

    content: bytes | None = None
    language: str | None = None
    object_id: int | None = None
    modified_at: int | None = None


type Place = tuple[str, str]
"""Path and type."""

type Picture = dict[Place, Facts]


def of_workspace(workspace: WorkspaceScene) -> Picture:
    """What a backup of the workspace holds."""
    return {
        place: facts
        for place, facts in everything_in(workspace).items()
        if place not in exceptions_of(workspace)
    }


def everything_in(workspace: WorkspaceScene) -> Picture:
    """What a listing shows, and what an export would give."""
    picture = {("/", DIRECTORY): Facts()}
    for path, obj in workspace.objects.items():
        if obj.descended:
            picture[path, obj.type] = Facts(object_id=obj.object_id)
        else:
            content = workspace.contents[path]
            facts = Facts(content, obj.language, obj.object_id, obj.modified_at)
            picture[path, obj.type] = facts
    return picture


def of_git(tree: Tree) -> Picture:
    """What a restore of the commit would bring back."""
    picture: Picture = {}
    for manifest in manifests_of(tree).values():
        picture[manifest.path, DIRECTORY] = Facts(object_id=manifest.object_id)
        for entry in manifest.entries:
            content = tree.get(inside(manifest.git_path, entry.file))
            picture[join(manifest.path, entry.name), entry.type] = Facts(
                content, entry.language, entry.object_id, entry.modified_at
            )
    return picture


def exceptions_of(workspace: WorkspaceScene) -> set[Place]:
    """What no backup can hold, and must name."""
    return {
        (path, obj.type)
        for path, obj in workspace.objects.items()
        if not obj.descended
        and (not obj.storable or workspace.contents[path].startswith(HUGE))
    }


def exceptions_in(tree: Tree) -> set[Place]:
    """What the manifests name as not stored."""
    return {
        (join(manifest.path, excepted.name), excepted.type)
        for manifest in manifests_of(tree).values()
        for excepted in manifest.exceptions
    }


@dataclass
class Told:
    """The paths that a record names; what lies below a named folder is named, too."""

    paths: frozenset[str]
    held: frozenset[str]
    foreign: frozenset[str]

    @staticmethod
    def by(record: Mapping[str, Any], homes: Mapping[str, set[str]]) -> "Told":
        """By all its lists of what is missing; Git paths stand for where they lie."""
        kinds = ("failures", "held_deletions", "vanished")
        held = {fact["path"] for fact in record["held_deletions"]["named"]}
        paths = {fact["path"] for kind in kinds for fact in record[kind]["named"]}
        foreign = {fact["path"] for fact in record["foreign_changes"]["named"]}
        foreign |= {path for git in foreign for path in homes.get(git, ())}
        return Told(frozenset(paths), frozenset(held), frozenset(foreign))

    def names(self, path: str) -> bool:
        """Whether it, or a folder above it, is named."""
        return any(is_within(path, named) for named in self.paths) or any(
            is_within(held, path) for held in self.held
        )


@dataclass
class Ledger:
    """What the workspace showed since the last run ended, and what Git held then."""

    workspace: WorkspaceScene
    seen: list[Picture] = field(default_factory=list)
    listed: set[tuple[Place, Facts]] = field(default_factory=set)
    before: Picture = field(default_factory=dict)
    homes: dict[str, set[str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    spoilt: set[str] = field(default_factory=set)
    told_foreign: set[str] = field(default_factory=set)

    def begin(self, tree: Tree) -> None:
        """From here on, until the next run has ended."""
        self.seen, self.listed = [], set()
        self.look()
        self.before = of_git(tree)
        self.note(tree)

    def look(self) -> None:
        """The workspace has changed while a run is on."""
        self.seen.append(of_workspace(self.workspace))
        self.listed |= set(everything_in(self.workspace).items())

    def note(self, tree: Tree) -> None:
        """Remember which Git path stands for which object."""
        for git_path, manifest in manifests_of(tree).items():
            for git, path in _homes(git_path, manifest):
                self.homes.setdefault(git, set()).add(path)

    def touch(self, git_path: str) -> None:
        """Somebody's hand was at it."""
        self.touched.add(git_path)
        self.spoilt.add(git_path)

    def healed(self, tree: Tree, head: Tree) -> None:
        """A complete run found `tree` right; what was touched since is in `head`."""
        self.spoilt = {git for git in self.spoilt if tree.get(git) != head.get(git)}
        self.told_foreign.clear()

    def wrong(
        self, tree: Tree, told: Told, *, complete: bool, scope: Collection[str]
    ) -> Iterator[str]:
        """What must not be so at a restore point, place by place."""
        after = of_git(tree)
        self.told_foreign |= told.foreign
        for place in {*after, *self.before, *(p for seen in self.seen for p in seen)}:
            now, then = after.get(place), self.before.get(place)
            shown = [seen.get(place) for seen in self.seen]
            waits = not complete or ("/" not in scope and None in shown)
            if self._as_shown(place, now) or (
                waits and self._is_theirs(place[0], told)
            ):
                continue
            if then and not now and None not in shown:
                yield f"{place}: is deleted, but is there"
            elif not _may_be_old(place, now, then, shown, told, complete, scope):
                yield f"{place}: {now} is neither of {shown} nor, named, {then}"

    def _as_shown(self, place: Place, now: Facts | None) -> bool:
        """Whether it was so at some time; what changed meanwhile may be so in part.

        An export knows no type and no id: its bytes may be another object's.
        """
        shown = [seen.get(place) for seen in self.seen]
        if now is None or now in shown or len(shown) == 1:
            return now in shown
        path, _ = place
        facts = [facts for at, facts in self.listed if at[0] == path]
        return all(part in {old[n] for old in facts} for n, part in enumerate(now))

    def _is_theirs(self, path: str, told: Told) -> bool:
        """Whether somebody's hand changed it, or its folder's manifest, as is told."""
        spoilt = {path for git in self.spoilt for path in self.homes.get(git, ())}
        at = {path, parent(path)}
        return bool(spoilt & at) and (bool(self.told_foreign & at) or told.names(path))


def _may_be_old(
    place: Place,
    now: Facts | None,
    then: Facts | None,
    shown: list[Facts | None],
    told: Told,
    complete: bool,  # noqa: FBT001 - a fact of the run
    scope: Collection[str],
) -> bool:
    """Whether it may be as it was before, not as in the workspace."""
    path, kind = place
    if path in scope and kind == DIRECTORY and path != "/":
        return now is not None
    if not any(is_within(path, root) for root in scope):
        return now == then
    gone = None in shown
    if "/" not in scope and gone:
        return now == then
    return now == then and told.names(path) and (gone or not complete)


def _homes(git_path: str, manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield git_path or "/", manifest.path
    yield manifest_path(git_path), manifest.path
    for entry in manifest.entries:
        yield inside(git_path, entry.file), join(manifest.path, entry.name)
