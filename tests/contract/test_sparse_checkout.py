"""What git itself checks out for the folders that were chosen is what was counted."""

import subprocess
from pathlib import Path

import pytest

from shared.domain.git import TreeItem
from shared.domain.git_folder import Chosen, choose_of, tree_of

FILES = {
    "README.md": 7,
    ".gitattributes": 3,
    ".backup/folders/Clients/folder.json": 11,
    ".backup/runs/2026/11/22/r.json": 13,
    "notes.py": 17,
    "Clients/index.sql": 19,
    "Clients/Acme/x.py": 23,
    "Clients/Acme/deep/y.ipynb": 29,
    "Clients/Acme Inc/z.r": 31,
    "Clients/Bolt/a.scala": 37,
    "Clients/Bolt/in/b.txt": 41,
    "Clients/Bolt/in/er/c.py": 43,
    "Shared/a%3Ab/é — 日本.py": 47,
    "Shared/$x ~y/d;e.py": 53,
}


def git(folder: Path, *words: str, given: str = "") -> None:
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *words],
        cwd=folder,
        input=given.encode(),
        check=True,
        capture_output=True,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "clone")
    clone = tmp_path / "clone"
    for path, size in FILES.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_bytes(b"x" * size)
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "x")
    return clone


@pytest.mark.parametrize(
    "wanted",
    [
        ["Clients"],
        ["Clients/Acme"],
        ["Clients/Acme", "Clients/Acme Inc"],
        ["Clients/Bolt/in/er"],
        ["Clients/Acme/deep", "Clients/Bolt/in", "Shared"],
        ["Shared/a%3Ab", "Shared/$x ~y"],
        ["Clients", "Shared"],
    ],
    ids=str,
)
def test_the_files_of_a_sparse_checkout_are_those_that_were_counted(
    clone: Path, wanted: list[str]
) -> None:
    items = [TreeItem(path, "", size=size) for path, size in FILES.items()]
    chosen = choose_of(tree_of(items), wanted)
    assert isinstance(chosen, Chosen)

    folders = "\n".join(chosen.folders)
    git(clone, "sparse-checkout", "set", "--cone", "--stdin", given=folders)

    here = [file for file in clone.rglob("*") if file.is_file()]
    here = [file for file in here if ".git" not in file.relative_to(clone).parts]
    assert chosen.load.files == len(here)
    assert chosen.load.bytes == sum(file.stat().st_size for file in here)
