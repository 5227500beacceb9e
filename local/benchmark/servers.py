"""LOCAL, benchmark: how fast the two servers are on this machine, by themselves.

    python -m local.benchmark.servers [--notebooks 70000]

Each server runs in a process of its own, the client in this one. Prints the workspace
generated, exports a second (client and server sharing the machine), and the time of a
push of 1,000 files of 10 KB into a tree of as many files as there are notebooks.
"""

import argparse
import asyncio
import base64
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from local.children import URL, Child

TOKEN = "bench"  # noqa: S105 - opens nothing but these servers
IN_FLIGHT = 32
EXPORTS = 6_000
PUSHED, PUSHED_BYTES = 1_000, 10_240
FILES_A_PUSH, FILES_A_FOLDER = 5_000, 5
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server of the stack in its own process."""

    url: str
    pid: int

    def cpu(self) -> float:
        """Return the CPU seconds it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def server(name: str, data: Path, *options: str) -> Iterator[Server]:
    """Run one; ends it."""
    command = [sys.executable, "-m", f"local.{name}", "--data", str(data / name)]
    child = Child(name, [*command, *options], data / "logs")
    try:
        yield Server(child.wait_for(URL, 1, 60)[0], child.pid)
    finally:
        child.end()


async def bench_workspace(data: Path, notebooks: int) -> None:
    """Generate a workspace and export from it."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with server("databricks", data, "--token", TOKEN) as workspace:
        async with aiohttp.ClientSession(
            workspace.url, headers=headers, timeout=aiohttp.ClientTimeout(600)
        ) as client:
            start = time.perf_counter()
            asked = {"notebooks": notebooks, "seed": 1}
            await _json(client, "POST", "/_local/generate", asked)
            _say(f"generate {notebooks:,} notebooks", time.perf_counter() - start)
            tree = await _json(client, "GET", "/_local/tree")
            paths = [
                one["path"]
                for one in tree["objects"]
                if one["object_type"] == "NOTEBOOK"
            ]
            random.Random(1).shuffle(paths)  # noqa: S311 - an order, not a secret
            await _export_all(client, workspace, paths[:EXPORTS])


async def _export_all(
    client: aiohttp.ClientSession, workspace: Server, paths: Sequence[str]
) -> None:
    left = iter(paths)
    sizes: list[int] = []

    async def work() -> None:
        for path in left:
            query = {"path": path, "direct_download": "true"}
            async with client.get("/api/2.0/workspace/export", params=query) as answer:
                answer.raise_for_status()
                sizes.append(len(await answer.read()))

    start, used = time.perf_counter(), workspace.cpu()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    wall, cpu = time.perf_counter() - start, workspace.cpu() - used
    mean = sum(sizes) // len(sizes)
    _say(f"export {len(sizes):,} notebooks of {mean:,} bytes on average", wall, cpu)
    print(f"  {len(sizes) / wall:,.0f} exports a second")


async def bench_repository(data: Path, files: int) -> None:
    """Fill a repository and push into it."""
    with server("azure_devops", data, "--pat", TOKEN) as service:
        headers = {"Authorization": aiohttp.encode_basic_auth("", TOKEN)}
        async with aiohttp.ClientSession(
            headers=headers, timeout=aiohttp.ClientTimeout(600)
        ) as client:
            pusher = _Pusher(client, f"{service.url}/backup")
            start = time.perf_counter()
            for first in range(0, files, FILES_A_PUSH):
                numbers = range(first, min(first + FILES_A_PUSH, files))
                await pusher.push({_path(n): b"%d" % n for n in numbers}, "add")
            _say(f"fill a tree with {files:,} files", time.perf_counter() - start)
            chosen = random.Random(1).sample(range(files), min(PUSHED, files))  # noqa: S311
            edited = {_path(n): os.urandom(PUSHED_BYTES) for n in chosen}
            start, used = time.perf_counter(), service.cpu()
            await pusher.push(edited, "edit")
            wall, cpu = time.perf_counter() - start, service.cpu() - used
            _say(f"push {len(edited):,} files of {PUSHED_BYTES:,} bytes", wall, cpu)


class _Pusher:
    """Pushes one commit after the other onto main."""

    def __init__(self, client: aiohttp.ClientSession, project: str) -> None:
        self._client = client
        self._url = f"{project}/_apis/git/repositories/workspace/pushes"
        self._tip = "0" * 40

    async def push(self, files: dict[str, bytes], kind: str) -> None:
        changes = [_change(kind, path, content) for path, content in files.items()]
        update = {"name": "refs/heads/main", "oldObjectId": self._tip}
        commit = {"comment": "Bench", "changes": changes}
        body = {"refUpdates": [update], "commits": [commit]}
        url = f"{self._url}?api-version=7.1"
        pushed = await _json(self._client, "POST", url, body)
        self._tip = pushed["commits"][0]["commitId"]


def _change(kind: str, path: str, content: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    return {
        "changeType": kind,
        "item": {"path": path},
        "newContent": {"content": encoded, "contentType": "base64encoded"},
    }


def _path(number: int) -> str:
    folder = number // FILES_A_FOLDER
    return f"/area {folder % 40}/team {folder % 700}/{folder}/notebook {number}.py"


async def _json(
    client: aiohttp.ClientSession, method: str, url: str, body: object = None
) -> Any:
    async with client.request(method, url, json=body) as answer:
        answer.raise_for_status()
        return await answer.json()


def _say(what: str, wall: float, cpu: float | None = None) -> None:
    used = "" if cpu is None else f", {cpu:.2f} s of server CPU"
    print(f"{what}: {wall:.2f} s{used}", flush=True)


def main() -> None:
    """Run both and print."""
    parser = argparse.ArgumentParser(prog="python -m local.benchmark.servers")
    parser.add_argument("--notebooks", type=int, default=70_000)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        asyncio.run(bench_workspace(Path(folder), given.notebooks))
        asyncio.run(bench_repository(Path(folder), given.notebooks))


if __name__ == "__main__":
    main()
