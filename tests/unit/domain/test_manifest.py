"""I6: a manifest alone must say what a folder holds, whoever had it in hands."""

import copy
import difflib
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.manifest import (
    Entry,
    Excepted,
    Manifest,
    SubFolder,
    folder_of_manifest,
    manifest_path,
)
from shared.domain.objects import DIRECTORY, FILE, NOTEBOOK, REPO, Format
from shared.errors import UnknownVersion
from tests.unit.domain.manifests import BLOB, manifests

ACME = Manifest(
    path="/Clients/Acme",
    git_path="Clients/Acme",
    object_id=7,
    notebook_format=Format.SOURCE,
    entries=(
        Entry(
            name="größe",
            type=NOTEBOOK,
            object_id=12,
            file="größe.py",
            blob=BLOB,
            size=3,
            format=Format.SOURCE,
            language="PYTHON",
            modified_at=1_700_000_000_000,
        ),
        Entry("a\n\x85\ud83d", FILE, 11, "a%0A", BLOB, 0, Format.RAW),
    ),
    folders=(SubFolder("etl", 21, "etl"),),
    exceptions=(
        Excepted("lib", "LIBRARY", 32, "LIBRARY has no export"),
        Excepted(
            name="repo",
            type=DIRECTORY,
            object_id=31,
            reason="Git folder",
            url="https://example.org/r.git",
            branch="main",
            head_commit="c0ffee",
        ),
    ),
)

ACME_TEXT = """\
{
 "exceptions": [
  {"name": "lib", "object_id": 32, "reason": "LIBRARY has no export", \
"type": "LIBRARY"},
  {"branch": "main", "head_commit": "c0ffee", "name": "repo", "object_id": 31, \
"reason": "Git folder", "type": "DIRECTORY", "url": "https://example.org/r.git"}
 ],
 "folders": [
  {"git": "etl", "name": "etl", "object_id": 21}
 ],
 "git_path": "Clients/Acme",
 "notebook_format": "SOURCE",
 "object_id": 7,
 "objects": [
  {"blob": "BLOB", "file": "a%0A", "format": "RAW", "name": "a\\n\\u0085\\ud83d", \
"object_id": 11, "size": 0, "type": "FILE"},
  {"blob": "BLOB", "file": "größe.py", "format": "SOURCE", "language": "PYTHON", \
"modified_at": 1700000000000, "name": "größe", "object_id": 12, "size": 3, \
"type": "NOTEBOOK"}
 ],
 "path": "/Clients/Acme",
 "version": 1
}
""".replace("BLOB", BLOB)


# --- what is written


def test_a_manifest_reads_like_this() -> None:
    assert ACME.to_bytes().decode("utf-8") == ACME_TEXT


@given(manifests())
def test_a_manifest_says_the_same_when_read_back(manifest: Manifest) -> None:
    read = Manifest.from_bytes(manifest.to_bytes())

    assert _sorted(read) == _sorted(manifest)
    assert read.to_bytes() == manifest.to_bytes()


@given(manifests(), st.randoms())
def test_the_order_of_its_parts_does_not_matter(
    manifest: Manifest, rng: random.Random
) -> None:
    shuffled = replace(
        manifest,
        entries=tuple(rng.sample(manifest.entries, len(manifest.entries))),
        folders=tuple(rng.sample(manifest.folders, len(manifest.folders))),
        exceptions=tuple(rng.sample(manifest.exceptions, len(manifest.exceptions))),
    )

    assert shuffled.to_bytes() == manifest.to_bytes()


@given(manifests())
def test_every_object_has_a_line_of_its_own(manifest: Manifest) -> None:
    text = manifest.to_bytes().decode("utf-8")

    count = len(manifest.entries + manifest.folders + manifest.exceptions)
    assert sum(line.startswith("  {") for line in text.splitlines()) == count
    assert text.splitlines() == text.split("\n")[:-1]
    assert json.loads(text)["path"] == manifest.path


