"""What a folder becomes in Git as objects come, change and go."""

from dataclasses import replace

import pytest

from shared.domain.folder import wanted_exports
from shared.domain.git import ChangeKind
from shared.domain.objects import Format
from shared.domain.outcomes import OutcomeKind
from tests.builders import (
    EARLIER,
    FAILED,
    LATER,
    Tree,
    a_dashboard,
    a_file,
    a_folder,
    a_git_folder,
    a_listing,
    a_notebook,
    after,
    exported,
    held_in,
    manifests_of,
)
from tests.unit.domain.folders import (
    LOAD,
    LOOK,
    MANIFEST,
    decided,
    night,
    paths,
    told,
    two_notebooks,
    up_to_date,
    wanted,
)


@pytest.fixture
def tree() -> Tree:
    """Two notebooks, stored; a stranger's file beside them."""
    return two_notebooks()


def test_new_objects_are_added_with_the_manifest_in_one_commit() -> None:
    folder = a_listing("/etl", LOAD)

    decision = decided({}, folder, {LOAD.object_id: exported("1")})

    assert paths(decision, ChangeKind.ADD) == ["etl/load.py", MANIFEST]
    assert told(decision) == [("added", "/etl/load")]
    assert decision.outcomes[0].size == 1


def test_an_empty_folder_is_its_manifest() -> None:
    tree = night({}, a_listing("/etl"), {})

    assert list(tree) == [MANIFEST]
    assert up_to_date(tree, a_listing("/etl"))


def test_an_empty_notebook_is_stored(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK, a_file("/etl/empty"))

    decision = decided(tree, folder, {folder.objects[2].object_id: exported("")})

    assert after(tree, decision.changes)["etl/empty"] == b""
    assert decision.outcomes[0].size == 0


def test_nothing_changed_is_nothing_to_do(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK)

    assert wanted(tree, folder) == []
    assert decided(tree, folder, {}).changes == ()
    assert decided(tree, folder, {}).outcomes == ()
    assert up_to_date(tree, folder)


def test_an_edited_object_is_exported_and_replaced(tree: Tree) -> None:
    edited = replace(LOAD, modified_at=LATER)
    folder = a_listing("/etl", edited, LOOK)

    assert wanted(tree, folder) == [edited]
    decision = decided(tree, folder, {edited.object_id: exported("1b")})

    assert paths(decision, ChangeKind.EDIT) == ["etl/load.py", MANIFEST]
    assert told(decision) == [("edited", "/etl/load")]
    assert up_to_date(after(tree, decision.changes), folder)


def test_a_touched_object_with_the_same_bytes_changes_the_manifest_only(
    tree: Tree,
) -> None:
    folder = a_listing("/etl", replace(LOAD, modified_at=LATER), LOOK)

    decision = decided(tree, folder, {LOAD.object_id: exported("1")})

    assert paths(decision, ChangeKind.EDIT) == [MANIFEST]
    assert decision.outcomes == ()


def test_every_object_is_wanted_in_a_full_run(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK, a_folder("/etl/x"), a_git_folder("/etl/g"))

    held = held_in(tree, "etl")

    assert wanted_exports(folder, held, Format.SOURCE, all_from=0) == (LOAD, LOOK)


def test_a_dashboard_is_wanted_every_time() -> None:
    board = a_dashboard("/etl/sales.lvdash.json")
    folder = a_listing("/etl", board)
    tree = night({}, folder, {board.object_id: exported("{}")})

    assert wanted(tree, folder) == [board]
    assert decided(tree, folder, {board.object_id: exported("{}")}).changes == ()


def test_an_object_that_moved_in_is_added(tree: Tree) -> None:
    moved = replace(a_notebook("/old/calc"), path="/etl/calc")
    folder = a_listing("/etl", LOAD, LOOK, moved)

    assert wanted(tree, folder) == [moved]
    decision = decided(tree, folder, {moved.object_id: exported("3")})

    assert paths(decision, ChangeKind.ADD) == ["etl/calc.py"]


def test_a_renamed_object_keeps_its_old_file_until_its_deletion_is_decided(
    tree: Tree,
) -> None:
    renamed = replace(LOAD, path="/etl/fetch")
    folder = a_listing("/etl", renamed, LOOK)

    decision = decided(tree, folder, {renamed.object_id: exported("1")})
    stored = after(tree, decision.changes)

    assert told(decision) == [("added", "/etl/fetch")]
    assert stored["etl/fetch.py"] == stored["etl/load.py"] == b"1"
    assert not up_to_date(stored, folder)


