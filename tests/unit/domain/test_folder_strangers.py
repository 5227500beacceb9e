"""What a folder becomes where somebody else changed it in Git."""

from dataclasses import replace

import pytest

from shared.domain.blob_ids import blob_id
from shared.domain.decision import differences
from shared.domain.folder import decide
from shared.domain.git import ChangeKind
from shared.domain.held import Held, foreign_edits, unaccounted
from shared.domain.objects import Format
from tests.builders import (
    FAILED,
    LATER,
    TOO_LARGE,
    Tree,
    a_file,
    a_folder,
    a_listing,
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
    wanted,
)


@pytest.fixture
def tree() -> Tree:
    """Two notebooks, stored; a stranger's file beside them."""
    return two_notebooks()


def test_an_old_file_that_somebody_removed_is_not_removed_again(tree: Tree) -> None:
    folder = a_listing("/etl", replace(LOAD, language="SQL", modified_at=LATER), LOOK)
    del tree["etl/load.py"]

    decision = decided(tree, folder, {LOAD.object_id: exported("-- 1")})

    assert paths(decision, ChangeKind.DELETE) == []


def test_a_foreign_file_in_the_way_keeps_its_place(tree: Tree) -> None:
    file = a_file("/etl/Notes.txt")
    folder = a_listing("/etl", LOAD, LOOK, file)

    stored = night(tree, folder, {file.object_id: exported("ours")})

    assert stored["etl/notes.txt"] == b"mine"
    assert stored[f"etl/Notes~{file.object_id}.txt"] == b"ours"


def test_a_foreign_folder_in_the_way_keeps_its_place(tree: Tree) -> None:
    file = a_file("/etl/docs")
    folder = a_listing("/etl", LOAD, LOOK, file)

    stored = night(
        {**tree, "etl/docs/a": b""}, folder, {file.object_id: exported("ours")}
    )

    assert f"etl/docs~{file.object_id}" in stored


def test_a_foreign_edit_is_exported_and_put_right(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    edited = {**tree, "etl/load.py": b"a stranger's"}

    assert [e.name for e in foreign_edits(held_in(edited, "etl"))] == ["load"]
    assert wanted(edited, folder) == [LOAD]
    assert night(edited, folder, {LOAD.object_id: exported("1")}) == tree


def test_a_foreign_deletion_is_exported_and_put_right(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    deleted = {path: raw for path, raw in tree.items() if path != "etl/load.py"}

    assert wanted(deleted, folder) == [LOAD]
    decision = decided(deleted, folder, {LOAD.object_id: exported("1")})

    assert after(deleted, decision.changes) == tree
    assert told(decision) == [("edited", "/etl/load")]


def test_a_foreign_edit_that_cannot_be_put_right_is_told_by_the_read_back(
    tree: Tree,
) -> None:
    edited = {**tree, "etl/load.py": b"a stranger's"}

    decision = decided(edited, a_listing("/etl", LOAD, LOOK), {LOAD.object_id: FAILED})

    assert decision.changes == ()
    assert differences(decision, held_in(edited, "etl")) == ("etl/load.py",)


def test_a_foreign_edit_of_what_is_gone_waits_for_the_deletion(tree: Tree) -> None:
    """A store never deletes what the listing no longer shows: it may be held back."""
    edited = {**tree, "etl/load.py": b"a stranger's"}

    decision = decided(edited, a_listing("/etl", LOOK), {})

    assert decision.changes == ()
    assert differences(decision, held_in(edited, "etl")) == ("etl/load.py",)


def test_a_missing_manifest_is_written_again_from_the_last_one(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    last = manifests_of(tree)["etl"]
    for damaged in ({}, {MANIFEST: b"<<<<<<< HEAD"}):
        found = {p: raw for p, raw in tree.items() if p != MANIFEST} | damaged

        decision = decide(folder, held_in(found, "etl", last), {}, Format.SOURCE)

        assert after(found, decision.changes) == tree


def test_without_any_manifest_the_files_there_are_a_strangers(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD)
    found = {path: raw for path, raw in tree.items() if path != MANIFEST}

    stored = night(found, folder, {LOAD.object_id: exported("anew")})

    assert stored["etl/load.py"] == b"1"
    assert stored[f"etl/load~{LOAD.object_id}.py"] == b"anew"


def test_an_entry_whose_file_was_lost_is_unaccounted_until_it_has_a_result(
    tree: Tree,
) -> None:
    huge = a_file("/etl/huge")
    board = a_folder("/etl/sub")
    folder = a_listing("/etl", LOAD, LOOK, huge, board)
    stored = night(tree, folder, {huge.object_id: TOO_LARGE})
    lost = held_in({p: raw for p, raw in stored.items() if p != "etl/load.py"}, "etl")

    assert unaccounted(folder, held_in(stored, "etl"), {}) == ()
    assert unaccounted(folder, lost, {}) == (LOAD,)
    assert unaccounted(folder, lost, {LOAD.object_id: FAILED}) == ()


def test_each_path_that_is_not_as_decided_is_told(tree: Tree) -> None:
    folder = a_listing("/etl", replace(LOAD, language="SQL", modified_at=LATER), LOOK)
    decision = decided(tree, folder, {LOAD.object_id: exported("-- 1")})
    right = held_in(after(tree, decision.changes), "etl")
    other = blob_id(b"flipped")

    def wrong(**changes: object) -> tuple[str, ...]:
        return differences(decision, replace(right, **changes))  # type: ignore[arg-type]

    assert wrong() == ()
    assert wrong(manifest_blob=other) == (MANIFEST,)
    assert wrong(files={**right.files, "load.sql": other}) == ("etl/load.sql",)
    assert wrong(files={**right.files, "load.py": other}) == ("etl/load.py",)
    assert wrong(files={}) == ("etl/load.sql", "etl/look.py")
    assert differences(decision, Held()) == (MANIFEST, "etl/load.sql", "etl/look.py")
