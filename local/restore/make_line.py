"""LOCAL, restore: lines that a person can copy to have it done; runs nothing.

What was named when the line was printed is named in it again, for without it the line
would mean another workspace. Tokens are not: they come from the environment.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from client.restores.api import Restore
from local.backup.options import DEFAULT_DATA, Options
from local.endpoints import SERVICES


@dataclass(frozen=True, slots=True)
class MakeLines:
    """The lines of `make restore` on this stack."""

    stack: Options

    def apply(self, restore: Restore) -> str:
        """What applies exactly this restore: to the run that it is of."""
        paths = " ".join(shlex.quote(path) for path in restore.paths)
        words = {"FILES": paths, "AT": restore.run}
        if restore.to:
            words["TO"] = restore.to
        if restore.on_conflict != "skip":
            words["ON_CONFLICT"] = restore.on_conflict
        words |= {**_ground(self.stack), "APPLY": "1"}
        if not all(text.isprintable() for text in words.values()):
            # Make ends a command at a line break, and a screen cannot show the rest.
            return f"the same command, with AT={restore.run} and APPLY=1"
        return _line(words)

    def cancel(self, restore: Restore) -> str:
        """What cancels it."""
        words = {"CANCEL": restore.id, **_ground(self.stack)}
        if not all(text.isprintable() for text in words.values()):
            return f"the same command, with CANCEL={restore.id} alone"
        return _line(words)


def _ground(stack: Options) -> dict[str, str]:
    named = {name: stack.settings[name] for name in SERVICES if name in stack.settings}
    data = {} if stack.data == DEFAULT_DATA else {"DATA": str(stack.data)}
    return data | named


def _line(words: Mapping[str, str]) -> str:
    given = (f"{name}={_for_make(text)}" for name, text in words.items())
    return " ".join(["make restore", *given])


def _for_make(text: str) -> str:
    """As make takes it from a shell; make expands every `$` that stands alone.

    Documented: GNU make manual, Basics of Variable References. In double quotes where
    they will do: what is quoted in it stays readable.
    """
    text = text.replace("$", "$$")
    if any(sign in text for sign in '"$`\\!'):
        return shlex.quote(text)
    return f'"{text}"' if shlex.quote(text) != text else text
