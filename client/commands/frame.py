"""CLIENT, commands: the frame of every command: errors in a sentence, exit codes."""

from collections.abc import Sequence

import click

from client.answers import RefusedError
from client.commands.caller import PROGRAM, Caller
from client.commands.program import program
from client.deployment import NotMeantError
from client.restores.in_the_way import OtherRestoreError
from client.web import NoAnswerError

FAILED = 1
MISUSED = 2
INTERRUPTED = 130
_TOLD = (NoAnswerError, OtherRestoreError, RefusedError)


def main(arguments: Sequence[str], caller: Caller | None = None) -> int:
    """Run one command; its exit code.

    0: it is as it should be. 1: it is not, or nobody could say. 2: the command line
    cannot be followed. 130: Ctrl-C.
    """
    caller = caller or Caller()
    try:
        code = program.main(
            list(arguments), prog_name=PROGRAM, standalone_mode=False, obj=caller
        )
    except click.Abort:
        caller.aside(caller.farewell())
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except NotMeantError as error:
        caller.aside(f"client: {error}")
        return MISUSED
    except _TOLD as error:
        caller.aside(f"client: {error}")
        return FAILED
    except (KeyError, TypeError) as error:
        # An answer of another shape: nothing of it is worth repeating.
        odd = (
            "what it answers is not what this client expects: are both of one version?"
        )
        caller.aside(f"client: {odd} ({type(error).__name__}: {error})")
        return FAILED
    return int(code or 0)
