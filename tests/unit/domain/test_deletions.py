"""I2: what may be deleted after a walk, and what is held back."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from shared.domain.deletions import Deletions, Fuse, in_shards, plan_deletions
from shared.domain.folder import decide
from shared.domain.index import Index
from shared.domain.objects import Format, WorkspaceObject, parent
from shared.domain.plan import PlannedDeletion
from shared.domain.scope import Scope
from shared.domain.walk import FolderToList, Walk, take_in
from tests.builders import (
    Tree,
    a_folder,
    a_listing,
    a_notebook,
    after,
    exported,
    held_in,
    indexed,
)

WHOLE = Scope(("/",))
NO_FUSE = Fuse(percent=100, minimum=1)

type Workspace = dict[str, list[WorkspaceObject]]
"""The listing of each folder, by its path."""


def a_workspace(*paths: str) -> Workspace:
    """Notebooks at these paths; a path that ends with a slash is an empty folder."""
    found: Workspace = {"/": []}
    for path in paths:
        folder = path.rstrip("/") if path.endswith("/") else parent(path)
        _add_folder(found, folder)
        if not path.endswith("/"):
            found[folder].append(a_notebook(path))
    return found


def _add_folder(workspace: Workspace, path: str) -> None:
    if path not in workspace:
        _add_folder(workspace, parent(path))
        workspace[parent(path)].append(a_folder(path))
        workspace[path] = []


def backed_up(workspace: Workspace) -> Index:
    """The index of a complete backup."""
    tree: Tree = {}
    for path, objects in workspace.items():
        folder = a_listing(path, *objects)
        results = {obj.object_id: exported(obj.path) for obj in objects}
        held = held_in(tree, folder.git_path)
        tree = after(tree, decide(folder, held, results, Format.SOURCE).changes)
    return indexed(tree)


def walked(
    workspace: Workspace,
    index: Index,
    scope: Scope = WHOLE,
    failing: tuple[str, ...] = (),
) -> Walk:
    """A walk to its end; folders that fail cannot be listed."""
    walk = Walk([FolderToList(root, root.lstrip("/")) for root in scope.roots])
    while walk.frontier:
        folder = walk.frontier.pop()
        if folder.path in failing or folder.path not in workspace:
            walk.failed[folder.path] = "500"
            continue
        result = take_in(
            walk,
            folder,
            workspace[folder.path],
            index,
            scope,
            Format.SOURCE,
            {},
            everything=False,
        )
        walk.frontier += result.next
    return walk


def planned(
    walk: Walk,
    index: Index,
    *,
    scope: Scope = WHOLE,
    fuse: Fuse = NO_FUSE,
    arrived: bool = True,
    hold: str = "",
    allowed: Collection[tuple[str, int | None]] = (),
) -> Deletions:
    return plan_deletions(
        walk, index, scope, fuse, lambda *_: arrived, hold=hold, allowed=allowed
    )


def gone(deletions: Deletions) -> dict[str, list[str]]:
    """The names that go, by folder; a whole folder's path ends with a slash."""
    return {
        plan.path + ("/" if plan.whole else ""): [
            *sorted(name for _, name in plan.objects),
            *(f"{name}/" for name in sorted(plan.folders)),
        ]
        for plan in deletions.plans
    }


BEFORE = ("/a/x", "/a/b/y", "/a/b/c/z", "/d/v", "/d/w")


@pytest.fixture
def index() -> Index:
    return backed_up(a_workspace(*BEFORE))


def test_nothing_is_deleted_where_nothing_is_gone(index: Index) -> None:
    deletions = planned(walked(a_workspace(*BEFORE), index), index)

    assert deletions == Deletions()


def test_an_object_that_is_gone_is_deleted_from_its_folder(index: Index) -> None:
    now = a_workspace("/a/x", "/a/b/y", "/a/b/c/z", "/d/v")

    deletions = planned(walked(now, index), index)

    assert gone(deletions) == {"/d": ["w"]}
    known = index.get("/d")
    assert known is not None
    assert deletions.plans[0].git_path == "d"
    assert deletions.plans[0].manifest == known.manifest
    assert (deletions.objects, deletions.moved) == (1, 0)


def test_a_folder_that_is_gone_is_deleted_with_all_below_it_deepest_first(
    index: Index,
) -> None:
    deletions = planned(walked(a_workspace("/d/v", "/d/w"), index), index)

    assert list(gone(deletions).items()) == [
        ("/a/b/c/", ["z"]),
        ("/a/b/", ["y", "c/"]),
        ("/a/", ["x", "b/"]),
        ("/", ["a/"]),
    ]
    assert deletions.objects == 3


def test_an_empty_folder_that_is_gone_is_deleted() -> None:
    index = backed_up(a_workspace("/a/x", "/empty/"))

    deletions = planned(walked(a_workspace("/a/x"), index), index)

    assert gone(deletions) == {"/empty/": [], "/": ["empty/"]}


