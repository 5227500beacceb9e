"""CLIENT, commands: runs are started and listed."""

import click

from client.answers import RefusedError
from client.commands.caller import Caller, app_at
from client.commands.lines import RunLines
from client.commands.options import as_json, wait
from client.runs.api import RunsApi, Wanted, read_run, rows
from client.runs.listing import listing
from client.runs.watch import Watch
from client.web import NoAnswerError, Web

MODES = ("incremental", "full")


@click.command()
@click.option("--mode", type=click.Choice(MODES), help="full: export everything again.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Only this.")
@click.option("--slice", "part", metavar="N/OF", help="Audit a slice of all folders.")
@click.option("--message", help="A line for the commits' messages.")
@click.option("--allow-deletions", metavar="RUN_ID", help="Let go what it held back.")
@wait
@as_json
@click.pass_obj
def run(
    caller: Caller,
    *,
    mode: str | None,
    dry_run: bool,
    paths: tuple[str, ...],
    part: str | None,
    message: str | None,
    allow_deletions: str | None,
    wait: bool,
    as_json: bool,
) -> int:
    """Back up, and watch it to its end. Exits 0 where it is complete.

    One that is open already comes first; with --no-wait it is told.
    """
    wanted = Wanted(
        mode=mode or "incremental",
        dry_run=dry_run,
        paths=paths,
        slice=part or "",
        message=message or "",
        allow_deletions=allow_deletions or "",
    )
    with caller.steered() as web:
        try:
            if wait:
                return _watched(caller, web, wanted, as_json=as_json)
            return _begun(caller, web, wanted, as_json=as_json)
        except NoAnswerError as error:
            look = f"`{caller.line('runs')}` tells what became of it"
            raise NoAnswerError(f"{error}; {look}") from error


def _watched(caller: Caller, web: Web, wanted: Wanted, *, as_json: bool) -> int:
    watch, api = _watch(caller, web, as_json=as_json), RunsApi(web)
    run_id = watch.begun(api, wanted)
    return _ended(caller, watch, api, run_id, as_json=as_json)


def _begun(caller: Caller, web: Web, wanted: Wanted, *, as_json: bool) -> int:
    api = RunsApi(web)
    started = api.start(wanted)
    if not started.ours:
        look = caller.line("watch", started.run_id)
        raise RefusedError(f"run {started.run_id} is open; watch it: {look}")
    if as_json:
        caller.give(api.details(started.run_id, limit=0))
        return 0
    caller.say(f"run {started.run_id}")
    caller.aside(f"watch it: {caller.line('watch', started.run_id)}")
    return 0


def watched(caller: Caller, web: Web, run_id: str, *, as_json: bool) -> int:
    """Tell what became of a run, at its end; 0 where it is complete."""
    watch = _watch(caller, web, as_json=as_json)
    return _ended(caller, watch, RunsApi(web), run_id, as_json=as_json)


def _ended(
    caller: Caller, watch: Watch, api: RunsApi, run_id: str, *, as_json: bool
) -> int:
    is_open = read_run(api.details(run_id, limit=0)).open
    watch.say(f"run {run_id}")
    found = watch.until_ended(api, run_id) if is_open else api.read(run_id)
    if as_json:
        caller.give(api.details(run_id))
    else:
        watch.tell(found)
    return 0 if found.status == "complete" else 1


def _watch(caller: Caller, web: Web, *, as_json: bool) -> Watch:
    """Its farewell is the caller's from now on."""
    lines = RunLines(caller)
    console = caller.watcher(as_json=as_json)
    watch = Watch(console, app_at(web), lines, lines.place, caller.passing)
    caller.farewell = watch.farewell
    return watch


@click.command()
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@as_json
@click.pass_obj
def runs(caller: Caller, *, limit: int, as_json: bool) -> int:
    """List runs, newest first."""
    with caller.web() as web:
        body = RunsApi(web).newest(limit)
    if as_json:
        caller.give(body)
    else:
        caller.tell(listing(rows(body)))
    return 0
