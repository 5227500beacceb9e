"""CLIENT, commands: what is open, run or restore, is watched and cancelled."""

import click

from client.commands import restores, runs
from client.commands.caller import Caller
from client.commands.options import as_json, wait
from client.restores.api import RestoresApi
from client.restores.api import rows as restore_rows
from client.runs.api import RunsApi
from client.runs.api import rows as run_rows
from client.web import Web

_LOOKED_AT = 20
_RESTORE = "restore-"


@click.command()
@click.argument("name", metavar="[ID]", default="")
@as_json
@click.pass_obj
def watch(caller: Caller, *, name: str, as_json: bool) -> int:
    """Watch a run or a restore to its end.

    The one with this id, or what is open. Exits as `run` and `restore` do, and with 0
    where nothing is open.
    """
    with caller.web() as web:
        found = name or _open(web)
        if not found:
            caller.aside(f"nothing is open; `{caller.line('runs')}` lists what was")
            return 0
        return _watched(caller, web, found, as_json=as_json)


@click.command()
@click.argument("name", metavar="ID")
@wait
@as_json
@click.pass_obj
def cancel(caller: Caller, *, name: str, wait: bool, as_json: bool) -> int:
    """Stop a run or a restore; what it wrote until then stays.

    Exits 0 where it was cancelled before its end.
    """
    with caller.steered() as web:
        if name.startswith(_RESTORE):
            RestoresApi(web).cancel(name)
        else:
            RunsApi(web).cancel(name)
        if not wait:
            caller.say(f"{name} is told to stop")
            return 0
        _watched(caller, web, name, as_json=as_json)
        return 0 if _status(web, name) == "cancelled" else 1


def _open(web: Web) -> str:
    """What is open, runs first: only one run and one restore write at a time."""
    for run in run_rows(RunsApi(web).newest(_LOOKED_AT)):
        if run.open:
            return run.id
    for restore in restore_rows(RestoresApi(web).newest(_LOOKED_AT)):
        if restore.open:
            return restore.id
    return ""


def _watched(caller: Caller, web: Web, name: str, *, as_json: bool) -> int:
    if name.startswith(_RESTORE):
        return restores.watched(caller, web, name, as_json=as_json)
    return runs.watched(caller, web, name, as_json=as_json)


def _status(web: Web, name: str) -> str:
    if name.startswith(_RESTORE):
        return str(RestoresApi(web).details(name, {"limit": 0})["status"])
    return str(RunsApi(web).details(name, limit=0)["status"])
