"""DECISIONS: how two texts differ, by lines, in the form that patch and git read."""

import difflib
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.errors import InvalidRequest, TooLarge

MAX_BYTES = 10_485_760
"""Of each side: as much as a workspace exports of one object."""

MAX_DIFFERING = 5_000
"""Lines of each side between the first and the last that differ."""

MAX_PAIRS = 50_000
"""Pairs of equal lines among them: their number is what makes a comparison long."""

_MANY = 200

_CONTEXT = 3
_NOWHERE = "/dev/null"
_HUNK = re.compile(r"@@ -([0-9]+)(.*) \+([0-9]+)(.*) @@\n")
_NO_END = "\\ No newline at end of file\n"
_TO_QUOTE = re.compile(r'[\x00-\x1f\x7f-\x9f"\\\u2028\u2029]')


@dataclass(frozen=True, slots=True)
class Side:
    """An object's bytes, and what tells them from the other side's: a run, `live`."""

    label: str
    content: bytes


def unified_diff(path: str, before: Side | None, after: Side | None) -> str:
    """The unified diff; nothing where the bytes are equal, a missing side is /dev/null.

    Lines end with a line feed alone, so that a diff of CRLF texts applies. Bytes that
    are no UTF-8 text: `InvalidRequest`. More than can be compared: `TooLarge`.
    """
    old, new = _lines(before), _lines(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    _check(old[start : len(old) - end], new[start : len(new) - end])
    skipped = max(0, start - _CONTEXT)
    kept = max(0, end - _CONTEXT)
    lines = difflib.unified_diff(
        old[skipped : len(old) - kept],
        new[skipped : len(new) - kept],
        _name("a", path, before),
        _name("b", path, after),
        before.label if before else "",
        after.label if after else "",
        n=_CONTEXT,
    )
    return "".join(_shifted(lines, skipped))


def _lines(side: Side | None) -> list[str]:
    if side is None:
        return []
    if len(side.content) > MAX_BYTES:
        raise TooLarge(f"only up to {MAX_BYTES} bytes are compared", len(side.content))
    try:
        text = side.content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise InvalidRequest("path", f"is no text in UTF-8 ({side.label})")
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are the same from the start on."""
    pairs = enumerate(zip(old, new, strict=False))
    same = min(len(old), len(new))
    return next((number for number, (a, b) in pairs if a != b), same)


def _check(old: Sequence[str], new: Sequence[str]) -> None:
    if not old or not new:
        return
    if max(len(old), len(new)) > MAX_DIFFERING:
        raise TooLarge(f"only up to {MAX_DIFFERING} differing lines are compared")
    here, there = Counter(old), Counter(new)
    # difflib passes these over (documented: SequenceMatcher, automatic junk).
    popular = len(new) // 100 + 1 if len(new) >= _MANY else len(new)
    pairs = (count * there[line] for line, count in here.items())
    counted = (there[line] <= popular for line in here)
    if sum(itertools.compress(pairs, counted)) > MAX_PAIRS:
        raise TooLarge("too many lines are the same to be compared")


def _name(prefix: str, path: str, side: Side | None) -> str:
    if side is None:
        return _NOWHERE
    name = prefix + path
    return json.dumps(name, ensure_ascii=False) if _TO_QUOTE.search(name) else name


def _shifted(lines: Iterator[str], by: int) -> Iterator[str]:
    """The diff's lines, with those of the whole texts in its hunks' headers."""
    for line in lines:
        match = _HUNK.fullmatch(line)
        if match is not None:
            old, more_old, new, more_new = match.groups()
            yield f"@@ -{int(old) + by}{more_old} +{int(new) + by}{more_new} @@\n"
        elif line.endswith("\n"):
            yield line
        else:
            yield f"{line}\n{_NO_END}"
