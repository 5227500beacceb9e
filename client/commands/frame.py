"""CLIENT, commands: the frame of every command: errors in a sentence, exit codes."""

from collections.abc import Sequence

import click

from client.answers import RefusedError
from client.commands.caller import PROGRAM, Caller
from client.commands.program import program
from client.deployment import NotMeantError
from client.restores.in_the_way import OtherRestoreError
from client.web import NoAnswerError
from client.words import printable

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


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
        return _told(caller, str(error), MISUSED)
    except (NoAnswerError, OtherRestoreError, RefusedError) as error:
        return _told(caller, str(error))
    except (KeyError, TypeError, OSError) as error:
        return _told(caller, _unforeseen(error))
    return int(code or 0)


def _told(caller: Caller, sentence: str, code: int = FAILED) -> int:
    caller.aside(f"client: {sentence}")
    return code


def _unforeseen(error: KeyError | TypeError | OSError) -> str:
    """Of an answer of another shape nothing is worth repeating but what is missing."""
    if isinstance(error, OSError):
        return f"what it says cannot be written: {error.strerror}"
    odd = "what it answers is not what this client expects: is it of its version?"
    return f"{odd} ({type(error).__name__}: {printable(str(error))})"
