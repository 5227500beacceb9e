"""I9 over whole listings: distinct names, that stay with their objects."""

import os
import random
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.names import (
    MAX_COMPONENT_BYTES,
    NamedBefore,
    collision_key,
    extension_of,
    unescape,
)
from shared.domain.objects import FILE, Format, WorkspaceObject
from tests.unit.domain.workspace_objects import (
    NAMES,
    a_file,
    a_folder,
    a_notebook,
    a_random_name,
    an_object,
    assign,
    windows_refuses,
)

RANDOM_NAMES = 1_000_000 if os.environ.get("SOAK") else 100_000

FIRST_ID = 2_744_873_919_129_811


# --- one listing


def test_objects_that_meet_at_one_name_are_told_apart_by_their_id() -> None:
    listing = [
        a_notebook("x", 12),
        a_file("x.py", 11),
        a_folder("Acme", 21),
        a_folder("acme", 22),
        a_file("\u00e9", 31),
        a_file("e\u0301", 32),
        a_folder("v1.2 beta", 41),
        a_folder("V1.2 beta", 42),
    ]

    assert _names(listing) == {
        12: "x~12.py",
        11: "x.py",
        21: "Acme",
        22: "acme~22",
        31: "\u00e9",
        32: "e\u0301~32",
        41: "v1.2 beta",
        42: "V1.2 beta~42",
    }


def test_a_suffix_never_makes_one_of_gits_own_names() -> None:
    before = [NamedBefore(9, "git", FILE, None, "git")]

    names = _names([a_file("git", 9), a_file("GIT", 1)], before)

    assert names == {9: "git", 1: "%47IT~1"}


def test_a_name_that_is_too_long_is_cut_and_keeps_its_extension() -> None:
    names = _names([a_notebook("\U0001f600" * 250), a_notebook("\U0001f600" * 251, 2)])

    assert len(set(names.values())) == 2
    for name in names.values():
        assert len(name.encode()) <= MAX_COMPONENT_BYTES
        assert name.startswith("\U0001f600" * 50)
        assert name.endswith(".py")


@given(names=st.lists(NAMES, max_size=40), at_top=st.booleans(), rng=st.randoms())
def test_every_object_of_a_listing_has_a_name_of_its_own(
    *, names: list[str], at_top: bool, rng: random.Random
) -> None:
    listing = _a_listing(names, rng)

    assigned = assign(listing, at_top=at_top)

    assert set(assigned) == set(listing)
    _assert_distinct_everywhere(assigned.values())
    _assert_within_limits(assigned.values())


@given(st.lists(NAMES, max_size=20), st.randoms())
def test_the_order_of_a_listing_does_not_matter(
    names: list[str], rng: random.Random
) -> None:
    listing = _a_listing(names, rng)
    shuffled = rng.sample(listing, len(listing))

    assert assign(shuffled) == assign(listing)


def test_random_names_neither_collide_nor_get_lost() -> None:
    rng = random.Random(RANDOM_NAMES)
    listing = [
        an_object(a_random_name(rng), FIRST_ID + n, rng) for n in range(RANDOM_NAMES)
    ]

    assigned = assign(listing)

    assert len(assigned) == RANDOM_NAMES
    assert len({collision_key(name) for name in assigned.values()}) == RANDOM_NAMES
    lost = [obj for obj, name in assigned.items() if not _recovered(obj, name)]
    assert lost == []


# --- from one listing to the next


def test_an_object_keeps_its_name_when_the_one_it_met_is_gone() -> None:
    first = [a_folder("Acme", 1), a_folder("acme", 2)]
    before = _as_before(assign(first))

    assert _names(first[1:], before) == {2: "acme~2"}


def test_an_object_that_replaces_another_inherits_its_name() -> None:
    before = _as_before(assign([a_notebook("Load", 1), a_notebook("load", 2)]))

    names = _names([a_notebook("Load", 1), a_notebook("load", 3)], before)

    assert names == {1: "Load.py", 3: "load~2.py"}


def test_of_two_objects_of_one_name_the_one_that_was_there_keeps_it() -> None:
    before = _as_before(assign([a_notebook("x", 5)]))

    assert _names([a_notebook("x", 5), a_file("x.py", 1)], before) == {
        5: "x.py",
        1: "x~1.py",
    }


def test_a_renamed_object_makes_room_for_a_new_one_of_its_old_name() -> None:
    before = _as_before(assign([a_notebook("x", 1)]))

    names = _names([a_notebook("y", 1), a_notebook("x", 2)], before)

    assert names == {1: "y.py", 2: "x.py"}


def test_a_change_of_language_changes_the_name() -> None:
    before = _as_before(assign([a_notebook("x", 1, "PYTHON")]))

    assert _names([a_notebook("x", 1, "SQL")], before) == {1: "x.sql"}
    assert _names([a_notebook("x", 1, None)], before) == {1: "x"}


