"""LOCAL: `python -m local COMMAND`; does none of it itself.

Commands: up, down, clean, backup, restore, drift, forecast, doctor, setup-repo, bench.
"""

import argparse
import pkgutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from local.backup.options import DEFAULT_DATA, UsageError
from local.children import ChildError
from local.endpoints import Endpoints
from local.interruption import hear_no_more, hear_once
from local.occupancy import OccupiedError, stop_holder
from local.stack import Stack, remove_content

LOOK_SECONDS = 0.3
_OWN_LINES = {
    "backup": ("backup.options:read_options", "backup.command:run"),
    "restore": ("restore.options:read_restore", "restore.command:restore"),
    "drift": ("restore.options:read_drift", "restore.command:drift"),
    "forecast": ("forecast.options:read_forecast", "forecast.command:forecast"),
    "doctor": ("doctor.options:read_doctor", "doctor.command:doctor"),
    "setup-repo": ("setup_repo.options:read_setup", "setup_repo.command:setup_repo"),
    "bench": ("benchmark.options:read_options", "benchmark.command:bench"),
}
"""Commands with a line of their own: what understands it, and what does it then.

By name: help and a wrong option must not wait for the stack's imports.
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    if arguments and arguments[0] in _OWN_LINES:
        return _own_line(*arguments)
    parser = argparse.ArgumentParser(prog="python -m local")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down", "clean"):
        command = commands.add_parser(name)
        command.add_argument("--data", type=Path, default=DEFAULT_DATA)
        if name == "up":
            _add_options_of_up(command)
    commands.add_parser("backup", help="back the workspace up (see `make backup`)")
    commands.add_parser("restore", help="get something back (see `make restore`)")
    commands.add_parser("drift", help="how workspace and backup differ")
    commands.add_parser("forecast", help="what runs and a restore will take")
    commands.add_parser("doctor", help="what works, and what to do where it does not")
    commands.add_parser("setup-repo", help="what is missing before the first backup")
    commands.add_parser("bench", help="measure it, beside what people use instead")
    given = parser.parse_args(arguments)
    try:
        return _COMMANDS[given.command](given)
    except (ChildError, OccupiedError, TimeoutError) as error:
        print(f"local: {error}", file=sys.stderr)
        return 1


def _own_line(name: str, *arguments: str) -> int:
    read, do = _OWN_LINES[name]
    try:
        wanted = pkgutil.resolve_name(f"local.{read}")(arguments)
    except UsageError as error:
        print(f"{name}: {error}")
        return 2
    return int(pkgutil.resolve_name(f"local.{do}")(wanted))


def _add_options_of_up(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ports",
        choices=("default", "0"),
        default="default",
        help="0: free ones only; default: the usual ones where they are free",
    )
    command.add_argument(
        "--setting",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="override an app setting, such as BACKUP_SCHEDULE",
    )
    command.add_argument(
        "--storage-faults",
        action="store_true",
        help="let storage be given faults too, at /_local/ of its addresses",
    )
    command.add_argument(
        "--hosts",
        type=int,
        default=1,
        help="run the app on so many instances over the same storage",
    )


def up(given: argparse.Namespace) -> int:
    """Run the stack until Ctrl-C or SIGTERM, or until a part of it dies."""
    settings = dict(_setting(text) for text in given.setting)
    stopping = threading.Event()
    hear_once()
    stack = Stack(
        given.data,
        ports="free" if given.ports == "0" else "default",
        settings=settings,
        storage_faults=given.storage_faults,
        hosts=given.hosts,
    )
    try:
        _show(stack.start(), given.data)
        while not stopping.wait(LOOK_SECONDS):
            stack.check()
    except KeyboardInterrupt:
        print("\nstopping", flush=True)
    finally:
        hear_no_more()
        stack.stop()
    return 0


def down(given: argparse.Namespace) -> int:
    """Stop the stack of a data folder."""
    stopped = stop_holder(given.data)
    print("stopped" if stopped else f"no stack runs in {given.data}")
    return 0


def clean(given: argparse.Namespace) -> int:
    """Delete a stack's content."""
    removed = remove_content(given.data)
    print(f"removed {', '.join(removed)}" if removed else "nothing to remove")
    return 0


def _setting(text: str) -> tuple[str, str]:
    name, equals, content = text.partition("=")
    if not equals or not name:
        raise ChildError(f"--setting {text!r} is not NAME=VALUE")
    return name, content


def _show(endpoints: Endpoints, data: Path) -> None:
    rows = {
        "functions": endpoints.functions,
        "workspace": endpoints.databricks,
        "repository": endpoints.clone_url,
        "all of it": str(data / "endpoints.json"),
    }
    for name, content in rows.items():
        print(f"{name:<12}{content}")
    print("Ctrl-C stops it", flush=True)


_COMMANDS = {"up": up, "down": down, "clean": clean}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
