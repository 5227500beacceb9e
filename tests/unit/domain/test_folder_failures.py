"""What a folder becomes when objects fail, are exceptions, or lag behind."""

from dataclasses import replace

import pytest

from shared.domain.held import Result
from shared.domain.objects import Format
from tests.builders import (
    FAILED,
    LATER,
    TOO_LARGE,
    VANISHED,
    Tree,
    a_clone,
    a_file,
    a_folder,
    a_git_folder,
    a_listing,
    a_notebook,
    after,
    exported,
    manifests_of,
)
from tests.unit.domain.folders import (
    LOAD,
    LOOK,
    MANIFEST,
    decided,
    night,
    told,
    two_notebooks,
    up_to_date,
    wanted,
)


@pytest.fixture
def tree() -> Tree:
    """Two notebooks, stored; a stranger's file beside them."""
    return two_notebooks()


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