def test_one_changed_object_is_one_changed_line() -> None:
    edited = replace(ACME.entries[0], size=4)
    after = replace(ACME, entries=(edited, *ACME.entries[1:]))

    diff = difflib.ndiff(_lines(ACME), _lines(after))

    assert [line[:2] for line in diff if line[0] in "+-"] == ["- ", "+ "]


# --- what is read


def test_a_manifest_of_a_newer_version_is_not_read() -> None:
    with pytest.raises(UnknownVersion, match="manifest version 2"):
        Manifest.from_bytes(_with("version", 2))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "not a manifest"),
        (b"\xff\xfe\xfd", "not a manifest"),
        (b"<<<<<<< HEAD", "not a manifest"),
        (b"[]", "not a manifest"),
        (b"null", "not a manifest"),
        (b"{}", "'version' is missing"),
        (b"[" * 100_000, "not a manifest"),
        (b'{"version": ' + b"9" * 5_000 + b"}", "not a manifest"),
    ],
)
def test_what_is_no_manifest_is_a_clear_error(raw: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Manifest.from_bytes(raw)


@pytest.mark.parametrize(
    ("where", "value", "problem"),
    [
        ("version", "1", "'1' is not a number"),
        ("version", 0, "no version 0"),
        ("version", True, "True is not a number"),
        ("path", "Clients", "not absolute"),
        ("path", "/Clients/../Users", "'..' is no path component"),
        ("path", "/Clients//x", "'' is no path component"),
        ("git_path", "Clients/../.git", "'..' is no path component"),
        ("git_path", "/Clients", "'' is no path component"),
        ("git_path", "Clients/.GIT", "cannot lie in Git"),
        ("git_path", ".Backup/runs", "not a name for what is backed up"),
        ("git_path", None, "None is not a text"),
        ("object_id", "7", "'7' is not a number"),
        ("notebook_format", "DBC", "'DBC' is not a valid Format"),
        ("objects", {"a": 1}, ""),
        ("objects", "ab", ""),
        ("objects", None, ""),
        ("folders", [None], ""),
        ("exceptions", [[]], ""),
        ("objects.0.file", "../x", "'../x' is no path component"),
        ("objects.0.file", "..", "'..' is no path component"),
        ("objects.0.file", "", "'' is no path component"),
        ("objects.0.file", ".Git", "cannot lie in Git"),
        ("objects.0.file", "a\0", "cannot lie in Git"),
        ("objects.0.file", "\ud83d", "surrogates not allowed"),
        ("objects.0.file", "größe.py", "share a name"),
        ("objects.0.file", "etl", "share a name"),
        ("objects.0.name", "../../Users/x", "no path component"),
        ("objects.0.name", "..", "no path component"),
        ("objects.0.name", 5, "5 is not a text"),
        ("objects.0.size", -1, "blob id or a size"),
        ("objects.0.size", 1.5, "1.5 is not a number"),
        ("objects.0.size", True, "True is not a number"),
        ("objects.0.blob", "f" * 39, "blob id or a size"),
        ("objects.0.blob", "F" * 40, "blob id or a size"),
        ("objects.0.format", None, "not a valid Format"),
        ("objects.1.language", 3, "3 is not a text"),
        ("objects.1.modified_at", "now", "'now' is not a number"),
        ("folders.0.git", "a/b", "'a/b' is no path component"),
        ("folders.0.name", "..", "no path component"),
        ("exceptions.0.name", "a/b", "no path component"),
        ("exceptions.0.reason", None, "None is not a text"),
        ("exceptions.1.url", 1, "1 is not a text"),
    ],
)
def test_a_manifest_that_a_stranger_spoiled_is_refused(
    where: str, value: object, problem: str
) -> None:
    with pytest.raises(ValueError, match=f"not a manifest: .*{problem}"):
        Manifest.from_bytes(_with(where, value))


@pytest.mark.parametrize("name", ["README.md", ".gitattributes", ".BACKUP"])
def test_no_manifest_claims_our_own_files_at_the_top(name: str) -> None:
    top = replace(ACME, path="/", git_path="")
    claiming = replace(top, folders=(SubFolder("x", 1, name),))
    below = replace(ACME, folders=(SubFolder("x", 1, name),))

    with pytest.raises(ValueError, match="not a name for what is backed up"):
        Manifest.from_bytes(claiming.to_bytes())
    assert Manifest.from_bytes(below.to_bytes()).folders == below.folders


@pytest.mark.parametrize("key", list(json.loads(ACME_TEXT)))
def test_every_part_of_a_manifest_is_needed(key: str) -> None:
    facts = json.loads(ACME_TEXT)
    del facts[key]

    with pytest.raises(ValueError, match=f"not a manifest: '{key}' is missing"):
        Manifest.from_bytes(json.dumps(facts).encode())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "git", "file"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.data(), json_values)
