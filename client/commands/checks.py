"""CLIENT, commands: whether all is well, and what will come."""

from typing import Any

import click

from client.checks import health as health_check
from client.checks.diagnosis import asked, read_diagnosis
from client.checks.setup import Wanted, read_setup, setup_table
from client.checks.setup import asked as asked_setup
from client.checks.table import table
from client.commands.caller import Caller
from client.commands.options import as_json
from client.forecasts.asked import forecast_of
from client.forecasts.table import table as forecast_table


@click.command()
@as_json
@click.pass_obj
def health(caller: Caller, *, as_json: bool) -> int:
    """Say how the backups stand. Exits 1 where that is critical."""
    with caller.web() as web:
        found = health_check.health_of(web)
    if as_json:
        caller.give(found)
    else:
        caller.tell(health_check.told(found))
    return 1 if found["status"] == "critical" else 0


@click.command()
@as_json
@click.pass_obj
def doctor(caller: Caller, *, as_json: bool) -> int:
    """Look at everything: what works, and what does not.

    Of what does not it says what to do. Writes nothing. Exits 1 where a check has
    failed, warnings or not.
    """
    with caller.web() as web:
        body = asked(web)
    found = read_diagnosis(body)
    if as_json:
        caller.give(body)
    else:
        caller.tell(table(found))
    return 1 if found.status == "failed" else 0


@click.command()
@click.option("--apply", is_flag=True, help="Do it; without, it is a plan.")
@click.option("--git-folder", metavar="PATH", default="", help="For reading, there.")
@click.option("--folder", "folders", metavar="PATH", multiple=True, help="It shows it.")
@as_json
@click.pass_obj
def setup(caller: Caller, /, *, as_json: bool, **given: Any) -> int:
    """Say what the first backup still lacks; with --apply, make it.

    Of a right that is missing it says who gives it, and how. Exits 1 where a step has
    failed, warnings or not.
    """
    wanted = Wanted(**given)
    if wanted.folders and not wanted.git_folder:
        raise click.UsageError("--folder is what --git-folder shows; it is missing")
    with caller.steered() as web:
        body = asked_setup(web, wanted)
    found = read_setup(body)
    if as_json:
        caller.give(body)
    else:
        caller.tell(setup_table(found, caller.line("setup", *_words(wanted))))
    return 1 if found.status == "failed" else 0


def _words(wanted: Wanted) -> list[str]:
    """The options that apply what was planned."""
    place = ["--git-folder", wanted.git_folder] if wanted.git_folder else []
    return [*place, *(w for f in wanted.folders for w in ("--folder", f)), "--apply"]


@click.command()
@click.option("--sample", metavar="N", help="So many objects are exported for it.")
@click.option("--notebooks", metavar="N", help="As if there were so many.")
@click.option("--change", "change_percent", metavar="PERCENT", help="Changed a night.")
@click.option("--seed", metavar="N", help="Of the sample: the same takes the same.")
@as_json
@click.pass_obj
def forecast(caller: Caller, /, *, as_json: bool, **given: str | None) -> int:
    """Say what runs and a restore will take, and cost."""
    query = {name: text for name, text in given.items() if text}
    with caller.web() as web:
        body = forecast_of(web, query)
    if as_json:
        caller.give(body)
    else:
        caller.tell(forecast_table(body))
    return 0
