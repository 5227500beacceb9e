"""One whole stack and the hands that tests have in it: user, person, operator."""

import base64
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from local.endpoints import Endpoints
from tests.logs import must_not_be_logged

PATIENCE_SECONDS = 300
OPEN = {"planning", "running", "applying"}
OVERTAKEN = "TF401028"
"""Documented: the branch has already been updated by another client."""


def _wait() -> None:
    time.sleep(0.2)


class Workspace:
    """What its users do in the workspace, through its API and behind its back."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def notebook(self, path: str, text: str, language: str = "PYTHON") -> None:
        self._import(path, text.encode(), language=language, format="SOURCE")

    def ipynb(self, path: str, document: bytes) -> None:
        self._import(path, document, language="PYTHON", format="JUPYTER")

    def file(self, path: str, content: bytes) -> None:
        self._import(path, content, format="RAW")

    def folder(self, path: str) -> None:
        self._post("/api/2.0/workspace/mkdirs", {"path": path})

    def delete(self, path: str) -> None:
        self._post("/api/2.0/workspace/delete", {"path": path, "recursive": True})

    def move(self, source: str, target: str) -> None:
        self._post("/_local/move", {"from": source, "to": target})

    def place(self, path: str, object_type: str, **facts: object) -> None:
        """Any object of any type, with any name."""
        must_not_be_logged(str(facts.get("content", "")).encode())
        self._post(
            "/_local/objects", {"path": path, "object_type": object_type, **facts}
        )

    def generate(self, notebooks: int, seed: int = 1) -> dict[str, int]:
        answer: dict[str, int] = self._post(
            "/_local/generate", {"notebooks": notebooks, "seed": seed}
        )
        return answer

    def fault(self, **fault: object) -> None:
        self._post("/_local/faults", [fault])

    def git_credential(self, *, there: bool) -> None:
        """Whether the workspace can sign in where it clones from."""
        self._post("/_local/me", {"git_credential": there})

    def objects(self) -> dict[str, dict[str, Any]]:
        """The ground truth: every object by path, with its bytes' SHA-1."""
        answer = requests.get(f"{self._url}/_local/tree", timeout=60)
        answer.raise_for_status()
        body = answer.json()
        rows = body["objects"] if isinstance(body, dict) else body
        return {row["path"]: row for row in rows}

    def export(self, path: str) -> bytes:
        """The bytes that the export API gives for the object."""
        answer = requests.get(
            f"{self._url}/api/2.0/workspace/export",
            params={"path": path, "format": "AUTO", "direct_download": "true"},
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.content

    def source(self, path: str) -> bytes:
        """The bytes that the export API gives for a notebook's source."""
        answer = requests.get(
            f"{self._url}/api/2.0/workspace/export",
            params={"path": path, "format": "SOURCE", "direct_download": "true"},
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.content

    def calls(self) -> Mapping[str, int]:
        return _calls(self._url)

    def forget_calls(self) -> None:
        requests.delete(f"{self._url}/_local/stats", timeout=30).raise_for_status()

    def _import(self, path: str, content: bytes, **how: str) -> None:
        must_not_be_logged(content)
        folder = path.rsplit("/", 1)[0]
        if folder:
            self.folder(folder)
        text = base64.b64encode(content).decode()
        body = {"path": path, "content": text, "overwrite": True, **how}
        self._post("/api/2.0/workspace/import", body)

    def _post(self, path: str, body: Any) -> Any:
        answer = requests.post(
            self._url + path,
            json=body,
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=120,
        )
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


class Repository:
    """The backup repository, as a person with a clone sees it."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._server = endpoints.azure_devops.rsplit("/", 1)[0]
        self._name = endpoints.repository
        self.clone_url = endpoints.clone_url

    def clone(self, target: Path) -> "Clone":
        _git("clone", "--quiet", self.clone_url, str(target))
        return Clone(target)

    def commit(self, **changes: str | None) -> None:
        """A person's commit on the backup branch; None deletes."""
        self.commit_paths(changes)

    def commit_paths(self, changes: Mapping[str, str | None]) -> None:
        """The same; who finds that somebody pushed meanwhile tries again."""
        rows = [{"path": "/" + p, "content": text} for p, text in changes.items()]
        body: Any = {
            "repository": self._name,
            "branch": "main",
            "message": "By hand",
            "changes": rows,
        }
        url = f"{self._server}/_local/commit"
        answer = requests.post(url, json=body, timeout=60)
        while OVERTAKEN in answer.text:
            answer = requests.post(url, json=body, timeout=60)
        assert answer.ok, answer.text

    def fault(self, **fault: object) -> None:
        faults: Any = [fault]
        answer = requests.post(f"{self._server}/_local/faults", json=faults, timeout=30)
        assert answer.ok, answer.text

    def fired(self) -> int:
        """How often any fault fired."""
        answer = requests.get(f"{self._server}/_local/faults", timeout=30)
        return sum(fault["fired"] for fault in answer.json())

    def calls(self) -> Mapping[str, int]:
        return _calls(self._server)

    def largest_body(self) -> int:
        stats = requests.get(f"{self._server}/_local/stats", timeout=30).json()
        return max(stats["max_body"].values(), default=0)

    def forget_calls(self) -> None:
        requests.delete(f"{self._server}/_local/stats", timeout=30).raise_for_status()


@dataclass(frozen=True)
class Clone:
    """A clone on disk."""

    path: Path

    def pull(self) -> None:
        self.git("pull", "--quiet", "--tags")

    def git(self, *arguments: str) -> str:
        return _git("-C", str(self.path), *arguments)

    def files(self) -> dict[str, bytes]:
        """Every file at the head by its path, without what a checkout would alter."""
        listing = _git("-C", str(self.path), "ls-tree", "-rz", "--name-only", "HEAD")
        return {name: self.read(name) for name in listing.split("\0") if name}

    def content(self) -> dict[str, bytes]:
        """The files outside `.backup` and our own two at the top."""
        ours = {".gitattributes", "README.md"}
        return {
            name: content
            for name, content in self.files().items()
            if not name.startswith(".backup/") and name not in ours
        }

    def read(self, name: str) -> bytes:
        return subprocess.run(
            ["git", "-C", str(self.path), "cat-file", "blob", f"HEAD:{name}"],
            check=True,
            capture_output=True,
        ).stdout

    def changed(self, old: str, new: str) -> set[tuple[str, str]]:
        """(status, path) of what differs between two commits, outside `.backup`."""
        text = self.git(
            *("diff", "--name-status", "--no-renames", "-z", old, new),
            *("--", ".", ":(exclude).backup"),
        )
        parts = text.rstrip("\0").split("\0") if text else []
        return set(zip(parts[::2], parts[1::2], strict=True))


class Trial:
    """The stack: the workspace, the repository, and the app between them."""

    def __init__(self, endpoints: Endpoints) -> None:
        self.endpoints = endpoints
        self.workspace = Workspace(endpoints.databricks, endpoints.databricks_token)
        self.repository = Repository(endpoints)
        self._key = {"x-functions-key": endpoints.functions_key}

    def start(self, **wanted: object) -> str:
        answer = self.http("POST", "/api/runs", json=wanted)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def run(self, **wanted: object) -> dict[str, Any]:
        return self.wait(self.start(**wanted))

    def wait(self, run_id: str) -> dict[str, Any]:
        """The run's details once it has ended."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            run = self.details(run_id)
            if run["status"] not in OPEN:
                return run
            time.sleep(0.2)
        raise TimeoutError(f"run {run_id} does not end: {run}")

    def restore(self, *paths: str, **wanted: object) -> dict[str, Any]:
        """The restore's details, all outcomes included, once it has ended."""
        answer = self.http("POST", "/api/restores", json={"paths": paths, **wanted})
        assert answer.ok, answer.text
        return self.wait_for_restore(str(answer.json()["id"]))

    def wait_for_restore(
        self, restore_id: str, look_after: Callable[[], object] = _wait
    ) -> dict[str, Any]:
        """The same of a restore that was begun; looked after until then."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            restore = self._restore(restore_id, 0, "")
            if restore["status"] not in OPEN:
                return self._with_outcomes(restore)
            look_after()
        raise TimeoutError(f"{restore_id} does not end: {restore}")

    def _with_outcomes(self, restore: dict[str, Any]) -> dict[str, Any]:
        items: list[dict[str, Any]] = []
        mark: str | None = ""
        while mark is not None:
            page = self._restore(restore["id"], 1000, mark)["outcomes"]
            items += page["items"]
            mark = page["next"]
        return {**restore, "outcomes": items}

    def _restore(self, restore_id: str, limit: int, mark: str) -> dict[str, Any]:
        actions = "create,replace,same,skip,blocked,none"
        page = {"limit": limit, "action": actions, **({"next": mark} if mark else {})}
        path = f"/api/restores/{restore_id}"
        give_up = time.monotonic() + PATIENCE_SECONDS
        answer = self.http("GET", path, params=page)
        while answer.status_code >= 502 and time.monotonic() < give_up:
            time.sleep(0.5)
            answer = self.http("GET", path, params=page)
        assert answer.ok, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def newest(self, trigger: str) -> str:
        """The id of the newest run, once it is one that this trigger started."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            runs = self.http("GET", "/api/runs", params={"limit": 1}).json()["runs"]
            if runs and runs[0]["trigger"] == trigger:
                return str(runs[0]["id"])
            time.sleep(0.2)
        raise TimeoutError(f"no run was started by {trigger}")

    def details(self, run_id: str) -> dict[str, Any]:
        """What the API tells; waits for a worker where one has just been killed."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        path, page = f"/api/runs/{run_id}", {"limit": 1000}
        answer = self.http("GET", path, params=page)
        while answer.status_code >= 502 and time.monotonic() < give_up:
            time.sleep(0.5)
            answer = self.http("GET", path, params=page)
        assert answer.ok, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def http(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(
            method,
            self.endpoints.functions + path,
            headers=self._key,
            timeout=60,
            **more,
        )

    def fire(self, function: str) -> None:
        """Start a timer function now, as an operator can."""
        answer = self.http("POST", f"/admin/functions/{function}", json={"input": ""})
        assert answer.status_code == 202, answer.text

    def kill_worker(self) -> None:
        """SIGKILL the process that runs the functions; the host starts another."""
        for pid, command in descendants(self.endpoints.pid).items():
            if "local.host.worker" in command:
                os.kill(pid, signal.SIGKILL)
                return
        raise LookupError("no worker is running")

    def forget_calls(self) -> None:
        self.workspace.forget_calls()
        self.repository.forget_calls()


def calls_of(calls: Mapping[str, int], *endings: str) -> int:
    """The requests to routes that end so."""
    return sum(n for route, n in calls.items() if route.endswith(tuple(endings)))


def _calls(url: str) -> Mapping[str, int]:
    answer = requests.get(f"{url}/_local/stats", timeout=30)
    answer.raise_for_status()
    routes: dict[str, int] = answer.json()["routes"]
    return routes


def _git(*arguments: str) -> str:
    command: Sequence[str] = ["git", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout


def descendants(of: int) -> dict[int, str]:
    """The command lines of all processes below one, by process id."""
    listing = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,args="], check=True, capture_output=True, text=True
    ).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    found: dict[int, str] = {}
    parents = {of}
    while parents:
        children = {int(r[0]): r[2] for r in rows if int(r[1]) in parents}
        found |= children
        parents = set(children)
    return found
