"""CLIENT, commands: all of them, and the options that go before each."""

import click

from client.commands.caller import Caller
from client.commands.checks import doctor, forecast, health, setup
from client.commands.history import content, diff, history
from client.commands.restores import drift, restore, restores
from client.commands.runs import run, runs
from client.commands.watching import cancel, watch
from client.deployment import deployment

_EPILOG = """Without --url it is the stack of this checkout that is asked, if it runs
(`make up`). Keys are better kept in the environment than typed: `ps` shows a command
line to everybody."""


class _InOrder(click.Group):
    """Lists its commands as they were added: what belongs together stands together."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog=_EPILOG,
)
@click.option(
    "--url",
    envvar="BACKUP_URL",
    show_envvar=True,
    help="The deployment's address, https://NAME.azurewebsites.net.",
)
@click.option(
    "--key", envvar="BACKUP_KEY", show_envvar=True, help="A function key of it."
)
@click.option(
    "--token",
    envvar="BACKUP_TOKEN",
    show_envvar=True,
    help="Where Entra stands in front: of `az account get-access-token`.",
)
@click.pass_context
def program(
    context: click.Context, *, url: str | None, key: str | None, token: str | None
) -> None:
    """Ask a deployment of the Databricks workspace backup, and steer it."""
    caller = context.find_object(Caller)
    assert caller is not None, "main gives one"  # noqa: S101 - told to the type checker
    caller.deployment = lambda: deployment(url or "", key or "", token or "")
    source = context.get_parameter_source("url")
    if url and source is click.core.ParameterSource.COMMANDLINE:
        caller.options = ("--url", url)


for _command in (
    *(run, watch, runs, cancel),
    *(history, content, diff),
    *(restore, restores, drift),
    *(health, doctor, forecast, setup),
):
    program.add_command(_command)
