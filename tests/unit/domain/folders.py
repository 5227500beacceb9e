"""A folder with two notebooks, and what a run makes of it."""

from collections.abc import Mapping

from shared.domain.decision import Decision
from shared.domain.digest import digest_of_listing, digest_of_manifest
from shared.domain.folder import decide, wanted_exports
from shared.domain.git import ChangeKind
from shared.domain.held import Result
from shared.domain.manifest import manifest_path
from shared.domain.objects import Format, WorkspaceObject
from shared.domain.plan import PlannedFolder
from tests.builders import (
    Tree,
    a_listing,
    a_notebook,
    after,
    exported,
    held_in,
    manifests_of,
)

MANIFEST = manifest_path("etl")
LOAD = a_notebook("/etl/load")
LOOK = a_notebook("/etl/look")


def two_notebooks() -> Tree:
    """Two notebooks, stored; a stranger's file beside them."""
    strangers: Tree = {"etl/notes.txt": b"mine", "README.md": b"mine too"}
    results = {LOAD.object_id: exported("1"), LOOK.object_id: exported("2")}
    return night(strangers, a_listing("/etl", LOAD, LOOK), results)


def decided(
    tree: Tree,
    folder: PlannedFolder,
    results: Mapping[int, Result],
    form: Format = Format.SOURCE,
) -> Decision:
    return decide(folder, held_in(tree, folder.git_path), results, form)


def night(
    tree: Tree,
    folder: PlannedFolder,
    results: Mapping[int, Result],
    form: Format = Format.SOURCE,
) -> Tree:
    return after(tree, decided(tree, folder, results, form).changes)


def wanted(
    tree: Tree, folder: PlannedFolder, form: Format = Format.SOURCE
) -> list[WorkspaceObject]:
    held = held_in(tree, folder.git_path)
    return list(wanted_exports(folder, held, form))


def paths(decision: Decision, kind: ChangeKind) -> list[str]:
    return [change.path for change in decision.changes if change.kind is kind]


def told(decision: Decision) -> list[tuple[str, str]]:
    return [(outcome.kind.value, outcome.path) for outcome in decision.outcomes]


def up_to_date(tree: Tree, folder: PlannedFolder, form: Format = Format.SOURCE) -> bool:
    manifest = manifests_of(tree)[folder.git_path]
    return digest_of_manifest(manifest) == digest_of_listing(
        git_path=folder.git_path,
        object_id=folder.object_id,
        notebook_format=form,
        objects=folder.objects,
        git_folders={clone.path: clone for clone in folder.git_folders},
    )
