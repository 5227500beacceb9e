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
_NO_END = "\\ No newline at end of file\n"
_TO_QUOTE = re.compile(r'[\x00-\x1f\x7f-\x9f"\\\u2028\u2029]')


type Opcode = tuple[str, int, int, int, int]
"""What difflib says of two ranges of lines."""


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
    lines = list(_hunks(old, new, start, end))
    if not lines:
        return ""
    names = (("---", "a", before), ("+++", "b", after))
    head = [
        f"{sign} {_name(side, path, it)}{_tabbed(it)}\n" for sign, side, it in names
    ]
    return "".join([*head, *lines])


def _hunks(
    old: Sequence[str], new: Sequence[str], start: int, end: int
) -> Iterator[str]:
    """The hunks; the first `start` and the last `end` lines are known to be the same.

    What is the same at both ends is never taken for a change: patch wants a hunk that
    is not at the text's beginning to have lines before its change.
    """
    last_old, last_new = len(old) - end, len(new) - end
    matcher = difflib.SequenceMatcher(None, old[start:last_old], new[start:last_new])
    inner: list[Opcode] = [
        (tag, i1 + start, i2 + start, j1 + start, j2 + start)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]
    if not inner:
        return
    before = ("equal", max(0, start - _CONTEXT), start, max(0, start - _CONTEXT), start)
    kept = min(end, _CONTEXT)
    after = ("equal", last_old, last_old + kept, last_new, last_new + kept)
    for hunk in _grouped([before, *inner, after]):
        _, first_old, _, first_new, _ = hunk[0]
        _, _, after_old, _, after_new = hunk[-1]
        here, there = _range(first_old, after_old), _range(first_new, after_new)
        yield f"@@ -{here} +{there} @@\n"
        for tag, i1, i2, j1, j2 in hunk:
            if tag == "equal":
                yield from (_ended(f" {line}") for line in old[i1:i2])
                continue
            yield from (_ended(f"-{line}") for line in old[i1:i2])
            yield from (_ended(f"+{line}") for line in new[j1:j2])


def _grouped(codes: Sequence[Opcode]) -> Iterator[list[Opcode]]:
    """The changes with their context; where much is the same, a new hunk begins."""
    hunk: list[Opcode] = []
    for tag, i1, i2, j1, j2 in codes:
        if tag == "equal" and i2 - i1 > 2 * _CONTEXT:
            yield [*hunk, (tag, i1, i1 + _CONTEXT, j1, j1 + _CONTEXT)]
            hunk = [(tag, i2 - _CONTEXT, i2, j2 - _CONTEXT, j2)]
        else:
            hunk.append((tag, i1, i2, j1, j2))
    yield hunk


def _range(first: int, after: int) -> str:
    """Lines as a hunk's header counts them (documented: diff, unified format)."""
    length = after - first
    if length == 1:
        return str(first + 1)
    return f"{first + 1 if length else first},{length}"


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _tabbed(side: Side | None) -> str:
    return f"\t{side.label}" if side and side.label else ""


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
