"""Refs move by compare and swap, whoever else writes to the repository."""

import subprocess
from pathlib import Path

import pytest

from local.azure_devops.objects import stage
from local.azure_devops.organization import Organization
from local.azure_devops.repository import (
    RefConflictError,
    Repository,
    StaleRefError,
)

pytestmark = pytest.mark.conforms("documented: Git, git-update-ref")

MAIN = "refs/heads/main"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    organization = Organization(tmp_path, "acme")
    project = organization.add_project("backup")
    return organization.create(project, "workspace").repository


def a_commit(repository: Repository, text: str) -> str:
    tree = stage("tree", b"")
    who = "a <a@x> 0 +0000"
    lines = f"tree {tree.oid}\nauthor {who}\ncommitter {who}\n\n{text}\n"
    commit = stage("commit", lines.encode())
    repository.objects.add([tree, commit])
    return commit.oid


def test_ref_moves_only_from_where_it_is(repository: Repository) -> None:
    first, second = (a_commit(repository, text) for text in ("1", "2"))
    repository.compare_and_swap(MAIN, None, first)

    for wrong in (None, second):
        with pytest.raises(StaleRefError) as stale:
            repository.compare_and_swap(MAIN, wrong, second)
        assert stale.value.actual == first
    repository.compare_and_swap(MAIN, first, second)

    assert repository.tip(MAIN) == second


def test_ref_that_git_moved_meanwhile_is_stale(repository: Repository) -> None:
    first, second = (a_commit(repository, text) for text in ("1", "2"))
    repository.compare_and_swap(MAIN, None, first)
    subprocess.run(
        ["git", "-C", str(repository.path), "update-ref", MAIN, second], check=True
    )

    with pytest.raises(StaleRefError):
        repository.compare_and_swap(MAIN, first, second)


def test_ref_that_git_holds_locked_is_a_conflict(repository: Repository) -> None:
    first, second = (a_commit(repository, text) for text in ("1", "2"))
    repository.compare_and_swap(MAIN, None, first)
    (repository.path / f"{MAIN}.lock").touch()

    with pytest.raises(RefConflictError):
        repository.compare_and_swap(MAIN, first, second)


@pytest.mark.parametrize("name", ["refs/heads/main/a", "refs/heads"])
def test_names_cannot_lie_below_each_other(repository: Repository, name: str) -> None:
    first = a_commit(repository, "1")
    repository.compare_and_swap(MAIN, None, first)

    with pytest.raises(RefConflictError):
        repository.compare_and_swap(name, None, first)


@pytest.mark.conforms("documented: Git, git-repack")
def test_objects_survive_a_garbage_collection_by_git(repository: Repository) -> None:
    oids = []
    for number in range(3):
        blobs = [stage("blob", f"{number} {n}".encode()) for n in range(60)]
        repository.objects.add(blobs)
        oids += [blob.oid for blob in blobs]
    assert repository.objects.blob(oids[0]) == b"0 0"

    subprocess.run(["git", "-C", str(repository.path), "repack", "-adkq"], check=True)

    assert [repository.objects.blob(oid).decode() for oid in oids] == [
        f"{number} {n}" for number in range(3) for n in range(60)
    ]
