"""What a repository promises: the fake, the adapter before the local server, and a
real repository where TEST_AZURE_DEVOPS_* names one."""

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import requests

from local.azure_devops.app import create_app
from local.serving import serve_in_thread
from shared.adapters import git_history, git_reader
from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.clock import SystemClock
from shared.adapters.git_history import AzureDevOpsHistory
from shared.adapters.git_reader import AzureDevOpsReader
from shared.adapters.git_writer import AzureDevOpsWriter
from shared.adapters.identity import StaticToken
from shared.domain.blob_ids import blob_id
from shared.domain.git import Change, ChangeKind, Push
from shared.errors import NotFound, RefMoved, StaleDecision, TooLarge
from shared.ports import GitHistory, GitReader, GitWriter
from tests.fakes.remotes import FakeGit

ADD, EDIT, DELETE = ChangeKind.ADD, ChangeKind.EDIT, ChangeKind.DELETE
UNKNOWN = "1234567890" * 4
REAL = [
    f"TEST_AZURE_DEVOPS_{name}" for name in ("ORG_URL", "PROJECT", "REPOSITORY", "PAT")
]
SUBJECTS = ["fake", "local", *(["real"] if all(map(os.environ.get, REAL)) else [])]

type Aside = Callable[[Push], str]


@dataclass(frozen=True)
class Repository:
    """The ports, and a way to commit on a branch of another name."""

    reader: GitReader
    history: GitHistory
    writer: GitWriter
    aside: Aside

    def store(self, **files: bytes) -> str:
        """Add the files on top of the tip; `__` in a name stands for a slash."""
        tip = self.reader.tip()
        changes = [
            Change(ADD, n.replace("__", "/"), content) for n, content in files.items()
        ]
        return self.writer.push(Push(tip, "stored", tuple(changes)))

    def push(self, *changes: Change) -> str:
        return self.writer.push(Push(self.reader.tip(), "pushed", changes))

    def paths(self, commit: str, folders: list[str], files: list[str]) -> set[str]:
        return {item.path for item in self.reader.items(commit, folders, files)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_in_thread(create_app(tmp_path_factory.mktemp("azure-devops"))) as url:
        yield url


@pytest.fixture(params=SUBJECTS)
def repository(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Repository:
    monkeypatch.setattr(git_reader, "CHANGES_A_PAGE", 3)
    monkeypatch.setattr(git_history, "COMMITS_A_REQUEST", 3)
    if request.param == "fake":
        return fake()
    if request.param == "real":
        url, project, name, token = (os.environ[variable] for variable in REAL)
        return adapters(url, project, name, token, uuid.uuid4().hex)
    url = request.getfixturevalue("server")
    name = uuid.uuid4().hex
    made = requests.post(f"{url}/_local/repositories", json={"name": name}, timeout=9)
    made.raise_for_status()
    return adapters(f"{url}/acme", "backup", name, "pat", "main")


def fake() -> Repository:
    git = FakeGit()

    def aside(push: Push) -> str:
        head = git.head
        commit = git.commit(push)
        git.head = head
        return commit

    return Repository(git, git, git, aside)


def adapters(
    url: str, project: str, repository: str, token: str, branch: str
) -> Repository:
    client = AzureDevOpsClient(
        url,
        project=project,
        repository=repository,
        tokens=StaticToken(token),
        scheme="Basic",
        clock=SystemClock(),
    )
    reader = AzureDevOpsReader(client, branch)
    return Repository(
        reader,
        AzureDevOpsHistory(reader),
        AzureDevOpsWriter(client, branch),
        AzureDevOpsWriter(client, branch + "-aside").push,
    )


def test_branch_that_does_not_exist_has_no_tip(repository: Repository) -> None:
    assert repository.reader.tip() is None


def test_first_push_makes_the_branch(repository: Repository) -> None:
    commit = repository.store(a=b"1")

    assert repository.reader.tip() == commit


def test_branch_of_a_longer_name_is_another(repository: Repository) -> None:
    repository.aside(Push(None, "aside", (Change(ADD, "a", b"1"),)))

    assert repository.reader.tip() is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(range(256)),
        b"\xef\xbb\xbfbom\r\n",
        "utf-16".encode("utf-16"),
        b"no newline at the end",
        b"x" * 300_000,
    ],
    ids=["empty", "every byte", "BOM and CRLF", "UTF-16", "no newline", "long"],
)
def test_bytes_come_back_as_they_were_pushed(
    repository: Repository, content: bytes
) -> None:
    commit = repository.store(a=content)

    (item,) = repository.reader.items(commit, [], ["a"])
    assert item.object_id == blob_id(content)
    assert repository.reader.blobs([item.object_id]) == {item.object_id: content}