@pytest.mark.parametrize("failing", ["/", "/a", "/a/b", "/a/b/c"])
def test_a_failed_listing_never_deletes(index: Index, failing: str) -> None:
    """Its folders may be there still, and all below them."""
    now = a_workspace(*BEFORE)

    deletions = planned(walked(now, index, failing=(failing,)), index)

    assert deletions == Deletions()


def test_below_a_failed_listing_nothing_is_deleted_while_beside_it_is(
    index: Index,
) -> None:
    now = a_workspace("/a/x", "/a/b/y", "/d/v")

    deletions = planned(walked(now, index, failing=("/a/b",)), index)

    assert gone(deletions) == {"/d": ["w"]}


def test_a_vanished_folder_is_neither_deleted_nor_failed(index: Index) -> None:
    now = a_workspace(*BEFORE)
    walk = walked(now, index)
    for path in ("/a/b", "/a/b/c"):
        walk.walked.discard(path)
    walk.vanished.append("/a/b")

    assert planned(walk, index) == Deletions()
    assert walk.failed == {}


def test_a_root_that_could_not_be_listed_deletes_nothing(index: Index) -> None:
    scope = Scope(("/a", "/d"))
    now = a_workspace("/d/v", "/d/w")

    assert planned(walked(now, index, scope), index, scope=scope) == Deletions()


def test_what_lies_outside_the_roots_stays(index: Index) -> None:
    scope = Scope(("/d",))

    deletions = planned(walked(a_workspace("/d/v"), index, scope), index, scope=scope)

    assert gone(deletions) == {"/d": ["w"]}


def test_a_folder_that_became_excluded_is_deleted(index: Index) -> None:
    scope = Scope(("/",), ("b",))

    deletions = planned(walked(a_workspace(*BEFORE), index, scope), index, scope=scope)

    assert gone(deletions) == {
        "/a/b/c/": ["z"],
        "/a/b/": ["y", "c/"],
        "/a": ["b/"],
    }


def moved_from_a_to_d() -> Workspace:
    """/a/b was moved to /d/b, ids and all."""
    now = a_workspace("/a/x", "/d/v", "/d/w", "/d/b/c/")
    now["/d/b"].append(replace(a_notebook("/a/b/y"), path="/d/b/y"))
    now["/d/b/c"].append(replace(a_notebook("/a/b/c/z"), path="/d/b/c/z"))
    return now


def test_a_moved_folder_goes_once_its_new_half_is_stored(index: Index) -> None:
    deletions = planned(walked(moved_from_a_to_d(), index), index)

    assert list(gone(deletions)) == ["/a/b/c/", "/a/b/", "/a"]
    assert (deletions.objects, deletions.moved) == (0, 2)
    moved = {k: v for plan in deletions.plans for k, v in plan.moved_to.items()}
    assert sorted(moved.values()) == ["/d/b/c/z", "/d/b/y"]


def test_the_old_half_stays_with_its_folders_until_the_new_one_is_stored(
    index: Index,
) -> None:
    now = moved_from_a_to_d()
    now["/d/b"].clear()
    now["/d/b"].append(replace(a_notebook("/a/b/c/z"), path="/d/b/z"))

    deletions = planned(walked(now, index), index, arrived=False)

    assert gone(deletions) == {"/a/b/c/": [], "/a/b/": ["y"]}
    assert [(held.kind, held.path) for held in deletions.held] == [("held", "/a/b/c/z")]
    assert "/d/b/z" in deletions.held[0].detail
    assert deletions.reason == ""


def test_a_held_part_keeps_the_way_from_the_root_to_it() -> None:
    index = backed_up(a_workspace("/a/x"))
    now = a_workspace("/b/")
    now["/b"].append(replace(a_notebook("/a/x"), path="/b/x"))

    deletions = planned(walked(now, index), index, arrived=False)

    assert gone(deletions) == {"/a/": []}


def test_an_object_that_moved_out_of_scope_is_deleted(index: Index) -> None:
    now = a_workspace("/a/x", "/a/b/y", "/a/b/c/z", "/d/v")
    now["/"].append(a_folder("/out"))
    now["/out"] = [replace(a_notebook("/d/w"), path="/out/w")]
    scope = Scope(("/",), ("out",))

    deletions = planned(walked(now, index, scope), index, scope=scope, arrived=False)

    assert gone(deletions) == {"/d": ["w"]}


@pytest.mark.parametrize(
    ("deleted", "held", "blows"),
    [(99, 99, False), (100, 100, True), (100, 400, False), (100, 399, True)],
)
def test_the_fuse_blows_from_a_minimum_on_and_over_a_percentage(
    deleted: int, held: int, *, blows: bool
) -> None:
    assert Fuse(percent=25, minimum=100).blows(deleted, held) is blows


