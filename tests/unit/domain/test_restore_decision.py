"""What a restore does, of what is stored and what is at the target: the whole table."""

import pytest

from shared.domain.manifest import Entry, Excepted, Manifest, SubFolder
from shared.domain.objects import (
    DASHBOARD,
    DIRECTORY,
    FILE,
    NOTEBOOK,
    REPO,
    Format,
    WorkspaceObject,
)
from shared.domain.restore_decision import (
    MAX_IMPORT_BYTES,
    Place,
    Seen,
    compared,
    decided,
    extras,
    needs_comparing,
    outside,
    place_below,
    stored_outcome,
)
from shared.domain.restore_outcomes import Action, Found, RestoreOutcome
from shared.domain.restores import OnConflict, RestorePoint, RestoreRequest
from tests.run_builders import SOME_NIGHT

BLOB, OTHER = "a" * 40, "b" * 40
POINT = RestorePoint("c" * 40, "20261122T020000Z-3f9a1c", "complete", SOME_NIGHT)
SAME = Seen(BLOB)
ANOTHER = Seen(OTHER)
HIDDEN = Seen(problem="403")

PYTHON = WorkspaceObject("/a/x", NOTEBOOK, 7, "PYTHON", 1000)
LATER = WorkspaceObject("/a/x", NOTEBOOK, 7, "PYTHON", 2000)
SQL = WorkspaceObject("/a/x", NOTEBOOK, 7, "SQL", 2000)
AS_FILE = WorkspaceObject("/a/x", FILE, 9, None, 2000)
AS_DASHBOARD = WorkspaceObject("/a/x", DASHBOARD, 9)
AS_FOLDER = WorkspaceObject("/a/x", DIRECTORY, 9)
AS_CLONE = WorkspaceObject("/a/x", REPO, 9)
AS_LIBRARY = WorkspaceObject("/a/x", "LIBRARY", 9)


def request(
    on_conflict: OnConflict = OnConflict.SKIP, root: str = ""
) -> RestoreRequest:
    return RestoreRequest(
        restore_id="restore-20261123T020000Z-3f9a1c",
        paths=("/a",),
        point=POINT,
        target_root=root,
        on_conflict=on_conflict,
    )


def entry(size: int = 10) -> Entry:
    return Entry(
        "x", NOTEBOOK, 7, "x.py", BLOB, size, Format.SOURCE, "PYTHON", modified_at=1000
    )


def decide(
    there: WorkspaceObject | None,
    seen: Seen | None,
    on_conflict: OnConflict,
    stored: Entry | None = None,
) -> RestoreOutcome:
    stored = stored or entry()
    outcome = stored_outcome(request(on_conflict), "/a", stored)
    return decided(compared(outcome, stored, there, seen), there, on_conflict)


SKIP, OVER, FAIL = OnConflict.SKIP, OnConflict.OVERWRITE, OnConflict.FAIL
TABLE = [
    # there, its bytes, found, then what is done: skip, overwrite, fail
    (None, None, Found.MISSING, "create", "create", "create"),
    (PYTHON, None, Found.SAME, "same", "same", "same"),
    (LATER, SAME, Found.SAME, "same", "same", "same"),
    (LATER, ANOTHER, Found.DIFFERENT, "skip", "replace", "blocked"),
    (LATER, HIDDEN, Found.UNREADABLE, "skip", "replace", "blocked"),
    (SQL, None, Found.DIFFERENT, "skip", "replace!", "blocked"),
    (AS_FILE, None, Found.DIFFERENT, "skip", "replace!", "blocked"),
    (AS_DASHBOARD, None, Found.DIFFERENT, "skip", "replace!", "blocked"),
    (AS_FOLDER, None, Found.DIFFERENT, "blocked", "blocked", "blocked"),
    (AS_CLONE, None, Found.DIFFERENT, "blocked", "blocked", "blocked"),
    (AS_LIBRARY, None, Found.DIFFERENT, "blocked", "blocked", "blocked"),
]


@pytest.mark.parametrize(
    ("there", "seen", "found", "action", "on_conflict"),
    [
        (there, seen, found, action, on_conflict)
        for there, seen, found, *actions in TABLE
        for action, on_conflict in zip(actions, (SKIP, OVER, FAIL), strict=True)
    ],
)
def test_the_table_of_conflicts(
    there: WorkspaceObject | None,
    seen: Seen | None,
    found: Found,
    action: str,
    on_conflict: OnConflict,
) -> None:
    outcome = decide(there, seen, on_conflict)

    assert outcome.found is found
    assert outcome.action.value + ("!" if outcome.removes else "") == action
    assert bool(outcome.detail) == (found not in {Found.SAME, Found.MISSING})


