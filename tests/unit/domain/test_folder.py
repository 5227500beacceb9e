"""What a folder becomes in Git, case by case."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.domain.blob_ids import blob_id
from shared.domain.decision import Decision, differences
from shared.domain.digest import digest_of_listing, digest_of_manifest
from shared.domain.folder import decide, wanted_exports
from shared.domain.git import ChangeKind
from shared.domain.held import Held, Result, foreign_edits, unaccounted
from shared.domain.manifest import manifest_path
from shared.domain.objects import Format, WorkspaceObject
from shared.domain.outcomes import OutcomeKind
from shared.domain.plan import PlannedFolder
from tests.builders import (
    EARLIER,
    FAILED,
    LATER,
    TOO_LARGE,
    VANISHED,
    Tree,
    a_clone,
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

MANIFEST = manifest_path("etl")
LOAD = a_notebook("/etl/load")
LOOK = a_notebook("/etl/look")


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
    return list(wanted_exports(folder, held, form, everything=False))


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


@pytest.fixture
def tree() -> Tree:
    """Two notebooks, stored; a stranger's file beside them."""
    strangers: Tree = {"etl/notes.txt": b"mine", "README.md": b"mine too"}
    results = {LOAD.object_id: exported("1"), LOOK.object_id: exported("2")}
    return night(strangers, a_listing("/etl", LOAD, LOOK), results)


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

    assert wanted_exports(folder, held, Format.SOURCE, everything=True) == (LOAD, LOOK)


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


def test_an_old_file_that_somebody_removed_is_not_removed_again(tree: Tree) -> None:
    folder = a_listing("/etl", replace(LOAD, language="SQL", modified_at=LATER), LOOK)
    del tree["etl/load.py"]

    decision = decided(tree, folder, {LOAD.object_id: exported("-- 1")})

    assert paths(decision, ChangeKind.DELETE) == []


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


def test_what_is_to_be_replaced_stays_while_its_successor_fails(tree: Tree) -> None:
    folder = a_listing("/etl", replace(LOAD, object_id=1), LOOK)

    stored = night(tree, folder, {1: FAILED})

    assert stored == tree
    assert not up_to_date(stored, folder)


def test_a_successor_that_is_an_exception_replaces_what_was_there(tree: Tree) -> None:
    folder = a_listing("/etl", replace(LOAD, object_id=1), LOOK)

    decision = decided(tree, folder, {1: TOO_LARGE})
    stored = after(tree, decision.changes)

    assert "etl/load.py" not in stored
    assert up_to_date(stored, folder)


def test_a_file_that_takes_a_notebooks_name_is_another_object(tree: Tree) -> None:
    file = a_file("/etl/load.py")
    folder = a_listing("/etl", LOAD, LOOK, file)

    stored = night(tree, folder, {file.object_id: exported("f")})

    assert stored["etl/load.py"] == b"1"
    assert stored[f"etl/load~{file.object_id}.py"] == b"f"


@pytest.mark.parametrize("result", [FAILED, VANISHED])
def test_what_cannot_be_exported_now_keeps_what_git_has(
    tree: Tree, result: Result
) -> None:
    folder = a_listing("/etl", replace(LOAD, modified_at=LATER), LOOK)

    decision = decided(tree, folder, {LOAD.object_id: result})

    assert decision.changes == ()
    assert told(decision) == [(result.kind.value, "/etl/load")]  # type: ignore[union-attr]
    assert wanted(tree, folder) == [folder.objects[0]]
    assert not up_to_date(tree, folder)


def test_a_new_object_that_fails_leaves_the_folder_different() -> None:
    folder = a_listing("/etl", LOAD)

    stored = night({}, folder, {LOAD.object_id: FAILED})

    assert list(stored) == [MANIFEST]
    assert wanted(stored, folder) == [LOAD]
    assert not up_to_date(stored, folder)


