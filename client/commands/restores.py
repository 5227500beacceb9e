"""CLIENT, commands: what is given back to the workspace, and how it differs."""

import click

from client.answers import RefusedError
from client.commands.caller import Caller, app_at
from client.commands.lines import RestoreLines
from client.commands.options import as_json, wait
from client.restores.api import Restore, RestoresApi, Wanted, read_restore, rows
from client.restores.in_the_way import in_the_way
from client.restores.listing import listing
from client.restores.outcome import drift_of, outcome, report
from client.restores.watch import Watch
from client.web import Web


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--at", default="", help="A time (RFC 3339), a run's id or a commit.")
@click.option("--to", default="", metavar="FOLDER", help="Restore below this folder.")
@click.option(
    "--on-conflict",
    type=click.Choice(["skip", "overwrite", "fail"]),
    default="skip",
    show_default=True,
    help="What to do where something else is.",
)
@click.option("--apply", is_flag=True, help="Write. Without it nothing is written.")
@wait
@as_json
@click.pass_obj
def restore(
    caller: Caller,
    *,
    paths: tuple[str, ...],
    at: str,
    to: str,
    on_conflict: str,
    apply: bool,
    wait: bool,
    as_json: bool,
) -> int:
    """Get something back: a plan, or with --apply the deed.

    The same command goes on with a restore that is open. Exits 0 where nothing is
    blocked, failed or different.
    """
    wanted = Wanted(paths=paths, at=at, to=to, on_conflict=on_conflict, apply=apply)
    with caller.steered() as web, caller.with_a_past(*paths):
        api = RestoresApi(web)
        if not wait:
            return _begun(caller, api, wanted, as_json=as_json)
        watch = _watch(caller, web, as_json=as_json)
        restore_id = watch.begun(api, wanted, RestoreLines(caller))
        return _ended(caller, watch, api, restore_id, as_json=as_json)


def _begun(caller: Caller, api: RestoresApi, wanted: Wanted, *, as_json: bool) -> int:
    lines = RestoreLines(caller)
    started = api.start(wanted)
    if not started.ours:
        raise in_the_way(api.look(started.restore_id), lines)
    if as_json:
        caller.give(api.details(started.restore_id))
        return 0
    caller.say(started.restore_id)
    caller.aside(f"watch it: {caller.line('watch', started.restore_id)}")
    return 0


def watched(caller: Caller, web: Web, restore_id: str, *, as_json: bool) -> int:
    """Tell what became of a restore, at its end; 0 where it is well."""
    api, watch = RestoresApi(web), _watch(caller, web, as_json=as_json)
    watch.taken_up(read_restore(api.details(restore_id, {"limit": 0})))
    return _ended(caller, watch, api, restore_id, as_json=as_json)


def _ended(
    caller: Caller, watch: Watch, api: RestoresApi, restore_id: str, *, as_json: bool
) -> int:
    found = watch.until_ended(api, restore_id)
    if as_json:
        caller.give(api.details(restore_id))
    else:
        watch.say("")
        watch.tell(outcome(found, RestoreLines(caller)))
    return 0 if _is_well(found) else 1


def _watch(caller: Caller, web: Web, *, as_json: bool) -> Watch:
    """Its farewell is the caller's from now on."""
    watch = Watch(caller.watcher(as_json=as_json), app_at(web), caller.passing)
    caller.farewell = watch.farewell
    return watch


def _is_well(restore: Restore) -> bool:
    blocked = restore.counts["blocked"] + restore.counts["folders_blocked"]
    planned = restore.status == "planned" and not blocked
    return planned or restore.status == "complete"


@click.command()
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@as_json
@click.pass_obj
def restores(caller: Caller, *, limit: int, as_json: bool) -> int:
    """List restores and plans, newest first."""
    with caller.web() as web:
        body = RestoresApi(web).newest(limit)
    if as_json:
        caller.give(body)
    else:
        caller.tell(listing(rows(body)))
    return 0


@click.command()
@as_json
@click.pass_obj
def drift(caller: Caller, *, as_json: bool) -> int:
    """Compare the workspace with its backup, now. Exits 1 where they differ."""
    with caller.web() as web:
        api = RestoresApi(web)
        watch = _watch(caller, web, as_json=as_json)
        found = watch.until_ended(api, watch.begun_report(api))
        if found.status != "planned":
            raise RefusedError(found.error or f"the report is {found.status}")
        if as_json:
            caller.give(api.report())
    if not as_json:
        watch.say("")
        watch.tell(report(found))
    return 1 if drift_of(found) else 0