def test_bytes_of_an_edit_come_back_as_they_were_pushed(
    repository: Repository,
) -> None:
    repository.store(a=b"\xef\xbb\xbfwith a mark")

    commit = repository.push(Change(EDIT, "a", b"without"))

    assert repository.reader.items(commit, [], ["a"])[0].object_id == blob_id(
        b"without"
    )


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "a%41b",
        "a#b?c&d=e+f",
        'quote\'s "double"',
        "back\\slash",
        "ein Stück — 日本",
        "emoji 🎉",
        "e\u0301 and é",
        "(x)[y]{z}",
        ";semi,comma",
    ],
)
def test_awkward_names_are_kept_to_the_letter(
    repository: Repository, name: str
) -> None:
    path = f"folder {name}/{name}.py"

    commit = repository.push(Change(ADD, path, b"1"))

    assert repository.paths(commit, [f"folder {name}"], []) == {path}
    assert repository.paths(commit, [], [path]) == {path}
    assert {item.path for item in repository.reader.tree(commit)} == {path}


def test_folder_shows_its_direct_children(repository: Repository) -> None:
    commit = repository.store(a__x=b"1", a__b__y=b"2", c=b"3")

    items = {item.path: item for item in repository.reader.items(commit, ["a"], [])}

    assert items.keys() == {"a/x", "a/b"}
    assert not items["a/x"].is_folder
    assert items["a/b"].is_folder


def test_top_is_the_folder_without_a_name(repository: Repository) -> None:
    commit = repository.store(a__x=b"1", c=b"3")

    assert repository.paths(commit, [""], []) == {"a", "c"}


def test_what_does_not_exist_is_not_among_the_answers(repository: Repository) -> None:
    commit = repository.store(a__x=b"1", b__y=b"2", c=b"3")
    folders, files = ["a", "nowhere", "b", "a/x"], ["c", "none", "a/none", "b"]

    found = repository.paths(commit, folders, files)

    assert found == {"a/x", "b/y", "c"}


def test_nothing_found_is_an_empty_answer(repository: Repository) -> None:
    commit = repository.store(c=b"3")

    assert repository.reader.items(commit, ["a", "b/c"], ["d/e/f"]) == ()
    assert repository.reader.items(commit, [], []) == ()


def test_names_are_compared_exactly(repository: Repository) -> None:
    commit = repository.store(Acme__x=b"1", file=b"2")

    assert repository.paths(commit, ["acme"], ["File", "acme/x", "Acme/X"]) == set()


def test_names_that_differ_in_case_only_are_told_apart(
    repository: Repository,
) -> None:
    commit = repository.store(Acme__x=b"1", acme__y=b"2")

    assert repository.paths(commit, ["acme"], ["Acme/x"]) == {"acme/y", "Acme/x"}


def test_items_are_those_of_the_commit(repository: Repository) -> None:
    before = repository.store(a=b"1")
    repository.push(Change(EDIT, "a", b"2"), Change(ADD, "b", b"3"))

    (item,) = repository.reader.items(before, [""], [])

    assert (item.path, item.object_id) == ("a", blob_id(b"1"))


def test_a_path_may_be_asked_for_as_a_folder_and_as_a_file(
    repository: Repository,
) -> None:
    commit = repository.store(a__b__x=b"1", c=b"2")
    files = ["a", "a/b", "a/b/x", "a/b/x/y", "c", "d"]

    found = {i.path for i in repository.reader.items(commit, ["a/b", "c", "d"], files)}

    assert found == {"a/b/x", "c"}


def test_items_of_an_unknown_commit_are_not_found(repository: Repository) -> None:
    repository.store(a=b"1")

    with pytest.raises(NotFound):
        repository.reader.items(UNKNOWN, [""], [])


