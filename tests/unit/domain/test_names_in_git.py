"""What git itself says of the names, with its strictest checks."""

import random
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from shared.domain.blob_ids import blob_id
from shared.domain.names import escape
from tests.unit.domain.workspace_objects import (
    AWKWARD,
    a_random_name,
    an_object,
    assign,
)

# As a file these fail `git fsck --strict` wherever Git takes it for one of its own:
# a line too long for .gitattributes, an address that .gitmodules may not have.
GITS_OWN_POISON = b'[submodule "x"]\n\turl = -x\n#' + b"x" * 3000 + b"\n"


@pytest.mark.parametrize("at_top", [True, False])
def test_git_itself_accepts_every_name(tmp_path: Path, *, at_top: bool) -> None:
    rng = random.Random(7)
    names = [*AWKWARD, *(a_random_name(rng) for _ in range(5_000))]
    # Small ids make suffixes that look like short names of NTFS.
    listing = [an_object(name, n, rng) for n, name in enumerate(names, 1)]
    assigned = assign(listing, at_top=at_top)

    git = _a_repository_of(tmp_path, assigned.values())
    stored = git("ls-tree", "-z", "--name-only", "refs/heads/main").split(b"\0")[:-1]

    assert sorted(stored) == sorted(name.encode() for name in assigned.values())
    assert git("fsck", "--strict", "--no-dangling") == b""


def test_git_refuses_what_the_names_are_escaped_for(tmp_path: Path) -> None:
    for name in (
        ".GIT",
        "git~1",
        ".g\u200cit",
        "gi7eba~1",
        ".gitattributes",
        "g~123456",
    ):
        git = _a_repository_of(tmp_path / escape(name), [name])

        with pytest.raises(subprocess.CalledProcessError):
            git("fsck", "--strict", "--no-dangling")


class _Git:
    """A bare repository, asked through git itself."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self("init", "--quiet", "--bare", "--initial-branch=main", str(place))

    def __call__(self, *arguments: str, given: bytes = b"") -> bytes:
        there = ["-C", str(self._place)] if arguments[0] != "init" else []
        return subprocess.run(
            ["git", *there, *arguments], input=given, capture_output=True, check=True
        ).stdout


def _a_repository_of(place: Path, names: Iterable[str]) -> _Git:
    """A repository whose one commit holds a file of each name."""
    git = _Git(place)
    git("hash-object", "-w", "--stdin", given=GITS_OWN_POISON)
    head = f"100644 blob {blob_id(GITS_OWN_POISON)}\t".encode()
    lines = b"".join(head + name.encode() + b"\0" for name in names)
    tree = git("mktree", "-z", given=lines).decode().strip()
    who = b"t <t@example.org> 1700000000 +0000"
    text = b"tree %s\nauthor %s\ncommitter %s\n\nx\n" % (tree.encode(), who, who)
    commit = git("hash-object", "-w", "-t", "commit", "--stdin", given=text)
    git("update-ref", "refs/heads/main", commit.decode().strip())
    return git
