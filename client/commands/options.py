"""CLIENT, commands: options that several of them have."""

import click

as_json = click.option(
    "--json", "as_json", is_flag=True, help="Give the API's own answer, for scripts."
)
wait = click.option(
    "--wait/--no-wait", default=True, help="Watch it to its end, or only begin it."
)
