"""LOCAL: the worker process: Microsoft's real worker library around the app.

`python -m local.host.worker APP_DIR FD` speaks frames over the inherited socket FD:
one `indexed` or `failed` frame first, then an answer for each invocation. It ends when
the host does.
"""

import asyncio
import logging
import os
import socket
import sys
import types
from pathlib import Path
from typing import Any

import azure_functions_runtime as runtime
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

from local.host.frames import Frame, encode, read, value

SUCCESS = 1


class Message:
    """A message of the host's protocol; anything unset reads as the empty string."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return ""


class Protocol:
    """Stands where the library expects the generated protobuf module."""

    class StatusResult(Message):
        """The outcome's numbers, as in FunctionRpc.proto."""

        Failure, Success, Cancelled = 0, 1, 2

    class BindingInfo(Message):
        """Directions and data types, as in FunctionRpc.proto."""

        out, inout = 1, 2
        undefined, string, binary, stream = 0, 1, 2, 3

    def __getattr__(self, name: str) -> type[Message]:
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made


setattr(Protocol.BindingInfo, "in", 0)  # a keyword, so it cannot stand in the class


def _request(name: str, **fields: Any) -> types.SimpleNamespace:
    return types.SimpleNamespace(
        name=name,
        request=types.SimpleNamespace(**{name: Message(**fields)}),
        properties={"protos": Protocol(), "host": "127.0.0.1"},
    )


async def index(app_dir: Path) -> Frame:
    """Import the app and list its functions, as the host asks on start."""
    answer = await runtime.worker_init_request(
        _request(
            "worker_init_request",
            function_app_directory=str(app_dir),
            capabilities={},
        )
    )
    if answer.result.status != SUCCESS:
        return {"failed": str(answer.result.exception.message).strip()}
    listing = await runtime.functions_metadata_request(
        _request("functions_metadata_request")
    )
    results = listing.function_metadata_results
    if results is None and not (app_dir / "function_app.py").exists():
        return {"failed": f"{app_dir} has no function_app.py"}
    return {"indexed": [_describe(metadata) for metadata in results or ()]}


def _describe(metadata: Any) -> Frame:
    described: Frame = {
        "name": metadata.name,
        "id": metadata.function_id,
        "bindings": list(metadata.raw_bindings),
    }
    if policy := metadata.retry_options:
        shortest = policy.delay_interval or policy.minimum_interval
        longest = policy.delay_interval or policy.maximum_interval
        described["retry"] = {
            "max_count": policy.max_retry_count,
            "shortest": shortest.total_seconds(),
            "longest": longest.total_seconds(),
        }
    return described


async def answer(frame: Frame) -> Frame:
    """Run one invocation; what the function raised is in `error`."""
    ok, returned, outputs, error, _trace = await invocation_request_native(
        frame["id"],
        frame["function"],
        [(name, _datum(content)) for name, content in frame["inputs"].items()],
        {name: _datum(content) for name, content in frame["metadata"].items()},
        retry_count=frame.get("retry_count", 0),
        max_retry_count=frame.get("max_retry_count", 0),
    )
    return {
        "id": frame["id"],
        "ok": ok,
        "returned": None if returned is None else _plain(returned),
        "outputs": {name: _plain(datum) for name, datum in outputs},
        "error": error,
    }


def _datum(content: Frame) -> Datum:
    if content["type"] != "http":
        return Datum(content["value"], content["type"])
    http = content["value"]
    fields: dict[str, Any] = {
        "method": Datum(http["method"], "string"),
        "url": Datum(http["url"], "string"),
        "body": Datum(http["body"], "bytes"),
    }
    for name in ("headers", "query", "params"):
        fields[name] = {k: Datum(v, "string") for k, v in http[name].items()}
    return Datum(fields, "http")


def _plain(datum: Datum) -> Frame:
    if datum.type != "http":
        return value(datum.type, datum.value)
    http = datum.value
    headers = [[name, content.value] for name, content in http["headers"].items()]
    for cookie in http.get("cookies") or ():
        headers += [["Set-Cookie", m.OutputString()] for m in cookie.values()]
    body = http["body"].value
    return value(
        "http",
        {
            "status": int(http["status_code"].value),
            "headers": headers,
            "body": body.encode() if isinstance(body, str) else body,
        },
    )


async def serve(app_dir: Path, link: socket.socket) -> None:
    """Index, then answer invocations until the host closes the link."""
    reader, writer = await asyncio.open_connection(sock=link)
    runtime.start_threadpool_executor()
    running: set[asyncio.Task[None]] = set()
    writer.write(encode(await index(app_dir)))

    async def work(frame: Frame) -> None:
        writer.write(encode(await answer(frame)))

    while True:
        try:
            frame = await read(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The host is gone: as on a platform that lost the instance, nothing is
            # finished or cleaned up, not even threads in the middle of something.
            os._exit(0)
        task = asyncio.create_task(work(frame))
        running.add(task)
        task.add_done_callback(running.discard)


def main() -> None:
    """Become the worker of the app in `argv[1]`."""
    app_dir, descriptor = Path(sys.argv[1]).resolve(), int(sys.argv[2])
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)-7s worker %(name)s: %(message)s",
    )
    logging.getLogger("azure.functions").setLevel(logging.WARNING)
    here = {"", str(Path.cwd())}
    sys.path[:] = [str(app_dir), *(p for p in sys.path if p not in here)]
    os.chdir(app_dir)
    asyncio.run(serve(app_dir, socket.socket(fileno=descriptor)))


if __name__ == "__main__":
    main()