@pytest.mark.parametrize("on_conflict", OnConflict)
def test_what_an_import_does_not_take_is_blocked(on_conflict: OnConflict) -> None:
    large = entry(MAX_IMPORT_BYTES + 1)

    assert decide(None, None, on_conflict, large).action is Action.BLOCKED
    assert decide(None, None, on_conflict, entry(MAX_IMPORT_BYTES)).action is (
        Action.CREATE
    )
    assert decide(LATER, SAME, on_conflict, large).action is Action.SAME


def test_bytes_are_asked_for_where_id_and_time_do_not_say() -> None:
    assert not needs_comparing(entry(), None, exactly=True)
    assert not needs_comparing(entry(), PYTHON, exactly=False)
    assert needs_comparing(entry(), PYTHON, exactly=True)
    assert needs_comparing(entry(), LATER, exactly=False)
    assert not needs_comparing(entry(), SQL, exactly=True)
    assert not needs_comparing(entry(), AS_FILE, exactly=True)
    moved = WorkspaceObject("/a/x", NOTEBOOK, 8, "PYTHON", 1000)
    assert needs_comparing(entry(), moved, exactly=False)


def test_without_a_time_only_the_bytes_say() -> None:
    untimed = Entry("d", DASHBOARD, 9, "d", BLOB, 1, Format.RAW)
    there = WorkspaceObject("/a/d", DASHBOARD, 9)

    assert needs_comparing(untimed, there, exactly=False)


def test_below_another_root_the_whole_path_is_kept() -> None:
    elsewhere = request(root="/Restored")

    assert elsewhere.target_of("/") == "/Restored"
    assert elsewhere.target_of("/Users/ada/x") == "/Restored/Users/ada/x"
    assert request().target_of("/Users/ada/x") == "/Users/ada/x"
    assert stored_outcome(elsewhere, "/a", entry()).stored == "/a/x"


def test_what_a_folder_holds_says_what_lies_below_it() -> None:
    held = {
        "sub": WorkspaceObject("/a/sub", DIRECTORY, 1),
        "x": WorkspaceObject("/a/x", NOTEBOOK, 2, "PYTHON"),
        "clone": WorkspaceObject("/a/clone", DIRECTORY, 3, is_git_folder=True),
        "repo": WorkspaceObject("/a/repo", REPO, 4),
    }
    above = Place(held)

    assert place_below(above, "/a/sub") is None
    assert place_below(above, "/a/new") == Place()
    assert "NOTEBOOK" in _obstacle(place_below(above, "/a/x"))
    assert "Git folder" in _obstacle(place_below(above, "/a/clone"))
    assert "Git folder" in _obstacle(place_below(above, "/a/repo"))


def _obstacle(place: Place | None) -> str:
    assert place is not None
    assert not place.there
    return place.obstacle


def test_what_is_in_the_way_is_in_the_way_of_all_below() -> None:
    blocked = Place(None, "a NOTEBOOK is there")

    assert place_below(blocked, "/a/x/y") == blocked
    assert place_below(Place(), "/a/new/y") == Place()


def test_a_folder_that_could_not_be_listed_says_nothing() -> None:
    assert place_below(Place(None, "403", hidden=True), "/a/x") is None


def test_nobody_makes_the_home_of_somebody_unknown() -> None:
    users = Place({"ada": WorkspaceObject("/Users/ada", DIRECTORY, 1)})

    assert place_below(users, "/Users/ada") is None
    assert "home" in _obstacle(place_below(users, "/Users/gone"))
    assert place_below(Place({}), "/Users/ada/new") == Place()


def test_restore_roots_confine_what_is_written() -> None:
    assert outside("/Shared/x", ("/Users", "/Shared")) == ""
    assert outside("/Sharedx", ("/Users", "/Shared")) != ""
    assert outside("/anything", ("/",)) == ""


def test_extras_are_neither_stored_nor_on_purpose_not_stored() -> None:
    manifest = Manifest(
        "/a",
        "a",
        1,
        Format.SOURCE,
        entries=(entry(),),
        folders=(SubFolder("sub", 3, "sub"),),
        exceptions=(Excepted("lib", "LIBRARY", 5, "LIBRARY has no export"),),
    )
    names = ("x", "sub", "lib", "new")
    place = Place({name: WorkspaceObject(f"/a/{name}", FILE, 1) for name in names})

    assert [obj.name for obj in extras(manifest, place)] == ["new"]
    assert extras(manifest, Place()) == []