def test_tree_is_every_file_and_no_folder(repository: Repository) -> None:
    commit = repository.store(a__b__x=b"1", a__y=b"2", z=b"3")

    tree = {item.path: item.object_id for item in repository.reader.tree(commit)}

    assert tree == {"a/b/x": blob_id(b"1"), "a/y": blob_id(b"2"), "z": blob_id(b"3")}


def test_tree_tells_how_large_each_file_is(repository: Repository) -> None:
    commit = repository.store(a__x=b"12345", a__y=b"")

    sizes = {item.path: item.size for item in repository.reader.tree(commit)}

    assert sizes == {"a/x": 5, "a/y": 0}


def test_tree_of_an_unknown_commit_is_not_found(repository: Repository) -> None:
    repository.store(a=b"1")

    with pytest.raises(NotFound):
        repository.reader.tree(UNKNOWN)


def test_tree_below_a_folder_is_every_file_of_it(repository: Repository) -> None:
    commit = repository.store(a__b__x=b"1", a__y=b"2", ab__c=b"3", z=b"4")

    tree = {i.path: i.object_id for i in repository.reader.tree(commit, "a")}

    assert tree == {"a/b/x": blob_id(b"1"), "a/y": blob_id(b"2")}


@pytest.mark.parametrize("folder", ["none", "a/none", "A", "a/B", "z"])
def test_tree_below_what_is_no_folder_is_empty(
    repository: Repository, folder: str
) -> None:
    commit = repository.store(a__b__x=b"1", z=b"2")

    assert repository.reader.tree(commit, folder) == ()


def test_tree_below_a_folder_is_that_of_the_commit(repository: Repository) -> None:
    before = repository.store(a__x=b"1")
    repository.push(Change(DELETE, "a/x"), Change(ADD, "a/y", b"2"))

    assert [item.path for item in repository.reader.tree(before, "a")] == ["a/x"]


def test_blobs_come_in_any_number(repository: Repository) -> None:
    contents = [f"number {number}".encode() for number in range(501)]
    changes = [Change(ADD, f"a/{n}", content) for n, content in enumerate(contents)]
    repository.push(*changes)
    ids = [blob_id(content) for content in contents]

    blobs = repository.reader.blobs([*ids, ids[0]])

    assert blobs == dict(zip(ids, contents, strict=True))


def test_missing_blob_is_not_found(repository: Repository) -> None:
    repository.store(a=b"1")

    with pytest.raises(NotFound):
        repository.reader.blobs([blob_id(b"1"), UNKNOWN])


def test_no_blobs_are_no_request(repository: Repository) -> None:
    assert repository.reader.blobs([]) == {}


def test_comparison_names_every_file_that_differs(repository: Repository) -> None:
    base = repository.store(keep=b"1", edit=b"2", gone=b"3", a__old=b"4")
    repository.push(Change(EDIT, "edit", b"5"), Change(DELETE, "gone"))
    target = repository.push(Change(DELETE, "a/old"), Change(ADD, "b/new", b"4"))

    comparison = repository.reader.compare(base, target)

    assert comparison.descends
    assert {item.path: item.object_id for item in comparison.changed} == {
        "edit": blob_id(b"5"),
        "gone": "",
        "a/old": "",
        "b/new": blob_id(b"4"),
    }


def test_comparison_goes_over_all_pages(repository: Repository) -> None:
    base = repository.store(a=b"1")
    paths = [f"folder/{number}/file" for number in range(10)]
    target = repository.push(*(Change(ADD, path, b"2") for path in paths))

    comparison = repository.reader.compare(base, target)

    assert sorted(item.path for item in comparison.changed) == paths


def test_file_that_became_a_folder_is_gone_and_added(repository: Repository) -> None:
    base = repository.store(a=b"1")
    repository.push(Change(DELETE, "a"), Change(ADD, "other", b"2"))
    target = repository.push(Change(ADD, "a/b", b"3"))

    comparison = repository.reader.compare(base, target)

    assert {item.path: item.object_id for item in comparison.changed} == {
        "a": "",
        "a/b": blob_id(b"3"),
        "other": blob_id(b"2"),
    }


