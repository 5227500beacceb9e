"""I9: every object has a name in Git that is its own, and gets its own name back."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.names import collision_key, escape, extension_of, unescape
from shared.domain.objects import DASHBOARD, FILE, NOTEBOOK, Format
from tests.unit.domain.workspace_objects import NAMES, windows_refuses

flags = st.fixed_dictionaries({"at_top": st.booleans(), "is_folder": st.booleans()})


# --- escaping


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("load customers-2_final (1).csv", "load customers-2_final (1).csv"),
        ("New Notebook 2026-05-04 13:54:24", "New Notebook 2026-05-04 13%3A54%3A24"),
        ('a|b"c\\d', "a%7Cb%22c%5Cd"),
        ("%41", "%2541"),
        (" x ", " x%20"),
        ("x..", "x.%2E"),
        (".", "%2E"),
        ("..", ".%2E"),
        ("new\nline", "new%0Aline"),
        ("\x85", "%C2%85"),
        ("lone \ud83d", "lone %ED%A0%BD"),
        ("été 日本語 \U0001f600", "été 日本語 \U0001f600"),
        ("CON", "%43ON"),
        ("con.tar.gz", "%63on.tar.gz"),
        ("COM¹", "%43OM¹"),
        ("console", "console"),
        ("COM10", "COM10"),
        (".git", "%2Egit"),
        (".GitModules", "%2EGitModules"),
        (".gitignore", ".gitignore"),
        (".git.py", ".git.py"),
        (".g\u200cit", "%2Eg\u200cit"),
        ("GIT~1", "%47IT~1"),
        ("gi7eba~1", "%67i7eba~1"),
        ("~1234567", "%7E1234567"),
        ("~123456", "~123456"),
        ("README.md", "README.md"),
        ("folder.json", "folder.json"),
    ],
)
def test_names_are_escaped_only_where_they_must_be(name: str, expected: str) -> None:
    assert escape(name) == expected


@pytest.mark.parametrize(
    "name", [".backup", ".BACKUP", "README.md", "ReadMe.MD", ".gitattributes"]
)
def test_names_of_our_own_at_the_top_stay_free(name: str) -> None:
    escaped = escape(name, at_top=True)

    assert collision_key(escaped) != name.lower()
    assert unescape(escaped) == name


@pytest.mark.parametrize("name", ["folder.json", "Folder.Json", "folder\u200d.json"])
def test_no_folder_takes_the_place_of_a_manifest(name: str) -> None:
    assert escape(name, is_folder=True).startswith("%66" if name[0] == "f" else "%46")
    assert escape(name, is_folder=False) == name


@given(NAMES, flags)
def test_every_escaped_name_gives_its_name_back(
    name: str, place: dict[str, bool]
) -> None:
    assert unescape(escape(name, **place)) == name


@given(NAMES, NAMES, flags)
def test_two_names_are_never_escaped_alike(
    one: str, other: str, place: dict[str, bool]
) -> None:
    assert (escape(one, **place) == escape(other, **place)) == (one == other)


@given(NAMES, flags)
def test_windows_can_hold_every_escaped_name(name: str, place: dict[str, bool]) -> None:
    escaped = escape(name, **place)

    assert not windows_refuses(escaped)
    assert "\\" not in escaped
    assert escaped.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1))
def test_a_name_that_all_systems_can_hold_stays_as_it_is(name: str) -> None:
    assume(not windows_refuses(name) and not set(name) & set("%\\/~"))
    assume(not collision_key(name).startswith((".git", "con", "com", "lpt")))
    assume(name not in {".", ".."})

    assert escape(name) == name


# --- names that some file system takes for the same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "aCME"),
        ("\u00e9", "E\u0301"),
        ("stra\u00dfe", "STRASSE"),
        ("\u0131", "I"),
        ("\u03c3", "\u03c2"),
        ("\u212b", "a\u030a"),
        ("x\u200dy", "XY"),
        ("\ufb01", "FI"),
    ],
)
def test_names_meet_where_some_system_takes_them_for_the_same(
    one: str, other: str
) -> None:
    assert collision_key(one) == collision_key(other)


def test_no_letter_is_told_apart_by_its_case_alone() -> None:
    told_apart = [
        letter
        for letter in map(chr, range(0x110000))
        for other in {letter.upper(), letter.lower(), letter.casefold()} - {letter}
        if collision_key(letter) != collision_key(other)
    ]

    assert told_apart == []


@given(NAMES)
def test_no_name_is_told_apart_by_its_unicode_form_alone(name: str) -> None:
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD")}

    assert {collision_key(form) for form in forms} == {collision_key(name)}


# --- extensions


@pytest.mark.parametrize(
    ("type_", "language", "notebook_format", "extension"),
    [
        (NOTEBOOK, "PYTHON", Format.SOURCE, ".py"),
        (NOTEBOOK, "SQL", Format.SOURCE, ".sql"),
        (NOTEBOOK, "SCALA", Format.SOURCE, ".scala"),
        (NOTEBOOK, "R", Format.SOURCE, ".r"),
        (NOTEBOOK, None, Format.SOURCE, ""),
        (NOTEBOOK, "RUST", Format.SOURCE, ""),
        (NOTEBOOK, "SQL", Format.JUPYTER, ".ipynb"),
        (FILE, None, Format.JUPYTER, ""),
        (DASHBOARD, None, Format.SOURCE, ""),
    ],
)
def test_only_notebooks_get_an_extension(
    type_: str, language: str | None, notebook_format: Format, extension: str
) -> None:
    assert extension_of(type_, language, notebook_format) == extension
