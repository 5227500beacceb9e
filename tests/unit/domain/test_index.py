"""The index comes back as it was written, and answers what planning asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.index import Index, IndexedFolder, LastRecord, index_folder
from shared.domain.manifest import Entry, Excepted, Manifest, SubFolder
from shared.domain.names import NamedBefore
from shared.domain.objects import DASHBOARD, DIRECTORY, NOTEBOOK, Format
from shared.errors import UnknownVersion

texts = st.text(st.characters(codec="utf-8") | st.just("\udc80"), max_size=8)
ids = st.integers(1, 2**53)
named = st.builds(NamedBefore, ids, texts, texts, st.none() | texts, texts)
folders = st.builds(
    IndexedFolder,
    path=texts,
    git_path=texts,
    object_id=st.none() | ids,
    manifest=texts,
    digest=texts,
    children=st.lists(named, max_size=4).map(tuple),
    untimed=st.dictionaries(ids, texts, max_size=2),
    vouched=st.booleans(),
    excepted=st.lists(st.tuples(ids, texts), max_size=2).map(tuple),
)
records = st.builds(LastRecord, texts, texts, texts, texts, texts, st.booleans())

MANIFEST = Manifest(
    path="/etl",
    git_path="etl",
    object_id=4,
    notebook_format=Format.SOURCE,
    entries=(
        Entry("x", NOTEBOOK, 1, "x.py", "a" * 40, 3, Format.SOURCE, "PYTHON", 9),
        Entry("sales", DASHBOARD, 2, "sales", "b" * 40, 3, Format.RAW),
    ),
    folders=(SubFolder("sub", 3, "sub~3"),),
    exceptions=(Excepted("huge", "FILE", 5, "too large"),),
)


def a_folder(path: str, git_path: str) -> IndexedFolder:
    return IndexedFolder(path, git_path, None, "m", "d", ())


@given(folders)
def test_a_folder_comes_back_from_its_line(folder: IndexedFolder) -> None:
    line = folder.to_line()

    assert b"\n" not in line
    assert IndexedFolder.from_line(line) == folder


@given(
    st.none() | texts,
    st.none() | records,
    st.frozensets(texts, max_size=3),
    st.lists(folders, max_size=4),
)
def test_the_index_comes_back(
    commit: str | None,
    record: LastRecord | None,
    suspects: frozenset[str],
    known: list[IndexedFolder],
) -> None:
    index = Index(commit, record, suspects)
    for folder in known:
        index.put(folder)

    again = Index.from_bytes(index.to_bytes())

    assert (again.commit, again.record, again.suspects) == (commit, record, suspects)
    assert list(again.folders()) == list(index.folders())
    assert {path: again.get(path) for path in again.paths()} == {
        folder.path: folder for folder in known
    }


def test_an_index_of_a_newer_version_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.domain.index.INDEX_VERSION", 99)
    newer = Index().to_bytes()
    monkeypatch.undo()

    with pytest.raises(UnknownVersion):
        Index.from_bytes(newer)


def test_a_manifest_is_summed_up() -> None:
    folder = index_folder(MANIFEST, "m" * 40, vouched=True)

    assert (folder.path, folder.git_path, folder.object_id) == ("/etl", "etl", 4)
    assert folder.children == (
        NamedBefore(1, "x", NOTEBOOK, "PYTHON", "x.py"),
        NamedBefore(2, "sales", DASHBOARD, None, "sales"),
        NamedBefore(3, "sub", DIRECTORY, None, "sub~3"),
    )
    assert [child.name for child in folder.objects] == ["x", "sales"]
    assert folder.untimed == {2: "b" * 40}
    assert folder.accounted == {(1, "x"), (2, "sales"), (5, "huge")}


def test_folders_are_put_replaced_and_forgotten() -> None:
    index = Index()
    index.put(a_folder("/a", "a"))
    index.put(a_folder("/a", "a~1"))
    index.put(a_folder("/b", "b"))
    index.remove("/b")
    index.remove("/never")

    assert len(index) == 1
    assert "/a" in index
    assert "/b" not in index
    assert index.get("/b") is None
    assert index.git_path_of("/a") == "a~1"


def test_a_folder_above_known_ones_lies_where_they_say() -> None:
    index = Index()
    index.put(a_folder("/a/b/c", "a~1/b/c~2"))

    assert index.git_path_of("/a") == "a~1"
    assert index.git_path_of("/a/b") == "a~1/b"
    assert index.git_path_of("/") == ""
    assert index.git_path_of("/x") is None
    assert list(index.components_below("/")) == [("/a", "a~1")]

    index.put(a_folder("/a", "a"))
    index.put(a_folder("/x/y", "x~3/y"))
    assert index.git_path_of("/a") == "a"
    assert index.git_path_of("/x") == "x~3"
    index.remove("/a/b/c")
    assert index.git_path_of("/a/b") is None
