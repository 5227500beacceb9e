"""LOCAL: what shall go wrong, as data; knows HTTP but no remote's API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

EFFECTS = ("status", "cut", "hang", "flip", "slow", "truncate")
FIELDS = frozenset(
    {"method", "path", "containing", "status", "effect", "body", "headers"}
    | {"times", "skip", "when", "seconds", "at"}
)
_GROUPS = (ascii_lowercase, ascii_uppercase, digits)
_HARMLESS = frozenset(ascii_lowercase + ascii_uppercase + digits)


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong, and how often it did.

    `before` means instead of the handler (for `flip`: in the request's body), `after`
    means once the handler took effect. Without `times` it stays until it is deleted.
    """

    path: re.Pattern[str]
    effect: str
    method: str | None = None
    containing: re.Pattern[bytes] | None = None
    status: int = 0
    body: object = None
    headers: Mapping[str, str] | None = None
    times: int | None = None
    skip: int = 0
    before: bool = True
    seconds: float = 0.0
    at: int | None = None
    skipped: int = 0
    fired: int = 0

    @property
    def spent(self) -> bool:
        """Whether it fired as often as it was meant to."""
        return self.times is not None and self.fired >= self.times

    def concerns(self, method: str, *paths: str) -> bool:
        """Whether it is still armed for this method and any of these paths."""
        if self.spent or self.method not in (None, method):
            return False
        return any(self.path.search(path) for path in paths)

    def due(self, body: bytes) -> bool:
        """Whether a request that it concerns is hit; counts it skipped or fired."""
        if self.containing and not self.containing.search(body):
            return False
        if self.skipped < self.skip:
            self.skipped += 1
            return False
        self.fired += 1
        return True

    def as_json(self) -> dict[str, object]:
        """Show it as `GET /_local/faults` does."""
        left = None if self.times is None else self.times - self.fired
        return {
            "method": self.method,
            "path": self.path.pattern,
            "containing": self.containing and self.containing.pattern.decode(),
            "effect": self.effect,
            "status": self.status or None,
            "when": "before" if self.before else "after",
            "times": self.times,
            "fired": self.fired,
            "left": left,
        }


def fault_from_json(wanted: object) -> Fault:
    """Read one fault of `POST /_local/faults`.

    A field that is absent takes its default; `when` is `before`, except for `flip`,
    `slow` and `truncate`, which by nature concern the answer: `after`. Raises
    ValueError with a sentence where the fault makes no sense.
    """
    if not isinstance(wanted, dict) or "path" not in wanted:
        raise ValueError("a fault is an object with at least `path`")
    if unknown := set(wanted) - FIELDS:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    effect = wanted.get("effect") or "status"
    if effect not in EFFECTS:
        raise ValueError(f"effect must be one of {', '.join(EFFECTS)}")
    if effect == "status" and not isinstance(wanted.get("status"), int):
        raise ValueError("a fault needs a `status` or an `effect`")
    searched = wanted.get("containing")
    when = wanted.get("when") or _usual_time(effect)
    if when not in ("before", "after"):
        raise ValueError("when must be before or after")
    return Fault(
        path=re.compile(wanted["path"]),
        containing=re.compile(searched.encode()) if searched else None,
        effect=effect,
        method=wanted["method"].upper() if wanted.get("method") else None,
        status=wanted.get("status") or 0,
        body=wanted.get("body"),
        headers=wanted.get("headers"),
        times=wanted.get("times"),
        skip=wanted.get("skip") or 0,
        before=when == "before",
        seconds=wanted.get("seconds") or (1.0 if effect == "slow" else 0.0),
        at=wanted.get("at"),
    )


def _usual_time(effect: str) -> str:
    return "after" if effect in ("flip", "slow", "truncate") else "before"


class FaultBoard:
    """The armed faults in the order in which they were armed."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def arm(self, wanted: object) -> None:
        """Add the faults of a `POST /_local/faults` body, all or none."""
        listed = wanted if isinstance(wanted, list) else [wanted]
        self._faults.extend([fault_from_json(one) for one in listed])

    def disarm(self) -> None:
        """Forget all faults."""
        self._faults.clear()

    def concerning(self, method: str, *paths: str) -> list[Fault]:
        """List the armed faults for this method and any of these paths, in order."""
        return [fault for fault in self._faults if fault.concerns(method, *paths)]

    def as_json(self) -> list[dict[str, object]]:
        """Every fault with how often it fired; `left` is 0 where it is spent."""
        return [fault.as_json() for fault in self._faults]


def flipped(body: bytes, at: int | None = None) -> bytes:
    """`body` with one byte changed: the one at `at`, else one near the middle.

    Near the middle a letter or digit is looked for and becomes its neighbour, so that
    JSON and base64 stay readable: the damage that only a checksum finds.
    """
    if not body:
        return body
    place = _near_middle(body) if at is None else at % len(body)
    old = chr(body[place])
    group = next((group for group in _GROUPS if old in group), None)
    new = ord(group[(group.index(old) + 1) % len(group)]) if group else ord(old) ^ 1
    return body[:place] + bytes([new]) + body[place + 1 :]


def _near_middle(body: bytes) -> int:
    middle = len(body) // 2
    nearest = range(middle, min(middle + 80, len(body)))
    return next((at for at in nearest if chr(body[at]) in _HARMLESS), middle)