def test_whatever_was_done_to_it_reading_ends_in_a_manifest_or_a_clear_error(
    data: st.DataObject, value: object
) -> None:
    facts = json.loads(ACME_TEXT)
    place = data.draw(st.sampled_from(_places(facts)))

    read = _read_or_refusal(_with(place, value))

    if isinstance(read, Manifest):
        again = Manifest.from_bytes(read.to_bytes())
        assert again.to_bytes() == read.to_bytes()
    else:
        assert read.startswith(("not a manifest: ", "manifest version "))


# --- where it lies


@pytest.mark.parametrize(
    ("git_path", "path"),
    [
        ("", ".backup/folders/folder.json"),
        ("Clients", ".backup/folders/Clients/folder.json"),
        ("a/%66older.json", ".backup/folders/a/%66older.json/folder.json"),
    ],
)
def test_a_manifest_lies_beside_those_of_its_sub_folders(
    git_path: str, path: str
) -> None:
    assert manifest_path(git_path) == path
    assert folder_of_manifest(path) == git_path


@pytest.mark.parametrize(
    "path",
    [
        ".backup/folders/Clients/folder.json.txt",
        ".backup/folders/Clients/x.json",
        ".backup/folders/xfolder.json",
        ".backup/folders//folder.json",
        ".backup/runs/folder.json",
        "x/.backup/folders/folder.json",
        "folder.json",
        "",
    ],
)
def test_other_paths_are_no_manifests(path: str) -> None:
    assert folder_of_manifest(path) is None


def test_only_clones_of_repositories_are_git_folders() -> None:
    kinds = [DIRECTORY, REPO, NOTEBOOK, "LIBRARY"]

    assert [Excepted("x", kind, 1, "").git_folder for kind in kinds] == [
        *(True, True, False, False)
    ]


# --- builders


def _sorted(manifest: Manifest) -> Manifest:
    def key(part: Entry | SubFolder | Excepted) -> tuple[str, int]:
        return part.name, part.object_id

    return replace(
        manifest,
        entries=tuple(sorted(manifest.entries, key=key)),
        folders=tuple(sorted(manifest.folders, key=key)),
        exceptions=tuple(sorted(manifest.exceptions, key=key)),
    )


def _lines(manifest: Manifest) -> list[str]:
    return manifest.to_bytes().decode("utf-8").splitlines(keepends=True)


def _read_or_refusal(raw: bytes) -> Manifest | str:
    try:
        return Manifest.from_bytes(raw)
    except (UnknownVersion, ValueError) as refusal:
        return str(refusal)


def _with(where: str, value: object) -> bytes:
    """The text of a manifest with one value replaced; `where` is a dotted place."""
    facts = copy.deepcopy(json.loads(ACME_TEXT))
    *above, last = where.split(".")
    target: Any = facts
    for step in above:
        target = target[int(step) if step.isdigit() else step]
    target[int(last) if last.isdigit() else last] = value
    return json.dumps(facts).encode()


def _places(facts: Any, above: str = "") -> list[str]:
    """Every place in the facts, dotted."""
    inside: list[tuple[Any, Any]] = []
    if isinstance(facts, dict):
        inside = list(facts.items())
    elif isinstance(facts, list):
        inside = list(enumerate(facts))
    places = []
    for key, value in inside:
        place = f"{above}{key}"
        places += [place, *_places(value, f"{place}.")]
    return places
