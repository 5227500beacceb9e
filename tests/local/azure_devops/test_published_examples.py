"""The chain of pushes in the shape of the published examples, rebuilt with git.

A commit's id is the SHA-1 of its tree, parents, author, committer and message; given
the same trees and times, git must arrive at the server's ids.
"""

import subprocess
from pathlib import Path

import pytest

from tests.local.azure_devops.rest import (
    MAIN,
    Rest,
    add,
    add_bytes,
    delete,
    edit,
    rename,
)

pytestmark = pytest.mark.conforms(
    "documented: Azure Repos REST 7.1, Pushes - Create (examples)"
)

WHO = {"name": "Normal Paulk", "email": "fabrikamfiber16@hotmail.com"}
CHAIN = (
    ("Initial commit.", [add("/readme.md", "My first file!")]),
    ("Added task markdown file.", [add("/tasks.md", "# Tasks\n\n* Item 1\n")]),
    (
        "Added a few more items.",
        [edit("/tasks.md", "# Tasks\n\n* Item 1\n* Item 2\n")],
    ),
    (
        "Added an image.",
        [add_bytes("/images/dot.png", bytes.fromhex("89504e470d0a1a0a00ff"))],
    ),
    ("Renaming tasks.md.", [rename("/tasks.md", "/activetasks.md")]),
    (
        "Moving activetasks.md.",
        [rename("/activetasks.md", "/tasks/content/activetasks.md")],
    ),
    ("Deleting the readme.", [delete("/readme.md")]),
    (
        "Several changes.",
        [
            add("/completed.md", "done"),
            edit("/tasks/content/activetasks.md", "none left"),
            delete("/images/dot.png"),
        ],
    ),
)


def git(directory: Path, *arguments: str, stdin: bytes = b"", when: str = "") -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        input=stdin,
        check=True,
        capture_output=True,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "GIT_AUTHOR_NAME": WHO["name"],
            "GIT_AUTHOR_EMAIL": WHO["email"],
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_NAME": WHO["name"],
            "GIT_COMMITTER_EMAIL": WHO["email"],
            "GIT_COMMITTER_DATE": when,
        },
    )
    return done.stdout.decode()


def moment(number: int) -> str:
    return f"2014-12-16T20:41:{48 + number:02d}Z"


def play(rest: Rest) -> list[str]:
    commits = []
    for number, (comment, changes) in enumerate(CHAIN):
        who = {**WHO, "date": moment(number)}
        pushed = rest.push(*changes, comment=comment, author=who, committer=who)
        commits.append(pushed)
    return commits


def test_git_builds_the_same_commits_from_a_working_tree(
    rest: Rest, tmp_path: Path
) -> None:
    pushed = play(rest)

    work = tmp_path / "work"
    git(tmp_path, "init", "-q", "work")
    steps = (
        "printf 'My first file!' >readme.md",
        "printf '# Tasks\\n\\n* Item 1\\n' >tasks.md",
        "printf '# Tasks\\n\\n* Item 1\\n* Item 2\\n' >tasks.md",
        "mkdir images; printf '\\211PNG\\r\\n\\032\\n\\000\\377' >images/dot.png",
        "git mv tasks.md activetasks.md",
        "mkdir -p tasks/content; git mv activetasks.md tasks/content/",
        "git rm -q readme.md",
        (
            "printf done >completed.md; git rm -q images/dot.png;"
            " printf 'none left' >tasks/content/activetasks.md"
        ),
    )
    built = []
    for number, (step, (comment, _)) in enumerate(zip(steps, CHAIN, strict=True)):
        subprocess.run(["sh", "-ec", step], cwd=work, check=True)
        git(work, "add", "--all")
        git(work, "commit", "-q", "-m", comment, when=moment(number))
        built.append(git(work, "rev-parse", "HEAD").strip())
    assert pushed == built


def test_every_object_hashes_to_its_id_and_passes_a_strict_check(rest: Rest) -> None:
    play(rest)
    rest.push(add("/x"), old=rest.tip(), branch="refs/heads/feature")

    for line in git(rest.bare, "rev-list", "--all", "--objects").splitlines():
        oid = line.split()[0]
        kind = git(rest.bare, "cat-file", "-t", oid).strip()
        raw = subprocess.run(
            ["git", "cat-file", kind, oid],
            cwd=rest.bare,
            check=True,
            capture_output=True,
        ).stdout
        again = git(rest.bare, "hash-object", "-t", kind, "--stdin", stdin=raw)
        assert again.strip() == oid
    assert git(rest.bare, "fsck", "--strict", "--full") == ""


def test_a_branch_is_made_from_the_tip_of_another(rest: Rest) -> None:
    commits = play(rest)

    rest.push(add("/new.md"), old=commits[2], branch="refs/heads/test/new")

    log = git(rest.bare, "log", "--format=%H", "test/new")
    assert log.split()[1:] == commits[2::-1]
    assert rest.tip(MAIN) == commits[-1]
