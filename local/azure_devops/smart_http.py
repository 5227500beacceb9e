"""SMART HTTP: `git clone`, `fetch` and `push`, served by Git's own CGI program.

Documented: Git, "git-http-backend", "gitprotocol-http". What the rules forbid is told
to Git's `update` hook through its environment; the service's own words then follow
`remote:`. Path rules and secrets are not looked at here.
"""

import asyncio
import os
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.errors import ApiError
from local.azure_devops.exchange import Call, call_of
from local.azure_devops.pushing import log_push
from local.azure_devops.repository import BRANCHES, Repository
from local.azure_devops.rules import RefMove

_CHUNK = 1 << 16
_HOOKS = Path(__file__).parent / "hooks"
_RECEIVE = "git-receive-pack"


async def git(request: web.Request) -> web.StreamResponse:
    """Serve one request of the Git protocol."""
    try:
        call = call_of(request)
    except ApiError as error:
        return web.Response(status=error.status, text=f"{error.message}\n")
    if _service(request) != _RECEIVE:
        return await _run(request, call)
    repository = call.home.repository
    # Nobody else moves refs meanwhile, so what differs afterwards is this push.
    async with _held(repository.writing):
        before = _positions(repository)
        try:
            return await _run(request, call)
        finally:
            # Also when the client did not wait for the end of the answer.
            moves = _moves(before, _positions(repository))
            if moves:
                log_push(call.server, call.home, call.caller, moves)


def _service(request: web.Request) -> str:
    return "info/refs" if request.method == "GET" else request.path.rsplit("/", 1)[-1]


@asynccontextmanager
async def _held(lock: threading.Lock) -> AsyncIterator[None]:
    taking = asyncio.ensure_future(asyncio.to_thread(lock.acquire))
    try:
        await asyncio.shield(taking)
    except asyncio.CancelledError:
        taking.add_done_callback(lambda _: lock.release())
        raise
    try:
        yield
    finally:
        lock.release()


def _positions(repository: Repository) -> dict[str, str]:
    return {ref.name: ref.oid for ref in repository.refs()}


def _moves(before: dict[str, str], after: dict[str, str]) -> list[RefMove]:
    return [
        RefMove(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


async def _run(request: web.Request, call: Call) -> web.StreamResponse:
    process = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=PIPE,
        stdout=PIPE,
        env=_environment(request, call),
    )
    feeding = asyncio.create_task(_feed(request, process))
    try:
        return await _relay(request, process)
    finally:
        feeding.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await feeding
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()


async def _feed(request: web.Request, process: Process) -> None:
    stdin = process.stdin
    if stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        async for chunk in request.content.iter_chunked(_CHUNK):
            stdin.write(chunk)
            await stdin.drain()
        stdin.close()
        await stdin.wait_closed()


async def _relay(request: web.Request, process: Process) -> web.StreamResponse:
    stdout = process.stdout
    if stdout is None:
        raise errors.not_found(request.path)
    response = web.StreamResponse()
    while line := (await stdout.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        if name.lower() == "status":
            response.set_status(int(value.split()[0]))
        else:
            response.headers[name] = value.strip()
    # A client may leave once it has read what it came for, as dulwich does.
    with suppress(ConnectionResetError):
        await response.prepare(request)
        while chunk := await stdout.read(_CHUNK):
            await response.write(chunk)
        await process.wait()
        await response.write_eof()
    return response


def _environment(request: web.Request, call: Call) -> dict[str, str]:
    path = call.home.repository.path
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    }
    cgi = {
        "GIT_PROJECT_ROOT": str(path.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{path.name}/{_service(request)}",
        "QUERY_STRING": request.query_string,
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "REMOTE_USER": call.caller.name,
        "REMOTE_ADDR": request.remote or "",
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.hooksPath",
        "GIT_CONFIG_VALUE_0": str(_HOOKS),
        "GIT_CONFIG_KEY_1": "safe.directory",
        "GIT_CONFIG_VALUE_1": "*",
    }
    # aiohttp has unpacked a body that was compressed: its length is another one.
    length = request.headers.get("Content-Length")
    if length and "Content-Encoding" not in request.headers:
        cgi["CONTENT_LENGTH"] = length
    return {**inherited, **cgi, **_rules_for_hook(call)}


def _rules_for_hook(call: Call) -> dict[str, str]:
    rules = call.server.rules
    identity = call.home.repository.id
    repository = call.home.repository
    names = {ref.name for ref in repository.refs(BRANCHES)}
    names |= {name for _, name in rules.policies}
    closed = [n for n in sorted(names) if rules.wants_pull_request(repository, n)]
    locked = [name for repository, name in rules.locks if repository == identity]
    forbidden = {
        f"AZURE_DEVOPS_NO_{name}": ""
        if rules.allows(permission)
        else errors.needs_permission(permission, call.caller.name).message
        for name, permission in (
            ("WRITE", "GenericContribute"),
            ("BRANCH", "CreateBranch"),
            ("TAG", "CreateTag"),
            ("FORCE", "ForcePush"),
        )
    }
    return {
        **forbidden,
        "AZURE_DEVOPS_POLICY": errors.pull_request_required().message,
        "AZURE_DEVOPS_WITH_POLICY": "\n".join(closed),
        "AZURE_DEVOPS_LOCKED": "\n".join(locked),
    }