def test_what_became_too_large_leaves_git_and_is_named(tree: Tree) -> None:
    folder = a_listing("/etl", replace(LOAD, modified_at=LATER), LOOK)

    decision = decided(tree, folder, {LOAD.object_id: TOO_LARGE})
    stored = after(tree, decision.changes)

    assert "etl/load.py" not in stored
    assert told(decision) == [("excepted", "/etl/load")]
    assert (decision.outcomes[0].known, decision.outcomes[0].size) == (
        False,
        10_485_761,
    )
    assert up_to_date(stored, folder)
    assert wanted(stored, folder) == []


def test_a_known_exception_is_no_news_even_as_a_new_object(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK, a_file("/etl/huge"))
    stored = night(tree, folder, {folder.objects[2].object_id: TOO_LARGE})
    anew = a_listing("/etl", LOAD, LOOK, a_file("/etl/huge", object_id=7))

    for again, results in ((folder, {}), (anew, {7: TOO_LARGE})):
        decision = decided(stored, again, results)

        assert [(o.path, o.known) for o in decision.outcomes] == [("/etl/huge", True)]


def test_an_exception_that_shrank_is_stored(tree: Tree) -> None:
    huge = a_file("/etl/huge")
    stored = night(
        tree, a_listing("/etl", LOAD, LOOK, huge), {huge.object_id: TOO_LARGE}
    )
    smaller = a_listing("/etl", LOAD, LOOK, replace(huge, modified_at=LATER))

    assert wanted(stored, smaller) == [smaller.objects[2]]
    decision = decided(stored, smaller, {huge.object_id: exported("s")})

    assert told(decision) == [("added", "/etl/huge")]
    assert up_to_date(after(stored, decision.changes), smaller)


def test_an_exception_that_fails_after_an_edit_stays_a_known_one(tree: Tree) -> None:
    huge = a_file("/etl/huge")
    stored = night(
        tree, a_listing("/etl", LOAD, LOOK, huge), {huge.object_id: TOO_LARGE}
    )
    edited = a_listing("/etl", LOAD, LOOK, replace(huge, modified_at=LATER))

    failed = night(stored, edited, {huge.object_id: FAILED})

    assert failed == stored
    assert not up_to_date(failed, edited)


def test_types_without_an_export_are_exceptions_by_their_real_name() -> None:
    library = replace(a_file("/etl/lib"), type="LIBRARY", modified_at=None)
    clone = a_git_folder("/etl/repo")
    folder = a_listing(
        "/etl", library, clone, git_folders=(a_clone("/etl/repo", branch="dev"),)
    )

    tree = night({}, folder, {})
    named = manifests_of(tree)["etl"].exceptions

    assert [(x.name, x.reason) for x in named] == [
        ("lib", "LIBRARY has no export"),
        ("repo", "Git folder"),
    ]
    assert (named[1].url, named[1].branch) == ("https://example.com/x", "dev")
    assert up_to_date(tree, folder)
    assert wanted(tree, folder) == []


def test_a_git_folder_without_its_facts_is_still_named() -> None:
    clone = a_folder("/etl/repo", is_git_folder=True)

    tree = night({}, a_listing("/etl", clone), {})

    assert manifests_of(tree)["etl"].exceptions[0].type == "DIRECTORY"
    assert up_to_date(tree, a_listing("/etl", clone))


def test_what_is_no_longer_listed_stays_with_its_old_entry(tree: Tree) -> None:
    decision = decided(tree, a_listing("/etl", LOAD), {})

    assert decision.changes == ()
    assert not up_to_date(tree, a_listing("/etl", LOAD))


def test_a_sub_folder_no_longer_listed_stays_in_the_manifest() -> None:
    tree = night({}, a_listing("/etl", a_folder("/etl/old")), {})

    stored = night(tree, a_listing("/etl", a_folder("/etl/new")), {})

    assert {f.name for f in manifests_of(stored)["etl"].folders} == {"old", "new"}


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


def test_a_file_gives_way_to_the_sub_folder_that_the_plan_names() -> None:
    file = a_file("/etl/x", object_id=1)
    sub = a_folder("/etl/x", object_id=2)
    folder = a_listing("/etl", file, sub, names={"x": "x"})

    stored = night({}, folder, {1: exported("f")})

    assert "etl/x~1" in stored
    assert manifests_of(stored)["etl"].folders[0].git == "x"


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


