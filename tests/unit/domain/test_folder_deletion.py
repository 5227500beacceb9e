"""What is taken from a folder in Git, and what stays."""

import pytest

from shared.domain.decision import differences
from shared.domain.folder import decide
from shared.domain.folder_deletion import decide_deletion
from shared.domain.git import ChangeKind
from shared.domain.held import Result
from shared.domain.manifest import manifest_path
from shared.domain.objects import Format
from shared.domain.plan import PlannedDeletion
from tests.builders import (
    TOO_LARGE,
    Tree,
    a_file,
    a_folder,
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
BOTH = ((LOAD.object_id, "load"), (LOOK.object_id, "look"))


@pytest.fixture
def tree() -> Tree:
    """Two notebooks, an exception and a sub-folder; a stranger's file beside them."""
    huge = a_file("/etl/huge")
    folder = a_listing("/etl", LOAD, LOOK, huge, a_folder("/etl/sub"))
    strangers: Tree = {"etl/notes.txt": b"mine"}
    results: dict[int, Result] = {
        LOAD.object_id: exported("1"),
        LOOK.object_id: exported("2"),
        huge.object_id: TOO_LARGE,
    }
    decision = decide(folder, held_in(strangers, "etl"), results, Format.SOURCE)
    return after(strangers, decision.changes)


def test_exactly_the_named_objects_go(tree: Tree) -> None:
    deletion = PlannedDeletion("/etl", "etl", whole=False, objects=BOTH[:1])

    decision = decide_deletion(deletion, held_in(tree, "etl"))
    left = after(tree, decision.changes)

    assert left.keys() == {"etl/look.py", "etl/notes.txt", MANIFEST}
    assert [(o.kind, o.path) for o in decision.outcomes] == [("deleted", "/etl/load")]
    manifest = manifests_of(left)["etl"]
    assert [entry.name for entry in manifest.entries] == ["look"]
    assert manifest.exceptions
    assert manifest.folders


def test_a_sub_folder_goes_from_its_parents_manifest(tree: Tree) -> None:
    deletion = PlannedDeletion("/etl", "etl", whole=False, folders=("sub",))

    left = after(tree, decide_deletion(deletion, held_in(tree, "etl")).changes)

    assert manifests_of(left)["etl"].folders == ()
    assert left.keys() == tree.keys()


def test_a_whole_folder_goes_with_its_manifest_but_strangers_files_stay(
    tree: Tree,
) -> None:
    deletion = PlannedDeletion(
        "/etl", "etl", whole=True, objects=BOTH, folders=("sub",)
    )

    decision = decide_deletion(deletion, held_in(tree, "etl"))

    assert after(tree, decision.changes) == {"etl/notes.txt": b"mine"}
    assert decision.manifest is None
    assert decision.manifest_blob == ""


@pytest.mark.parametrize(
    ("objects", "folders"), [(BOTH[:1], ("sub",)), (BOTH, ()), ((), ("sub",))]
)
def test_a_folder_of_which_a_part_is_held_keeps_its_manifest(
    tree: Tree, objects: tuple[tuple[int, str], ...], folders: tuple[str, ...]
) -> None:
    deletion = PlannedDeletion("/etl", "etl", True, objects, folders)  # noqa: FBT003

    decision = decide_deletion(deletion, held_in(tree, "etl"))
    left = manifests_of(after(tree, decision.changes))["etl"]

    assert len(left.entries) == 2 - len(objects)
    assert len(left.folders) == 1 - len(folders)


def test_a_folder_that_is_still_there_keeps_its_manifest_when_all_of_it_goes(
    tree: Tree,
) -> None:
    deletion = PlannedDeletion(
        "/etl", "etl", whole=False, objects=BOTH, folders=("sub",)
    )

    left = after(tree, decide_deletion(deletion, held_in(tree, "etl")).changes)

    assert left.keys() == {"etl/notes.txt", MANIFEST}


def test_the_old_half_of_a_move_is_told_as_moved(tree: Tree) -> None:
    deletion = PlannedDeletion(
        "/etl", "etl", whole=False, objects=BOTH, moved_to={LOAD.object_id: "/new/load"}
    )

    outcomes = decide_deletion(deletion, held_in(tree, "etl")).outcomes

    assert [(o.kind, o.path, o.origin) for o in outcomes] == [
        ("moved", "/new/load", "/etl/load"),
        ("deleted", "/etl/look", ""),
    ]


def test_an_object_that_was_stored_anew_meanwhile_stays(tree: Tree) -> None:
    """The id is another, or the name: it is not what was to go."""
    deletion = PlannedDeletion(
        "/etl", "etl", whole=False, objects=((1, "load"), (LOOK.object_id, "x"))
    )

    assert decide_deletion(deletion, held_in(tree, "etl")).changes == ()


def test_a_file_that_somebody_deleted_before_is_no_change(tree: Tree) -> None:
    deletion = PlannedDeletion("/etl", "etl", whole=False, objects=BOTH[:1])
    found = {path: raw for path, raw in tree.items() if path != "etl/load.py"}

    decision = decide_deletion(deletion, held_in(found, "etl"))

    assert [c.kind for c in decision.changes] == [ChangeKind.EDIT]
    assert len(decision.outcomes) == 1


def test_a_deletion_may_come_twice_and_is_told_once(tree: Tree) -> None:
    """Also where the manifest went with it, and is only known from before."""
    before = manifests_of(tree)["etl"]
    for deletion in (
        PlannedDeletion("/etl", "etl", whole=True, objects=BOTH, folders=("sub",)),
        PlannedDeletion("/etl", "etl", whole=False, objects=BOTH[:1]),
    ):
        left = after(tree, decide_deletion(deletion, held_in(tree, "etl")).changes)

        for known in (None, before):
            again = decide_deletion(deletion, held_in(left, "etl", known))

            assert (again.changes, again.outcomes) == ((), ())


def test_of_a_manifest_that_somebody_removed_what_still_lies_there_is_told(
    tree: Tree,
) -> None:
    deletion = PlannedDeletion("/etl", "etl", whole=True, objects=BOTH)
    before = manifests_of(tree)["etl"]
    left = {path: raw for path, raw in tree.items() if path == "etl/load.py"}

    decision = decide_deletion(deletion, held_in(left, "etl", before))

    assert [(o.kind, o.path) for o in decision.outcomes] == [("deleted", "/etl/load")]


def test_a_deletion_that_git_dropped_is_told_by_the_read_back(tree: Tree) -> None:
    deletion = PlannedDeletion("/etl", "etl", whole=True, objects=BOTH)
    held = held_in(tree, "etl")

    decision = decide_deletion(deletion, held)
    done = held_in(after(tree, decision.changes), "etl")

    assert differences(decision, done) == ()
    assert differences(decision, held) == ("etl/load.py", "etl/look.py", MANIFEST)