def test_an_object_renamed_by_case_gets_a_name_of_its_own(tree: Tree) -> None:
    renamed = replace(LOAD, path="/etl/LOAD")
    folder = a_listing("/etl", renamed, LOOK)

    stored = night(tree, folder, {renamed.object_id: exported("1")})

    assert f"etl/LOAD~{LOAD.object_id}.py" in stored
    assert "etl/load.py" in stored


def test_a_changed_language_changes_the_file_name(tree: Tree) -> None:
    folder = a_listing("/etl", replace(LOAD, language="SQL", modified_at=LATER), LOOK)

    decision = decided(tree, folder, {LOAD.object_id: exported("-- 1")})

    assert paths(decision, ChangeKind.ADD) == ["etl/load.sql"]
    assert paths(decision, ChangeKind.DELETE) == ["etl/load.py"]
    assert told(decision) == [("edited", "/etl/load")]
    assert decision.removed == ("load.py",)


def test_a_changed_language_alone_is_wanted_and_kept_as_it_was_if_it_fails(
    tree: Tree,
) -> None:
    folder = a_listing("/etl", replace(LOAD, language="SQL"), LOOK)

    assert wanted(tree, folder) == list(folder.objects[:1])
    stored = night(tree, folder, {LOAD.object_id: FAILED})

    assert stored == tree
    assert not up_to_date(stored, folder)


def test_a_new_object_replaces_the_one_whose_name_and_type_it_took(tree: Tree) -> None:
    anew = replace(LOAD, object_id=1, modified_at=LATER)
    folder = a_listing("/etl", anew, LOOK)

    decision = decided(tree, folder, {1: exported("new")})

    assert told(decision) == [("edited", "/etl/load")]
    assert after(tree, decision.changes)["etl/load.py"] == b"new"
    assert up_to_date(after(tree, decision.changes), folder)


def test_a_file_that_takes_a_notebooks_name_is_another_object(tree: Tree) -> None:
    file = a_file("/etl/load.py")
    folder = a_listing("/etl", LOAD, LOOK, file)

    stored = night(tree, folder, {file.object_id: exported("f")})

    assert stored["etl/load.py"] == b"1"
    assert stored[f"etl/load~{file.object_id}.py"] == b"f"


def test_what_is_no_longer_listed_stays_with_its_old_entry(tree: Tree) -> None:
    decision = decided(tree, a_listing("/etl", LOAD), {})

    assert decision.changes == ()
    assert not up_to_date(tree, a_listing("/etl", LOAD))


def test_a_sub_folder_no_longer_listed_stays_in_the_manifest() -> None:
    tree = night({}, a_listing("/etl", a_folder("/etl/old")), {})

    stored = night(tree, a_listing("/etl", a_folder("/etl/new")), {})

    assert {f.name for f in manifests_of(stored)["etl"].folders} == {"old", "new"}


def test_a_file_gives_way_to_the_sub_folder_that_the_plan_names() -> None:
    file = a_file("/etl/x", object_id=1)
    sub = a_folder("/etl/x", object_id=2)
    folder = a_listing("/etl", file, sub, names={"x": "x"})

    stored = night({}, folder, {1: exported("f")})

    assert "etl/x~1" in stored
    assert manifests_of(stored)["etl"].folders[0].git == "x"


def test_a_folder_keeps_the_id_that_its_manifest_knows() -> None:
    tree = night({}, a_listing("/etl", object_id=5), {})

    assert night(tree, a_listing("/etl", object_id=None), {}) == tree


def test_the_root_keeps_its_own_names_free() -> None:
    file = a_file("/README.md")
    folder = a_listing("/", file)

    stored = night({}, folder, {file.object_id: exported("theirs")})

    assert stored["%52EADME.md"] == b"theirs"


def test_outcomes_are_ordered_by_what_a_reader_asks_first(tree: Tree) -> None:
    new = a_file("/etl/new", modified_at=EARLIER)
    folder = a_listing(
        "/etl", replace(LOAD, modified_at=LATER), LOOK, new, a_git_folder("/etl/git")
    )

    decision = decided(
        tree, folder, {LOAD.object_id: FAILED, new.object_id: exported("n")}
    )

    assert [outcome.kind for outcome in decision.outcomes] == [
        OutcomeKind.ADDED,
        OutcomeKind.EXCEPTED,
        OutcomeKind.FAILED,
    ]