def test_partial_results_are_stored_and_the_rest_follows() -> None:
    folder = a_listing("/etl", a_notebook("/etl/Load", object_id=9), LOAD, LOOK)
    first = {9: exported("0")}

    part = night({}, folder, first)
    rest = {LOAD.object_id: exported("1"), LOOK.object_id: exported("2")}

    assert wanted(part, folder) == [LOAD, LOOK]
    assert not up_to_date(part, folder)
    assert night(part, folder, rest) == night({}, folder, first | rest)


def test_a_new_notebook_format_stores_all_notebooks_anew(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    results = {o.object_id: exported("{}", Format.JUPYTER) for o in (LOAD, LOOK)}

    assert wanted(tree, folder, Format.JUPYTER) == [LOAD, LOOK]
    stored = night(tree, folder, results, Format.JUPYTER)

    assert {"etl/load.ipynb", "etl/look.ipynb"} < stored.keys()
    assert "etl/load.py" not in stored
    assert up_to_date(stored, folder, Format.JUPYTER)
    assert wanted(stored, folder, Format.JUPYTER) == []


@pytest.mark.parametrize("result", [FAILED, VANISHED, None])
def test_a_notebook_that_lags_behind_in_format_keeps_the_folder_different(
    tree: Tree, result: Result | None
) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    results: dict[int, Result] = {LOAD.object_id: exported("{}", Format.JUPYTER)}
    results |= {LOOK.object_id: result} if result else {}

    stored = night(tree, folder, results, Format.JUPYTER)

    assert not up_to_date(stored, folder, Format.JUPYTER)
    assert wanted(stored, folder, Format.JUPYTER) == [LOOK]
    rest = {LOOK.object_id: exported("{}", Format.JUPYTER)}
    assert up_to_date(
        night(stored, folder, rest, Format.JUPYTER), folder, Format.JUPYTER
    )


def test_a_format_that_is_set_back_is_a_change_while_notebooks_are_mixed(
    tree: Tree,
) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    results: dict[int, Result] = {
        LOAD.object_id: exported("{}", Format.JUPYTER),
        LOOK.object_id: FAILED,
    }

    mixed = night(tree, folder, results, Format.JUPYTER)

    assert not up_to_date(mixed, folder)
    assert wanted(mixed, folder) == [LOAD]
    assert night(mixed, folder, {LOAD.object_id: exported("1")}) == tree


def test_what_was_too_large_as_jupyter_is_settled_as_source_until_the_format_changes(
    tree: Tree,
) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    results: dict[int, Result] = {
        LOAD.object_id: exported("# big"),
        LOOK.object_id: exported("{}", Format.JUPYTER),
    }

    stored = night(tree, folder, results, Format.JUPYTER)

    assert up_to_date(stored, folder, Format.JUPYTER)
    assert wanted(stored, folder, Format.JUPYTER) == []
    assert wanted(stored, folder) == [LOAD, LOOK]


def test_an_exception_is_decided_anew_in_another_format(tree: Tree) -> None:
    folder = a_listing("/etl", LOAD, LOOK)
    stored = night(tree, folder, {LOAD.object_id: TOO_LARGE})
    jupyter: dict[int, Result] = {LOOK.object_id: exported("{}", Format.JUPYTER)}

    assert wanted(stored, folder, Format.JUPYTER) == [LOAD, LOOK]
    lagging = night(stored, folder, jupyter | {LOAD.object_id: FAILED}, Format.JUPYTER)
    settled = night(
        stored, folder, jupyter | {LOAD.object_id: TOO_LARGE}, Format.JUPYTER
    )

    assert not up_to_date(lagging, folder, Format.JUPYTER)
    assert up_to_date(settled, folder, Format.JUPYTER)


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


def test_a_folder_keeps_the_id_that_its_manifest_knows() -> None:
    tree = night({}, a_listing("/etl", object_id=5), {})

    assert night(tree, a_listing("/etl", object_id=None), {}) == tree


def test_the_root_keeps_its_own_names_free() -> None:
    file = a_file("/README.md")
    folder = a_listing("/", file)

    stored = night({}, folder, {file.object_id: exported("theirs")})

    assert stored["%52EADME.md"] == b"theirs"


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
