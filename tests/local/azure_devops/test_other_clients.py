"""Clients that nobody here wrote and the product does not use, unchanged.

Microsoft's client for Node speaks REST in its own way (enumerations as numbers,
discovery area by area); dulwich speaks the Git protocol without Git.
"""

import gc
import io
import json
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dulwich import porcelain
from dulwich.repo import Repo

from local.azurite import find_node
from tests.local.azure_devops.rest import Rest, add

pytestmark = pytest.mark.conforms("reported: azure-devops-node-api")

SCRIPT = Path(__file__).with_name("node_client.js")


def ran_by_node(rest: Rest) -> dict[str, Any]:
    done = subprocess.run(
        [find_node(), str(SCRIPT), f"{rest.url}/acme", "token"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert isinstance(seen, dict)
    return seen


def test_the_client_for_node_reads_and_writes(rest: Rest) -> None:
    seen = ran_by_node(rest)

    first, second = seen.pop("first"), seen.pop("second")
    refused = seen.pop("refused")
    assert second == rest.tip()
    assert (refused["status"], refused["message"][:8]) == (409, "TF401028")
    assert seen == {
        "me": "Workspace Backup",
        "projects": ["backup"],
        "project": "backup",
        "repository": "refs/heads/main",
        "items": ["/", "/b", "/c", "/d", "/d/a.py"],
        "item": "one",
        "content": "one",
        "blob": "one",
        "zip": "PK",
        "treeZip": "PK",
        "tree": [["b", 3], ["c", 2], ["d", 32], ["d/a.py", 3]],
        "kind": True,
        "diff": ["/b", "/c"],
        "batch": ["/d"],
        "commits": [second],
        "date": True,
        "changes": ["/b", "/c"],
        "bases": [first],
        "branches": ["main"],
        "behind": [[0, 1]],
        "pushes": [2, 1],
        "pushCommits": [second],
        "moved": True,
        "stale": "StaleOldObjectId",
        "tag": second,
        "refs": ["refs/heads/main", "refs/heads/x"],
        "repositories": ["workspace"],
        "missing": None,
    }


EVE = b"Eve <eve@x.org>"


@pytest.fixture
def clone(rest: Rest, tmp_path: Path) -> Iterator[Repo]:
    rest.push(add("/d/a", "one"))
    with porcelain.clone(
        rest.clone_url, str(tmp_path / "clone"), errstream=io.BytesIO()
    ) as repository:
        yield repository
    with warnings.catch_warnings():
        # Its connections end with the garbage.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def commit(clone: Repo, name: str, text: str) -> str:
    path = Path(clone.path) / name
    path.write_text(text)
    porcelain.add(clone, [str(path)])
    porcelain.commit(clone, message=b"From dulwich", author=EVE, committer=EVE)
    return clone.head().decode()


def push(clone: Repo, rest: Rest, refspec: str) -> str:
    """Push, and return what was said meanwhile."""
    said = io.BytesIO()
    porcelain.push(
        clone,
        rest.clone_url,
        refspec,
        outstream=io.BytesIO(),
        errstream=said,
        username="git",
        password="token",
    )
    return said.getvalue().decode()


@pytest.mark.conforms("documented: Git, gitprotocol-http")
def test_dulwich_clones_and_fetches(rest: Rest, clone: Repo) -> None:
    tip = rest.push(*(add(f"/many/{n}", str(n)) for n in range(120)))

    porcelain.fetch(
        clone, rest.clone_url, outstream=io.StringIO(), errstream=io.BytesIO()
    )

    assert (Path(clone.path) / "d/a").read_text() == "one"
    assert tip.encode() in clone
    seen = porcelain.ls_remote(rest.clone_url).refs
    assert tip.encode() in seen.values()


@pytest.mark.conforms("documented: Git, gitprotocol-http")
def test_dulwich_pushes_and_the_push_is_remembered(rest: Rest, clone: Repo) -> None:
    made = commit(clone, "b", "two")

    push(clone, rest, "refs/heads/main")

    assert rest.tip() == made
    assert rest.content("/b") == b"two"
    latest = rest.get("/pushes", includeRefUpdates="true")["value"][0]
    assert latest["refUpdates"][0]["newObjectId"] == made


@pytest.mark.conforms("reported: logs of git push (TF402455)")
def test_dulwich_is_told_what_the_rules_forbid(rest: Rest, clone: Repo) -> None:
    commit(clone, "b", "two")
    rest.local("policies", {"repository": "workspace", "branch": "main"})

    said = push(clone, rest, "refs/heads/main")

    assert "TF402455: Pushes to this branch are not permitted" in said
    assert rest.paths() == ["/d/a"]
