"""What a walk learns of the workspace, listing by listing."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.folder import decide
from shared.domain.index import Index
from shared.domain.objects import Format, WorkspaceObject
from shared.domain.plan import PlannedFolder
from shared.domain.scope import Scope
from shared.domain.walk import FolderToList, Gone, Listed, Walk, take_in
from shared.errors import UnknownVersion
from tests.builders import (
    LATER,
    TOO_LARGE,
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
    indexed,
)

EVERYTHING = Scope(("/",), (".bundle",))
LOAD = a_notebook("/etl/load")
HUGE = a_file("/etl/huge")
SUB = a_folder("/etl/sub")
LISTING = (LOAD, HUGE, SUB)
ETL = FolderToList("/etl", "etl", a_listing("/etl").object_id)


@pytest.fixture
def index() -> Index:
    """The folder /etl as it was stored: a notebook, an exception, a sub-folder."""
    return indexed(stored(a_listing("/etl", *LISTING)))


def stored(*folders: PlannedFolder) -> Tree:
    tree: Tree = {}
    for folder in folders:
        results = {o.object_id: exported("1") for o in folder.objects if o != HUGE}
        held = held_in(tree, folder.git_path)
        decision = decide(
            folder, held, results | {HUGE.object_id: TOO_LARGE}, Format.SOURCE
        )
        tree = after(tree, decision.changes)
    return tree


def listed(
    walk: Walk,
    index: Index,
    *listing: WorkspaceObject,
    folder: FolderToList = ETL,
    everything: bool = False,
) -> Listed:
    return take_in(
        walk,
        folder,
        listing,
        index,
        EVERYTHING,
        Format.SOURCE,
        {},
        everything=everything,
    )


def test_an_unchanged_folder_is_not_stored_and_its_sub_folders_are_listed_next(
    index: Index,
) -> None:
    walk = Walk([])

    result = listed(walk, index, *LISTING)

    assert result == Listed((FolderToList("/etl/sub", "etl/sub", SUB.object_id),), None)
    assert (walk.folders, walk.listed, walk.equal) == (1, 2, 2)
    assert (walk.gone, walk.gone_folders, walk.arrived) == ([], [], {})


def test_a_changed_folder_is_stored_with_what_the_index_knows(index: Index) -> None:
    walk = Walk([])
    edited = replace(LOAD, modified_at=LATER)

    store = listed(walk, index, edited, HUGE, SUB).store

    known = index.get("/etl")
    assert store is not None
    assert known is not None
    assert store.objects == (edited, HUGE, SUB)
    assert (store.git_path, store.names) == ("etl", {"sub": "sub"})
    assert (store.manifest, store.checked) == (known.manifest, False)
    assert walk.equal == 0


def test_a_folder_the_index_does_not_vouch_for_is_stored(index: Index) -> None:
    known = index.get("/etl")
    assert known is not None
    index.put(replace(known, vouched=False))

    store = listed(Walk([]), index, *LISTING).store

    assert store is not None
    assert not store.checked


def test_a_full_run_stores_what_is_equal(index: Index) -> None:
    store = listed(Walk([]), index, *LISTING, everything=True).store

    assert store is not None
    assert not store.checked


def test_a_folder_with_an_untimed_object_is_stored_but_checked() -> None:
    board = a_dashboard("/etl/sales")
    index = indexed(stored(a_listing("/etl", LOAD, board)))

    store = listed(Walk([]), index, LOAD, board).store

    assert store is not None
    assert store.checked
    assert store.untimed == {board.object_id: exported("1").blob}


def test_another_format_of_notebooks_is_a_change(index: Index) -> None:
    result = take_in(
        Walk([]),
        ETL,
        LISTING,
        index,
        EVERYTHING,
        Format.JUPYTER,
        {},
        everything=False,
    )

    assert result.store is not None


def test_the_facts_of_a_git_folder_are_taken_along() -> None:
    clone = a_git_folder("/etl/repo")
    facts = {"/etl/repo": a_clone("/etl/repo"), "/x": a_clone("/x")}
    index = indexed(stored(a_listing("/etl", clone, git_folders=(facts["/etl/repo"],))))

    def take(clones: dict[str, object]) -> PlannedFolder | None:
        return take_in(
            Walk([]),
            ETL,
            (clone,),
            index,
            EVERYTHING,
            Format.SOURCE,
            clones,  # type: ignore[arg-type]
            everything=False,
        ).store

    assert take({**facts}) is None
    moved_on = take({"/etl/repo": a_clone("/etl/repo", head_commit="d" * 8)})
    assert moved_on is not None
    assert moved_on.git_folders[0].head_commit == "d" * 8


def test_what_is_excluded_is_not_listed_but_named() -> None:
    walk = Walk([])
    bundle = a_folder("/etl/.bundle")

    result = listed(walk, Index(), LOAD, bundle)

    assert result.next == ()
    assert result.store is not None
    assert result.store.objects == (LOAD,)
    assert walk.excluded == ["/etl/.bundle"]


def test_what_is_gone_is_noted(index: Index) -> None:
    walk = Walk([])

    listed(walk, index, HUGE)

    assert walk.gone == [Gone("/etl", LOAD.object_id, "load", "NOTEBOOK")]
    assert walk.gone_folders == [("/etl", "sub")]
    assert walk.walked == {"/etl"}


def test_what_was_excluded_meanwhile_is_gone(index: Index) -> None:
    walk = Walk([])
    scope = Scope(("/",), ("sub", "load"))

    take_in(walk, ETL, LISTING, index, scope, Format.SOURCE, {}, everything=False)

    assert [gone.name for gone in walk.gone] == ["load"]
    assert walk.gone_folders == [("/etl", "sub")]


def test_a_replaced_object_is_not_gone_but_arrived(index: Index) -> None:
    walk = Walk([])

    listed(walk, index, replace(LOAD, object_id=1), HUGE, SUB)

    assert walk.gone == []
    assert walk.arrived == {1: "/etl/load"}


def test_a_renamed_object_is_gone_and_arrived(index: Index) -> None:
    walk = Walk([])

    listed(walk, index, replace(LOAD, path="/etl/fetch"), HUGE, SUB)

    assert [gone.name for gone in walk.gone] == ["load"]
    assert walk.arrived == {LOAD.object_id: "/etl/fetch"}


def test_a_folder_that_became_a_git_folder_is_gone(index: Index) -> None:
    walk = Walk([])

    result = listed(walk, index, LOAD, HUGE, a_git_folder("/etl/sub"))

    assert walk.gone_folders == [("/etl", "sub")]
    assert result.next == ()


def test_where_nothing_is_stored_nothing_is_kept_to_compare() -> None:
    walk = Walk([])

    listed(walk, Index(), *LISTING)

    assert (walk.folders, walk.listed) == (1, 2)
    assert (walk.walked, walk.arrived) == (set(), {})


def test_a_known_exception_has_not_arrived_anew(index: Index) -> None:
    walk = Walk([])

    listed(walk, index, replace(LOAD, modified_at=LATER), HUGE, SUB)

    assert walk.arrived == {}


def test_sub_folders_that_differ_in_case_lie_apart() -> None:
    lower, upper = a_folder("/acme", object_id=2), a_folder("/Acme", object_id=1)

    result = listed(Walk([]), Index(), lower, upper, folder=FolderToList("/", ""))

    assert [f.git_path for f in result.next] == ["acme~2", "Acme"]


def test_when_acme_is_deleted_the_other_keeps_its_path() -> None:
    lower, upper = a_folder("/acme", object_id=2), a_folder("/Acme", object_id=1)
    names = {"acme": "acme~2", "Acme": "Acme"}
    index = indexed(stored(a_listing("/", lower, upper, names=names)))

    result = listed(Walk([]), index, lower, folder=FolderToList("/", ""))

    assert [f.git_path for f in result.next] == ["acme~2"]


def test_folders_at_the_top_keep_our_own_names_free() -> None:
    ours = a_folder("/.backup")

    result = listed(Walk([]), Index(), ours, folder=FolderToList("/", ""))

    assert [f.git_path for f in result.next] == ["%2Ebackup"]


@pytest.mark.parametrize("parents_too", [True, False])
def test_a_sub_folder_stays_where_it_lies_though_its_parent_does_not_tell(
    *, parents_too: bool
) -> None:
    """The parent was no root before, or it was not stored when the folder was."""
    index = indexed(
        stored(
            a_listing("/etl/sub", git_path="etl/sub~7"),
            *([a_listing("/etl", LOAD)] if parents_too else []),
        )
    )

    result = listed(Walk([]), index, LOAD, SUB)

    assert [f.git_path for f in result.next] == ["etl/sub~7"]
    assert result.store is not None
    assert result.store.names == {"sub": "sub~7"}


def test_a_folder_above_an_earlier_root_stays_where_it_lies() -> None:
    index = indexed(stored(a_listing("/etl/sub", git_path="etl~7/sub")))

    result = listed(
        Walk([]), index, a_folder("/etl"), folder=FolderToList("/", "", None)
    )

    assert [f.git_path for f in result.next] == ["etl~7"]


def test_the_list_of_what_is_excluded_is_capped() -> None:
    walk = Walk([])
    many = [a_folder(f"/etl/{n}") for n in range(1_200)]
    scope = Scope(("/",), ("[0-9]*",))

    take_in(walk, ETL, many, Index(), scope, Format.SOURCE, {}, everything=False)

    assert len(walk.excluded) == 1_000


texts = st.text(st.characters(codec="utf-8") | st.just("\udc80"), max_size=8)
walks = st.builds(
    Walk,
    frontier=st.lists(
        st.builds(FolderToList, texts, texts, st.none() | st.integers(1))
    ),
    walked=st.sets(texts),
    failed=st.dictionaries(texts, texts),
    gone=st.lists(st.builds(Gone, texts, st.integers(1), texts, texts)),
    gone_folders=st.lists(st.tuples(texts, texts)),
    arrived=st.dictionaries(st.integers(1), texts),
    excluded=st.lists(texts),
    listed=st.integers(0),
    equal=st.integers(0),
    folders=st.integers(0),
    vanished=st.lists(texts),
)


@given(walks)
def test_a_checkpoint_is_the_walk(walk: Walk) -> None:
    assert Walk.from_bytes(walk.to_bytes()) == walk


def test_a_checkpoint_of_a_newer_version_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.domain.walk.CHECKPOINT_VERSION", 99)
    newer = Walk([]).to_bytes()
    monkeypatch.undo()

    with pytest.raises(UnknownVersion):
        Walk.from_bytes(newer)


def test_equal_listings_in_any_order_are_equal(index: Index) -> None:
    orders: Sequence[Sequence[WorkspaceObject]] = [LISTING, LISTING[::-1]]

    assert [listed(Walk([]), index, *order).store for order in orders] == [None, None]
