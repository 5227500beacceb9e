"""Which folders of the backup fit into one Git folder; the numbers where none do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.git import TreeItem
from shared.domain.git_folder import (
    MAX_BYTES,
    MAX_FILES,
    MAX_NOTEBOOKS,
    MAX_PATTERNS,
    Chosen,
    Folder,
    Load,
    Refused,
    choose,
    choose_of,
    place_of,
    tree_of,
)
from shared.errors import InvalidRequest

HALF = MAX_NOTEBOOKS // 2


def files(folder: str, count: int, name: str = "{}.txt", size: int = 1) -> list[str]:
    return [f"{folder}/{name.format(number)}#{size}" for number in range(count)]


def backup(*parts: list[str]) -> Folder:
    """A tree of files, each as `path#size`."""
    pairs = [path.rsplit("#", 1) for part in parts for path in part]
    return tree_of(TreeItem(path, "", size=int(size)) for path, size in pairs)


def notebooks(folder: str, count: int) -> list[str]:
    return files(folder, count, "{}.py")


def chosen(found: Chosen | Refused) -> Chosen:
    assert isinstance(found, Chosen), found
    return found


def refused(found: Chosen | Refused) -> Refused:
    assert isinstance(found, Refused), found
    return found


def test_a_backup_that_fits_is_checked_out_by_its_top_folders() -> None:
    top = backup(notebooks("Users/ada", 2), files("Shared/etl", 1), ["README.md#7"])

    found = chosen(choose(top))

    assert found.folders == ("Shared", "Users")
    assert found.load == found.whole == Load(files=4, notebooks=2, bytes=10)
    assert found.left_out == ()


def test_what_is_only_the_backups_own_is_neither_chosen_nor_counted() -> None:
    top = backup(
        files("Shared", 1),
        files(".backup/folders/Shared", 1),
        files("Users/.backup", 1),
    )

    found = chosen(choose(top))

    assert found.folders == ("Shared", "Users")
    assert found.whole.files == 2


def test_of_a_backup_that_does_not_fit_whole_folders_come_first() -> None:
    top = backup(
        notebooks("Clients/Acme", MAX_NOTEBOOKS),
        notebooks("Clients/Bolt", 10),
        notebooks("Shared", 20),
    )

    found = chosen(choose(top))

    assert found.folders == ("Shared", "Clients/Bolt")
    assert found.left_out == ("Clients/Acme",)
    assert found.load.notebooks == 30
    assert found.whole.notebooks == MAX_NOTEBOOKS + 30


def test_a_folder_of_which_nothing_fits_is_left_out_as_one() -> None:
    top = backup(
        notebooks("Clients/Acme/a", MAX_NOTEBOOKS + 1),
        notebooks("Clients/Bolt/b", MAX_NOTEBOOKS + 1),
        notebooks("Shared", 1),
    )

    assert chosen(choose(top)).left_out == ("Clients",)


def test_files_beside_the_folders_above_count_once() -> None:
    top = backup(
        files("Clients", 3),
        notebooks("Clients/Acme", HALF),
        notebooks("Clients/Bolt", HALF),
        notebooks("Clients/Core", HALF),
    )

    found = chosen(choose(top))

    assert found.folders == ("Clients/Acme", "Clients/Bolt")
    assert found.load.files == 2 * HALF + 3


@pytest.mark.parametrize(
    ("parts", "over"),
    [
        (files("a", MAX_FILES + 1), "10,001 files, the limit is 10,000"),
        (notebooks("a", MAX_NOTEBOOKS + 1), "5,001 notebooks, the limit is 5,000"),
        (["a/b#500100000"], "500.1 MB, the limit is 500 MB"),
    ],
)
def test_a_backup_of_which_nothing_fits_is_refused_with_the_numbers(
    parts: list[str], over: str
) -> None:
    found = refused(choose(backup(parts)))

    assert found.why == over
    assert found.whole.files == len(parts)


@pytest.mark.parametrize(
    ("load", "fits"),
    [
        (Load(files=MAX_FILES), True),
        (Load(files=MAX_FILES + 1), False),
        (Load(MAX_NOTEBOOKS, MAX_NOTEBOOKS), True),
        (Load(MAX_NOTEBOOKS + 1, MAX_NOTEBOOKS + 1), False),
        (Load(bytes=MAX_BYTES), True),
        (Load(bytes=MAX_BYTES + 1), False),
    ],
)
def test_the_limits_themselves_still_fit(load: Load, *, fits: bool) -> None:
    assert load.fits is fits


@pytest.mark.parametrize("end", [".py", ".sql", ".scala", ".r", ".R", ".ipynb"])
def test_whatever_may_be_a_notebook_counts_as_one(end: str) -> None:
    assert backup([f"a/x{end}#1", "a/x.md#1"]).total.notebooks == 1


def test_an_empty_backup_is_refused() -> None:
    for empty in (backup(), backup(["README.md#1"])):
        assert refused(choose(empty)).why == "there is no folder that can be named"


def test_wanted_folders_are_taken_as_they_are_named_in_the_workspace() -> None:
    top = backup(
        files("Users/ada", 1), files("Shared/a%3Ab/c", 1), files("Shared/x", 1)
    )

    found = choose_of(top, ["/Workspace/Shared/a:b", "Users/ada", "/Shared/a:b/c"])

    assert chosen(found).folders == ("Shared/a%3Ab", "Users/ada")
    assert chosen(found).load.files == 2


def test_a_folder_may_be_named_as_it_is_in_git_too() -> None:
    top = backup(files("Shared/a%3Ab", 1))

    assert chosen(choose_of(top, ["Shared/a%3Ab"])).folders == ("Shared/a%3Ab",)


def test_wanted_folders_that_do_not_fit_together_are_refused_with_what_would() -> None:
    top = backup(
        notebooks("a", HALF), notebooks("b", HALF), notebooks("c", 1), files("d", 1)
    )

    found = refused(choose_of(top, ["/c", "/b", "/a"]))

    assert found.why == "5,001 notebooks, the limit is 5,000"
    assert found.load.notebooks == MAX_NOTEBOOKS + 1
    assert found.fitting == ("a", "b")


def test_of_one_wanted_folder_that_is_too_large_its_parts_are_offered() -> None:
    top = backup(notebooks("a/x", MAX_NOTEBOOKS), notebooks("a/y", 1))

    assert refused(choose_of(top, ["/a"])).fitting == ("a/x",)


def test_what_the_backup_does_not_hold_is_named() -> None:
    found = refused(choose_of(backup(files("a", 1)), ["/a", "/A", "/a/b", "/"]))

    assert found.missing == ("/A", "/a/b", "/")


@pytest.mark.parametrize("name", ["x[1]", "!x", "#x", " x"])
def test_a_name_that_could_be_a_pattern_is_never_one(name: str) -> None:
    top = backup(files(f"a/{name}", 1), files("a/b", 1), notebooks("a/c", 5_001))

    assert chosen(choose(top)).folders == ("a/b",)
    assert "cannot be told from a pattern" in refused(choose_of(top, [f"a/{name}"])).why
    assert chosen(choose(backup(files(f"a/{name}", 1)))).folders == ("a",)


def test_no_more_folders_are_chosen_than_a_request_should_name() -> None:
    many = [part for n in range(MAX_PATTERNS + 1) for part in files(f"a/{n:03}", 1)]
    top = backup(many, notebooks("a/x", MAX_NOTEBOOKS + 1))

    found = chosen(choose(top))

    assert len(found.folders) == MAX_PATTERNS
    assert found.left_out == ("a/500", "a/x")
    wanted = [f"a/{n:03}" for n in range(MAX_PATTERNS + 1)]
    assert "501 folders" in refused(choose_of(top, wanted)).why


COUNTS = st.integers(0, 7_000)


@given(st.dictionaries(st.sampled_from(["a", "a/b", "a/c", "d", "d/e"]), COUNTS))
def test_what_is_chosen_fits_with_all_that_a_sparse_checkout_brings(
    counts: dict[str, int],
) -> None:
    paths = [path for at, count in counts.items() for path in notebooks(at, count)]

    found = choose(backup(paths))

    if isinstance(found, Chosen):
        held = [path for path in paths if checked_out(path, found.folders)]
        assert found.load.notebooks == len(held)
        assert found.load.fits


def checked_out(path: str, folders: tuple[str, ...]) -> bool:
    """As git says it: below a pattern, or right beside one on the way to it."""
    folder = path.rpartition("/")[0]
    return any(
        f"{folder}/".startswith(f"{one}/") or f"{one}/".startswith(f"{folder}/")
        for one in folders
    )


@pytest.mark.parametrize(
    "path",
    [
        "/Repos/backup/workspace",
        "/Shared/backup",
        "/Users/ada@example.com/backup",
        "/Users/ada@example.com/a/b",
    ],
)
def test_a_place_may_be_in_repos_shared_or_a_home(path: str) -> None:
    assert place_of(path) == path
    assert place_of(f"/Workspace{path}/") == path


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/Repos", "/Repos/backup", "/Repos/a/b/c", "/Shared", "/Shared/"),
        *("/Users", "/Users/ada@example.com", "/backup", "backup", "Shared/x"),
        *("/Shared//x", "/Shared/../x", "/Shared/.", "/Repos/a/..", "/Shared/\n"),
        *("/Workspace", "/Workspace/Repos/x", "/Sharedx/y"),
    ],
)
def test_any_other_place_is_refused(path: str) -> None:
    with pytest.raises(InvalidRequest, match="/Repos/backup/workspace"):
        place_of(path)