def test_a_change_of_language_keeps_the_name_of_a_jupyter_notebook() -> None:
    first = assign([a_notebook("x", 1, "PYTHON")], notebook_format=Format.JUPYTER)

    second = assign(
        [a_notebook("x", 1, "SQL")], _as_before(first), notebook_format=Format.JUPYTER
    )

    assert list(second.values()) == ["x.ipynb"]


def test_another_export_format_names_notebooks_anew() -> None:
    before = _as_before(assign([a_notebook("x", 1), a_file("y", 2)]))

    names = assign(
        [a_notebook("x", 1), a_file("y", 2)], before, notebook_format=Format.JUPYTER
    )

    assert sorted(names.values()) == ["x.ipynb", "y"]


def test_a_freed_name_is_given_to_nobody_else_in_the_same_run() -> None:
    before = _as_before(assign([a_file("a", 1), a_folder("b", 2), a_file("c", 3)]))

    names = _names([a_folder("a", 4), a_file("b", 5), a_notebook("C", 6, None)], before)

    assert names == {4: "a~4", 5: "b~5", 6: "C~6"}


def test_files_give_way_to_folders_whose_names_are_decided() -> None:
    before = _as_before(assign([a_file("acme", 1)]))

    names = assign(
        [a_file("acme", 1), a_folder("Acme", 2)],
        before,
        fixed_folders={"Acme": "Acme"},
    )

    assert sorted(names.values()) == ["Acme", "acme~1"]


def test_a_manifest_that_gives_one_name_twice_is_not_followed() -> None:
    before = [
        NamedBefore(1, "a", FILE, None, "a"),
        NamedBefore(2, "A", FILE, None, "A"),
    ]

    assert _names([a_file("a", 1), a_file("A", 2)], before) == {1: "a", 2: "A~2"}


@given(
    st.lists(
        st.lists(st.sampled_from(["a", "A", "a.py", "b", "\u00e9", "e\u0301"])),
        max_size=6,
    ),
    st.randoms(),
)
def test_over_many_days_names_stay_distinct_and_with_their_objects(
    days: list[list[str]], rng: random.Random
) -> None:
    before: list[NamedBefore] = []
    for names in days:
        listing = _a_listing(names, rng, highest_id=12)
        assigned = assign(listing, before)

        _assert_distinct_everywhere(assigned.values())
        _assert_nothing_moved(before, assigned)
        before = _as_before(assigned)


# --- builders and what every listing must fulfil


def _names(
    listing: Sequence[WorkspaceObject], before: Iterable[NamedBefore] = ()
) -> dict[int, str]:
    return {obj.object_id: name for obj, name in assign(listing, before).items()}


def _as_before(assigned: Mapping[WorkspaceObject, str]) -> list[NamedBefore]:
    return [
        NamedBefore(obj.object_id, obj.name, obj.type, obj.language, name)
        for obj, name in assigned.items()
    ]


def _a_listing(
    names: Iterable[str], rng: random.Random, highest_id: int = 10**16
) -> list[WorkspaceObject]:
    """Objects of one folder: no id and no pair of name and type comes twice."""
    listing: dict[object, WorkspaceObject] = {}
    ids: set[int] = set()
    for name in names:
        obj = an_object(name, rng.randint(1, highest_id), rng)
        if obj.object_id not in ids and (obj.name, obj.type) not in listing:
            ids.add(obj.object_id)
            listing[obj.name, obj.type] = obj
    return list(listing.values())


def _recovered(obj: WorkspaceObject, name: str) -> bool:
    """Whether the name in Git alone tells the object's own, if it was not cut."""
    extension = extension_of(obj.type, obj.language, Format.SOURCE)
    plain = name.replace(f"~{obj.object_id}", "")
    cut = len(name.encode()) > MAX_COMPONENT_BYTES - 4
    return cut or unescape(plain).removesuffix(extension) == obj.name


def _assert_distinct_everywhere(names: Iterable[str]) -> None:
    listed = list(names)
    for fold in (str.lower, str.upper, str.casefold):
        for form in ("NFC", "NFD"):
            seen = {
                unicodedata.normalize(form, fold(unicodedata.normalize(form, name)))
                for name in listed
            }
            assert len(seen) == len(listed), listed


def _assert_within_limits(names: Iterable[str]) -> None:
    for name in names:
        assert 1 <= len(name.encode("utf-8")) <= MAX_COMPONENT_BYTES
        assert not windows_refuses(name)


def _assert_nothing_moved(
    before: Sequence[NamedBefore], assigned: Mapping[WorkspaceObject, str]
) -> None:
    had = {(n.object_id, n.name, n.type, n.language): n.git for n in before}
    owners = {n.git: (n.name, n.type) for n in before}
    for obj, name in assigned.items():
        key = (obj.object_id, obj.name, obj.type, obj.language)
        assert name == had.get(key, name)
        assert owners.get(name, (obj.name, obj.type)) == (obj.name, obj.type)