def test_a_blown_fuse_holds_everything_back_and_names_it(index: Index) -> None:
    walk = walked(a_workspace("/d/v"), index)

    deletions = planned(walk, index, fuse=Fuse(percent=79, minimum=4))

    assert deletions.plans == []
    assert sorted(held.path for held in deletions.held) == [
        "/a/b/c/z",
        "/a/b/y",
        "/a/x",
        "/d/w",
    ]
    assert {(held.type, held.detail) for held in deletions.held} == {
        ("NOTEBOOK", deletions.reason)
    }
    assert deletions.reason == "4 of 5 objects are gone, more than 79 %"


@pytest.mark.parametrize(("percent", "minimum"), [(80, 1), (0, 5)])
def test_a_fuse_that_holds_lets_all_through(
    index: Index, percent: int, minimum: int
) -> None:
    walk = walked(a_workspace("/d/v"), index)

    deletions = planned(walk, index, fuse=Fuse(percent, minimum))

    assert deletions.held == []
    assert deletions.objects == 4


def test_moves_do_not_blow_the_fuse(index: Index) -> None:
    walk = walked(moved_from_a_to_d(), index)

    assert planned(walk, index, fuse=Fuse(percent=0, minimum=1)).reason == ""


def test_the_fuse_counts_what_the_index_holds_in_scope_only(index: Index) -> None:
    scope = Scope(("/d",))
    walk = walked(a_workspace("/d/v"), index, scope)

    deletions = planned(walk, index, scope=scope, fuse=Fuse(percent=49, minimum=1))

    assert deletions.reason == "1 of 2 objects are gone, more than 49 %"


def test_a_reason_to_hold_back_holds_a_single_deletion(index: Index) -> None:
    walk = walked(a_workspace("/a/x", "/a/b/y", "/a/b/c/z", "/d/v"), index)

    deletions = planned(walk, index, hold="the identity may see less")

    assert deletions.plans == []
    assert [held.detail for held in deletions.held] == ["the identity may see less"]


def test_each_held_object_is_named_once(index: Index) -> None:
    now = moved_from_a_to_d()
    now["/d"] = [obj for obj in now["/d"] if obj.name != "w"]

    deletions = planned(walked(now, index), index, arrived=False, hold="why")

    assert sorted(held.path for held in deletions.held) == [
        "/a/b/c/z",
        "/a/b/y",
        "/d/w",
    ]


def what_was_held(walk: Walk, index: Index) -> set[tuple[str, int | None]]:
    return {(o.path, o.object_id) for o in planned(walk, index, hold="why").held}


def test_what_somebody_allowed_passes_fuse_and_reason(index: Index) -> None:
    walk = walked(a_workspace("/d/v"), index)
    allowed = what_was_held(walk, index)

    blown = planned(walk, index, fuse=Fuse(percent=0, minimum=1), allowed=allowed)
    held = planned(walk, index, hold="why", allowed=allowed)

    assert blown == planned(walk, index)
    assert (held.objects, held.held) == (4, [])
    assert [plan.path for plan in held.plans] == [plan.path for plan in blown.plans]


def test_what_nobody_allowed_is_held_beside_what_somebody_did(index: Index) -> None:
    allowed = what_was_held(walked(a_workspace("/a/x", "/a/b/y", "/d/v"), index), index)
    walk = walked(a_workspace("/a/x", "/d/v"), index)

    deletions = planned(walk, index, fuse=Fuse(percent=0, minimum=1), allowed=allowed)

    assert gone(deletions) == {"/a/b/c/": ["z"], "/a/b/": ["c/"], "/d": ["w"]}
    assert [held.path for held in deletions.held] == ["/a/b/y"]
    assert deletions.reason != ""


def test_an_object_under_the_same_path_with_another_id_was_not_allowed(
    index: Index,
) -> None:
    walk = walked(a_workspace("/d/v"), index)
    others = {(path, (key or 0) + 1) for path, key in what_was_held(walk, index)}

    deletions = planned(walk, index, hold="why", allowed=others)

    assert (deletions.objects, deletions.plans) == (0, [])


def test_what_somebody_allowed_still_waits_for_the_other_half_of_a_move(
    index: Index,
) -> None:
    walk = walked(moved_from_a_to_d(), index)

    allowed = what_was_held(walk, index)

    deletions = planned(walk, index, arrived=False, allowed=allowed)

    assert len(deletions.held) == 2


def test_deletions_are_cut_into_shards_in_their_order() -> None:
    plans = [
        PlannedDeletion(f"/{n}", str(n), whole=False, objects=((1, "x"),) * size)
        for n, size in enumerate([3, 0, 9, 1, 1])
    ]

    shards = list(in_shards(plans, 5))

    assert [len(shard) for shard in shards] == [2, 1, 2]
    assert [plan for shard in shards for plan in shard] == plans
    assert list(in_shards([], 5)) == []


def test_a_folder_that_is_still_to_be_listed_is_not_lost(index: Index) -> None:
    walk = walked(a_workspace("/a/x", "/d/v"), index)
    walk.frontier.append(FolderToList("/a/b", "a/b"))

    deletions = planned(walk, index)

    assert "/a/b/" not in gone(deletions)