def test_commit_compared_with_itself_does_not_differ(repository: Repository) -> None:
    commit = repository.store(a=b"1")

    comparison = repository.reader.compare(commit, commit)

    assert comparison.descends
    assert comparison.changed == ()


def test_unknown_base_is_no_ancestor(repository: Repository) -> None:
    commit = repository.store(a=b"1")

    comparison = repository.reader.compare(UNKNOWN, commit)

    assert not comparison.descends
    assert comparison.changed == ()


def test_commit_of_another_line_is_no_ancestor(repository: Repository) -> None:
    base = repository.store(a=b"1")
    other = repository.aside(Push(base, "aside", (Change(ADD, "b", b"2"),)))
    target = repository.store(c=b"3")

    assert not repository.reader.compare(other, target).descends
    assert not repository.reader.compare(target, base).descends
    assert repository.reader.compare(base, target).descends


def test_commit_of_another_history_is_no_ancestor(repository: Repository) -> None:
    target = repository.store(a=b"1")
    other = repository.aside(Push(None, "aside", (Change(ADD, "b", b"2"),)))

    assert not repository.reader.compare(other, target).descends


def test_unknown_target_is_not_found(repository: Repository) -> None:
    commit = repository.store(a=b"1")

    with pytest.raises(NotFound):
        repository.reader.compare(commit, UNKNOWN)


def test_log_goes_from_the_newest_back(repository: Repository) -> None:
    first = repository.store(a=b"1")
    second = repository.writer.push(
        Push(first, "title\n\nRun: x", (Change(ADD, "b", b"2"),))
    )
    third = repository.store(c=b"3")

    log = repository.reader.log(third, 10)

    assert [commit.id for commit in log] == [third, second, first]
    assert [commit.parents for commit in log] == [(second,), (first,), ()]
    assert log[1].comment == "title\n\nRun: x"
    assert log[0].author
    assert log[0].committed_at.utcoffset() is not None


def test_log_is_as_long_as_asked_for(repository: Repository) -> None:
    repository.store(a=b"1")
    commit = repository.store(b=b"2")

    assert [found.id for found in repository.reader.log(commit, 1)] == [commit]


def test_log_of_an_unknown_commit_is_not_found(repository: Repository) -> None:
    repository.store(a=b"1")

    with pytest.raises(NotFound):
        repository.reader.log(UNKNOWN, 1)


def a_past(repository: Repository) -> list[str]:
    """Commits: the first, third and fourth change `a/x`, the last deletes it."""
    commits = [
        repository.store(a__x=b"1", b=b"1"),
        repository.push(Change(EDIT, "b", b"2")),
        repository.push(Change(EDIT, "a/x", b"2")),
        repository.push(Change(EDIT, "a/x", b"1"), Change(ADD, "a/y", b"3")),
        repository.push(Change(EDIT, "a/y", b"4"), Change(ADD, "ax", b"5")),
    ]
    return [*commits, repository.push(Change(DELETE, "a/x"))]


def changed(
    repository: Repository, tip: str, path: str, limit: int = 9, skip: int = 0
) -> list[str]:
    found = repository.history.changes(tip, path, limit, skip)
    return [commit.id for commit in found]


def test_changes_of_a_file_are_the_commits_that_differ_at_it(
    repository: Repository,
) -> None:
    past = a_past(repository)

    assert changed(repository, past[5], "a/x") == [past[5], past[3], past[2], past[0]]
    assert changed(repository, past[4], "a/x") == [past[3], past[2], past[0]]


def test_changes_of_a_folder_are_those_of_all_below_it(repository: Repository) -> None:
    past = a_past(repository)

    assert changed(repository, past[5], "a") == [*past[:1:-1], past[0]]


def test_changes_come_in_pages(repository: Repository) -> None:
    past = a_past(repository)

    assert changed(repository, past[5], "a/x", 2) == [past[5], past[3]]
    assert changed(repository, past[5], "a/x", 2, 2) == [past[2], past[0]]
    assert changed(repository, past[5], "a/x", 2, 4) == []
    assert changed(repository, past[5], "a/x", 0) == []


