"""LOCAL: `python -m local.host`: one host process in the foreground."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from local.host.host import Host, HostConfig
from local.host.pace import Pace, RunningClock
from local.host.refusal import Refused
from local.host.settings import read_settings

HOST_KEY = "LOCAL_FUNCTIONS_KEY"
KEY = "local-functions-key"


def parse(arguments: list[str]) -> HostConfig:
    """Turn the command line into a configuration; raises `Refused`."""
    parser = argparse.ArgumentParser(prog="python -m local.host")
    parser.add_argument("--app-dir", type=Path, required=True)
    parser.add_argument("--storage", help="connection string; AzureWebJobsStorage")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--settings", default="{}", help="a JSON file, or `env` for the environment"
    )
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--clock-scale", type=float, default=1.0)
    parser.add_argument("--key", help=f"or the variable {HOST_KEY}; default: {KEY}")
    parser.add_argument("--no-timers", action="store_true")
    parser.add_argument("--survives-worker", action="store_true")
    parser.add_argument("--grace", type=float, default=30.0)
    given = parser.parse_args(arguments)
    # Out of the environment before that becomes the app settings.
    key = given.key or os.environ.pop(HOST_KEY, KEY)
    settings = {}
    if given.settings != "{}":
        settings = read_settings(given.settings, os.environ)
    storage = given.storage or settings.get("AzureWebJobsStorage")
    if not storage:
        raise Refused("no storage: give --storage or the setting AzureWebJobsStorage")
    return HostConfig(
        app_dir=given.app_dir.resolve(),
        storage=storage,
        settings=settings,
        port=given.port,
        key=key,
        pace=Pace(given.time_scale),
        clock=RunningClock(given.clock_scale),
        timers=not given.no_timers,
        survives_worker=given.survives_worker,
        grace=given.grace,
    )


async def serve(config: HostConfig) -> int:
    """Run until SIGTERM or Ctrl-C, then drain; 1 if the host cannot go on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    host = Host(config)
    await host.start()
    print(f"functions host listening on {host.url}", flush=True)
    ends = [
        asyncio.create_task(stop.wait()),
        asyncio.create_task(host.hopeless.wait()),
    ]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()
    await host.stop()
    return 1 if host.hopeless.is_set() else 0


def main() -> int:
    """Start the host; one sentence and exit code 1 for what it refuses."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    # Each poll would be four lines otherwise.
    logging.getLogger("azure").setLevel(logging.WARNING)
    try:
        return asyncio.run(serve(parse(sys.argv[1:])))
    except Refused as error:
        print(f"host: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"host: cannot listen: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
