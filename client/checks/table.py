"""CLIENT, checks: a diagnosis as people like to read it."""

import textwrap
from collections.abc import Iterator, Sequence

from client.checks.diagnosis import Check, Diagnosis
from client.words import count, printable

WIDTH = 88
_MARKS = {"ok": "✓", "done": "+", "to_do": "→", "warning": "!", "failed": "✗"}
_INDENT = 4


def table(diagnosis: Diagnosis) -> Iterator[str]:
    """A line a check that is well; of the others, what it means and what to do."""
    yield from rows(diagnosis.checks)
    yield ""
    yield _headline(diagnosis)


def rows(checks: Sequence[Check]) -> Iterator[str]:
    """The lines of the checks, one below the other."""
    widest = max((len(check.name) for check in checks), default=0)
    for check in checks:
        yield from _rows(check, widest)


def _rows(check: Check, widest: int) -> Iterator[str]:
    mark = _MARKS.get(check.status, "?")
    head = f"{mark} {printable(check.name):<{widest}}  "
    yield from _wrapped(head, check.means)
    for name, fact in check.facts if check.status != "ok" else ():
        yield from _wrapped(" " * _INDENT, f"{name}: {fact}")
    if check.do:
        # On one line, however long: there are commands in it to be copied.
        yield f"{' ' * _INDENT}do  {printable(check.do)}"


def _wrapped(head: str, text: str) -> Iterator[str]:
    """The text beside its head."""
    yield from textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [head.rstrip()]


def _headline(diagnosis: Diagnosis) -> str:
    numbers = [
        (sum(check.status == status for check in diagnosis.checks), status)
        for status in ("failed", "warning")
    ]
    said = [
        count(number, "warning") if status == "warning" else f"{number} failed"
        for number, status in numbers
        if number
    ]
    if not said:
        return f"All well: {count(len(diagnosis.checks), 'check')}."
    return f"{', '.join(said)} of {count(len(diagnosis.checks), 'check')}."
