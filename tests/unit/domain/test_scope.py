"""What of a workspace is backed up, and which settings cannot be meant."""

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.scope import (
    DEFAULT_EXCLUDES,
    Scope,
    normal_path,
    outermost,
    parse_excludes,
    parse_roots,
)

GLOB_LETTERS = "ab-!]^.&~|\\["


@pytest.mark.parametrize(
    ("text", "roots"),
    [
        ("/", ("/",)),
        ("/Workspace", ("/",)),
        ("/Workspace/Shared/", ("/Shared",)),
        (" /Clients ; /Shared//etl ;", ("/Clients", "/Shared/etl")),
        ("/Clients;/Clients/Acme;/Clients", ("/Clients",)),
        ("/Clients/Acme;/", ("/",)),
        ("/Clients;/Clients2", ("/Clients", "/Clients2")),
        ("/Users/a@b.org/Entwürfe 2026", ("/Users/a@b.org/Entwürfe 2026",)),
        ("/Workspaces", ("/Workspaces",)),
        ("/Users/Workspace", ("/Users/Workspace",)),
    ],
)
def test_roots_are_read_from_a_setting(text: str, roots: tuple[str, ...]) -> None:
    assert parse_roots(text) == roots


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no workspace path"),
        (" ; ", "no workspace path"),
        ("Clients", "'Clients' is not an absolute"),
        ("/Clients;Shared/etl", "'Shared/etl' is not an absolute"),
        ("/Clients/../Users", "names no folder"),
        ("/Clients/./Acme", "names no folder"),
        ("/Workspace/..", "names no folder"),
        ("/Workspace/Workspace", "inside /Workspace"),
        ("/Users;/Workspace//Workspace/Users", "inside /Workspace"),
        ("/Clients\0", "names no folder"),
    ],
)
def test_a_root_that_cannot_be_meant_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_roots(text)


def test_a_path_keeps_the_spaces_of_its_names() -> None:
    assert normal_path("/Clients/ Acme ") == "/Clients/ Acme "


@given(st.lists(st.text("ab/", max_size=6).map(lambda text: "/" + text.strip("/"))))
def test_the_outermost_roots_cover_what_all_of_them_did(roots: list[str]) -> None:
    kept = outermost(roots)

    for path in roots:
        assert Scope(kept).covers(path)
        assert Scope(kept).covers(path.rstrip("/") + "/below")
    assert len(outermost(kept)) == len(kept)


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("/Clients", True),
        ("/Clients/Acme/x", True),
        ("/Clients2", False),
        ("/clients/x", False),
        ("/", False),
    ],
)
def test_a_scope_covers_its_roots_and_what_is_below(
    path: str, *, covered: bool
) -> None:
    assert Scope(("/Clients", "/Shared")).covers(path) is covered


def test_what_is_excluded_is_not_covered() -> None:
    scope = Scope(("/Clients",), (".ide",))

    assert not scope.covers("/Clients/.ide/x")
    assert scope.excluded("/elsewhere/.ide")


@pytest.mark.parametrize(
    ("path", "excluded"),
    [
        ("/Users/a@b.org/Trash", True),
        ("/Users/a@b.org/Trash/old/x", True),
        ("/Users/a@b.org/Trash2", False),
        ("/Users/a@b.org/etl/Trash", False),
        ("/Users/Trash", False),
        ("/Shared/.bundle/dev/state", True),
        ("/Shared/my.bundle", False),
        ("/Shared/.bundle.py", False),
        ("/.ide", True),
        ("/Shared/__PYCACHE__", False),
        ("/", False),
    ],
)
def test_the_default_excludes_leave_out_what_nobody_misses(
    path: str, *, excluded: bool
) -> None:
    assert Scope(("/",), DEFAULT_EXCLUDES).excluded(path) is excluded


@pytest.mark.parametrize(
    ("glob", "hits", "misses"),
    [
        ("tmp*", "/a/tmp /tmp1/x /tmp.old", "/a/xtmp /Tmp"),
        ("t?p", "/tap /x/tip/y", "/tp /t/p /taap"),
        ("v[0-9]", "/v1 /a/v9/b", "/v /va /v10"),
        ("v[!0-9]", "/va", "/v1 /v/ /v/a"),
        ("a[]x]b", "/a]b /axb", "/ab"),
        ("a[!]x]b", "/acb", "/a]b /axb"),
        ("a[]b", "/a[]b", "/ab"),
        ("a[!]b", "/a[!]b", "/axb"),
        ("[[]*", "/[x", "/x"),
        ("a[&&b~~|]", "/a& /a~ /a| /ab", "/a"),
        ("a[\\w]", "/aw /a\\", "/ax"),
        ("a[+-9]b", "/a+b /a5b", "/a/b"),
        ("(x|y).py", "/(x|y).py", "/x.py /x"),
        (
            "/Clients/*/old",
            "/Clients/A/old /Clients/B/old/x",
            "/Clients/old /Clients/A/B/old",
        ),
        (
            "/Clients/**/old",
            "/Clients/old /Clients/A/B/old/x",
            "/X/Clients/old /Clients/older",
        ),
        ("/**/tmp", "/tmp /a/b/tmp/c", "/a/tmpx"),
        ("/Users/**", "/Users /Users/a/b", "/Users2"),
        ("/Workspace/Shared/x", "/Shared/x", "/Workspace/Shared/x"),
        ("/Shared/x/", "/Shared/x /Shared/x/y", "/Shared/xy"),
        ("/a", "/a /a/b", "/b/a"),
    ],
)
def test_globs_mean_what_the_settings_page_says(
    glob: str, hits: str, misses: str
) -> None:
    scope = Scope(("/",), parse_excludes(glob))

    assert [path for path in hits.split() if not scope.excluded(path)] == []
    assert [path for path in misses.split() if scope.excluded(path)] == []


def test_star_and_question_mark_match_line_breaks_in_names() -> None:
    scope = Scope(("/",), ("a*z", "x[!y]z"))

    assert scope.excluded("/f/a\n\nz")
    assert scope.excluded("/x\nz")
    assert not scope.excluded("/f/a\n/z\n")


@given(
    st.text(GLOB_LETTERS + "*?", min_size=1, max_size=6),
    st.text(GLOB_LETTERS, min_size=1, max_size=4),
)
def test_a_name_glob_matches_as_a_shell_does(glob: str, name: str) -> None:
    try:
        globs = parse_excludes(glob)
    except ValueError:
        return

    assert Scope(("/",), globs).excluded(f"/f/{name}/x") == any(
        fnmatch.fnmatchcase(part, glob) for part in ("f", name, "x")
    )


def test_excludes_are_read_from_a_setting() -> None:
    assert parse_excludes(" .ide ; /Users/*/Trash;;.ide ") == (".ide", "/Users/*/Trash")
    assert parse_excludes("") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a/b", "'a/b' is neither a name"),
        ("*", "exclude everything"),
        ("**", "exclude everything"),
        ("/", "exclude everything"),
        ("/*", "exclude everything"),
        ("/**/*", "exclude everything"),
        ("/Workspace", "exclude everything"),
        (".ide;/Workspace/**", "exclude everything"),
        ("v[9-0]", "the range 9-0, which is empty"),
    ],
)
def test_an_exclude_that_cannot_be_meant_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_excludes(text)
