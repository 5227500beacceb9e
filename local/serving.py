"""LOCAL: starts and stops an aiohttp application; knows nothing of what it serves."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiohttp import web

LONGEST_LINE = 1 << 16  # a path of nested emoji names is long once it is encoded
STOP_SECONDS = 2.0
AS_IS: web.AppKey[bool] = web.AppKey("as_is", bool)
"""An application that hands bodies on sets it: compressed ones stay compressed."""


@asynccontextmanager
async def serving(
    app: web.Application, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve `app` inside the running loop; yields its URL once it listens.

    Port 0 takes a free one. Raises OSError if the port is taken.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=STOP_SECONDS,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
        auto_decompress=not app.get(AS_IS, False),
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        bound = runner.addresses[0]
        yield f"http://{bound[0]}:{bound[1]}"
    finally:
        await runner.cleanup()


@contextmanager
def serve_in_thread(
    app: web.Application, host: str = "127.0.0.1", port: int = 0
) -> Iterator[str]:
    """Serve `app` in a thread with a loop of its own; yields its URL.

    On leaving, open requests are cut off and the thread has ended. An application can
    be served once: aiohttp freezes it.
    """
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started: asyncio.Future[str] = loop.create_future()
    listening = threading.Event()

    async def run() -> None:
        try:
            async with serving(app, host, port) as url:
                started.set_result(url)
                listening.set()
                await stop.wait()
        except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
            started.set_exception(error)
        finally:
            listening.set()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=work, name="serving", daemon=True)
    thread.start()
    listening.wait()
    try:
        yield started.result()
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
        thread.join()


async def serve_until_stopped(
    app: web.Application, host: str, port: int, announce: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called with the URL, listening."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(app, host, port) as url:
        announce(url)
        await stop.wait()
