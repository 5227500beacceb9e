"""CLIENT, commands: what the backup holds of a path, and held."""

import sys
from pathlib import Path

import click

from client.answers import RefusedError
from client.commands.caller import Caller
from client.commands.options import as_json
from client.history.table import table
from client.history.versions import history_of, read_past
from client.words import lines_of, printable, size

_AT = "A time (RFC 3339), a run's id or a restore point's commit"
DIFFERENT = 1
_FILE = click.Path(dir_okay=False, path_type=Path)
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@click.argument("path")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@as_json
@click.pass_obj
def history(caller: Caller, *, path: str, limit: int, as_json: bool) -> int:
    """List the versions of an object or folder, newest first.

    Also of what is gone, with the line that gets it back.
    """
    with caller.web() as web:
        body = history_of(web, path, limit)
    if as_json:
        caller.give(body)
        return 0

    def restore(at: str) -> str:
        return caller.line("restore", path, "--at", at, "--apply")

    caller.tell(table(read_past(body), restore))
    return 0


@click.command()
@click.argument("path")
@click.option("--at", default="", help=f"{_AT}; the newest without it.")
@click.option("--output", type=_FILE, metavar="FILE", help="Instead of printing it.")
@click.pass_obj
def content(caller: Caller, *, path: str, at: str, output: Path | None) -> int:
    """Give an object's bytes as they were stored."""
    with caller.web() as web, caller.with_a_past(path):
        found = web.get("/api/content", {"path": path, "at": at}).downloaded()
    if output is not None:
        _written(output, found)
        caller.say(f"{printable(str(output))}: {size(len(found))}")
    elif caller.out.is_terminal:
        _shown(caller, found)
    else:
        _print_raw(found)
    return 0


@click.command()
@click.argument("path")
@click.option("--from", "start", default="", help=f"{_AT}; the newest without it.")
@click.option("--to", "end", default="live", help="The same; without it, as it is now.")
@click.pass_obj
def diff(caller: Caller, *, path: str, start: str, end: str) -> int:
    """Show how two states of an object differ. Exits as diff does: 1 if they do."""
    with caller.web() as web:
        query = {"path": path, "from": start, "to": end}
        found = web.get("/api/diff", query).downloaded().decode("utf-8", "replace")
    if not found:
        caller.aside("they are the same")
        return 0
    if not caller.out.is_terminal:
        _print_raw(found.encode())
        return DIFFERENT
    for line in lines_of(found):
        caller.out.print(line, markup=False, style=_COLOURS.get(line[:1]))
    return DIFFERENT


def _print_raw(content: bytes) -> None:
    """Every byte as it is: into a file or another program."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _written(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        said = f"{printable(str(file))} cannot be written: {error.strerror}"
        raise RefusedError(said) from error


def _shown(caller: Caller, content: bytes) -> None:
    """On a person's terminal, which no notebook may steer."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        said = f"it is no text but {size(len(content))}: --output FILE takes them"
        raise RefusedError(said) from error
    caller.tell(lines_of(text))