def test_changes_say_all_of_a_commit(repository: Repository) -> None:
    first = repository.store(a=b"1")
    comment = "title\n\nRun: x"
    second = repository.writer.push(Push(first, comment, (Change(EDIT, "a", b"2"),)))

    newest, oldest = repository.history.changes(second, "a", 9)

    assert (newest.comment, newest.parents) == (comment, (first,))
    assert oldest.parents == ()
    assert newest.committed_at >= oldest.committed_at


@pytest.mark.parametrize("path", ["none", "a/none", "b/x"])
def test_what_never_was_has_no_changes(repository: Repository, path: str) -> None:
    assert changed(repository, a_past(repository)[5], path) == []


def test_changes_up_to_an_unknown_commit_are_not_found(repository: Repository) -> None:
    repository.store(a=b"1")

    with pytest.raises(NotFound):
        repository.history.changes(UNKNOWN, "a", 1)


def test_blob_of_a_file_is_told_for_each_commit_that_holds_it(
    repository: Repository,
) -> None:
    past = a_past(repository)
    one, two = blob_id(b"1"), blob_id(b"2")

    found = repository.history.blob_at("a/x", [*past, past[0]])

    assert found == dict(zip(past, [one, one, two, one, one], strict=False))


def test_file_that_is_at_none_of_the_commits_has_no_blob(
    repository: Repository,
) -> None:
    past = a_past(repository)

    assert repository.history.blob_at("ax", past[:4]) == {}
    assert repository.history.blob_at("none", past) == {}
    assert repository.history.blob_at("a/x", []) == {}


@pytest.mark.parametrize("path", ["A/x", "a/X", "a"])
def test_blob_is_that_of_the_very_path(repository: Repository, path: str) -> None:
    past = a_past(repository)

    assert repository.history.blob_at(path, past) == {}


def test_emptied_folder_disappears(repository: Repository) -> None:
    repository.store(a__x=b"1", b=b"2")

    commit = repository.push(Change(DELETE, "a/x"))

    assert repository.paths(commit, [""], []) == {"b"}


@pytest.mark.parametrize("old", [None, UNKNOWN, "before"])
def test_push_on_what_is_not_the_tip_is_refused(
    repository: Repository, old: str | None
) -> None:
    before = repository.store(a=b"1")
    tip = repository.store(b=b"2")

    push = Push(before if old == "before" else old, "late", (Change(ADD, "c", b"3"),))
    with pytest.raises(RefMoved):
        repository.writer.push(push)

    assert repository.reader.tip() == tip


def test_push_on_a_tip_of_a_branch_that_is_gone_is_refused(
    repository: Repository,
) -> None:
    with pytest.raises(RefMoved):
        repository.writer.push(Push(UNKNOWN, "late", (Change(ADD, "c", b"3"),)))

    assert repository.reader.tip() is None


@pytest.mark.parametrize(
    "change",
    [
        Change(ADD, "a/x", b"9"),
        Change(EDIT, "a/none", b"9"),
        Change(DELETE, "a/none"),
        Change(EDIT, "none/none", b"9"),
        Change(ADD, "a/x/y", b"9"),
    ],
    ids=["added", "edited", "deleted", "edited nowhere", "file as folder"],
)
def test_push_that_does_not_fit_the_tree_is_refused_as_a_whole(
    repository: Repository, change: Change
) -> None:
    tip = repository.store(a__x=b"1")

    with pytest.raises(StaleDecision):
        repository.push(Change(ADD, "other", b"2"), change)

    assert repository.reader.tip() == tip


def test_push_that_is_too_large_is_refused(repository: Repository) -> None:
    with pytest.raises(TooLarge):
        repository.store(a=bytes(20_000_000))

    assert repository.reader.tip() is None


def test_tag_that_exists_is_left_as_it_is(repository: Repository) -> None:
    name = f"backup/{uuid.uuid4().hex}"
    first = repository.store(a=b"1")
    second = repository.store(b=b"2")

    repository.writer.tag(name, first, "complete")
    repository.writer.tag(name, first, "complete")
    repository.writer.tag(name, second, "complete")


def test_missing_repository_is_not_found(server: str) -> None:
    missing = adapters(f"{server}/acme", "backup", "missing", "pat", "main")

    with pytest.raises(NotFound):
        missing.reader.tip()
