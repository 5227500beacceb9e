"""Where the roots of a scope lie in Git."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.folder import decide
from shared.domain.index import Index
from shared.domain.names import MAX_COMPONENT_BYTES, collision_key
from shared.domain.objects import Format
from shared.domain.roots import roots_to_list
from shared.domain.scope import parse_roots
from tests.builders import Tree, a_file, a_listing, after, exported, held_in, indexed


def an_index(**git_paths: str) -> Index:
    """Folders by path (without the first slash), and where each lies in Git."""
    tree: Tree = {}
    for path, git_path in git_paths.items():
        folder = a_listing(f"/{path}", git_path=git_path, object_id=7)
        decision = decide(folder, held_in(tree, git_path), {}, Format.SOURCE)
        tree = after(tree, decision.changes)
    return indexed(tree)


def git_paths(index: Index, *roots: str) -> list[str]:
    return [folder.git_path for folder in roots_to_list(roots, index)]


def test_the_whole_workspace_is_the_whole_repository() -> None:
    assert git_paths(Index(), "/") == [""]


def test_a_root_lies_where_it_lies_in_the_workspace() -> None:
    index = Index()

    assert git_paths(index, "/Users/a@b.c", "/a:b/c.") == ["Users/a@b.c", "a%3Ab/c%2E"]
    assert git_paths(index, "/.backup/.backup") == ["%2Ebackup/.backup"]


def test_a_known_root_lies_where_the_index_says_and_keeps_its_id() -> None:
    index = an_index(Acme="Acme~7")

    (folder,) = roots_to_list(["/Acme"], index)

    assert (folder.git_path, folder.object_id) == ("Acme~7", 7)


def test_a_root_below_a_known_folder_lies_inside_it() -> None:
    assert git_paths(an_index(Acme="Acme~7"), "/Acme/x") == ["Acme~7/x"]


def test_a_root_beside_a_known_one_lies_in_the_same_folder() -> None:
    assert git_paths(an_index(**{"Acme/x": "Acme~7/x"}), "/Acme/y") == ["Acme~7/y"]


def test_a_root_that_differs_in_case_from_another_lies_apart() -> None:
    found = git_paths(Index(), "/Acme", "/acme")

    assert sorted(path.partition("~")[0] for path in found) == ["Acme", "acme"]
    assert sum("~" in path for path in found) == 1


def test_roots_below_folders_that_differ_in_case_lie_apart() -> None:
    """/Acme may have a folder x of its own."""
    first, second = git_paths(Index(), "/Acme", "/acme/x")

    assert first.lower() != second.split("/")[0].lower()
    assert second.endswith("/x")


def test_a_root_that_differs_in_case_from_a_former_one_lies_apart() -> None:
    (new,) = git_paths(an_index(Acme="Acme"), "/acme")

    assert new.startswith("acme~")


def test_a_root_keeps_off_a_file_of_its_name() -> None:
    file = a_file("/x")
    listing = a_listing("/", file)
    results = {file.object_id: exported("1")}
    tree = after({}, decide(listing, held_in({}, ""), results, Format.SOURCE).changes)

    (new,) = git_paths(indexed(tree), "/x")

    assert new.startswith("x~")


def test_a_root_of_a_very_long_name_fits_into_git() -> None:
    (new,) = git_paths(Index(), "/" + "😀" * 250)

    assert len(new.encode()) <= MAX_COMPONENT_BYTES


def test_the_order_of_the_setting_does_not_matter() -> None:
    roots = ["/Acme", "/acme"]

    assert git_paths(Index(), *roots) == git_paths(Index(), *roots[::-1])[::-1]


parts = st.sampled_from(["a", "A", "é", "e\u0301", "É", "b:", ".git", "CON", "x"])
paths = st.lists(parts, min_size=1, max_size=3).map(lambda p: "/" + "/".join(p))


@given(st.lists(paths, min_size=1, max_size=6), st.lists(paths, max_size=3))
def test_no_two_roots_and_nothing_below_them_ever_meet(
    now: list[str], before: list[str]
) -> None:
    known = parse_roots(";".join(before)) if before else ()
    earlier = dict(zip(known, git_paths(Index(), *known), strict=True))
    index = an_index(**{path[1:]: git_path for path, git_path in earlier.items()})
    roots = parse_roots(";".join(now))

    found = dict(zip(roots, git_paths(index, *roots), strict=True))

    kept = {path: found[path] for path in roots if path in earlier}
    assert kept == {path: earlier[path] for path in kept}
    keys = [collision_key(git_path).split("/") for git_path in found.values()]
    for one in keys:
        assert sum(other[: len(one)] == one for other in keys) == 1
