"""LOCAL: route templates, as ASP.NET Core reads them; knows no request.

Documented: aspnetcore routing, "Route templates" and "Route constraints". What is not
listed in `CONSTRAINTS` is refused rather than ignored.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.host.refusal import Refused

PARAMETER = re.compile(
    r"\{(?P<star>\*{0,2})(?P<name>[A-Za-z_]\w*)(?P<constraints>(?::[^{}]+?)*)(?P<optional>\?)?\}"
)
CONSTRAINT = re.compile(r"(?P<name>\w+)(?:\((?P<argument>.*)\))?")
GUID = re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE)
RESERVED = ("admin", "_local")

Check = Callable[[str], bool]


def _within(value: str, low: int, high: int) -> bool:
    return bool(re.fullmatch(r"-?\d+", value)) and low <= int(value) <= high


def _limits(argument: str) -> tuple[int, int]:
    first, _, second = argument.partition(",")
    return int(first), int(second or first)


def _length(argument: str) -> Check:
    low, high = _limits(argument)
    return lambda value: low <= len(value) <= high


def _number_range(argument: str) -> Check:
    low, high = _limits(argument)
    return lambda value: _within(value, low, high)


CONSTRAINTS: Mapping[str, Callable[[str], Check]] = {
    "int": lambda _: lambda v: _within(v, -(1 << 31), (1 << 31) - 1),
    "long": lambda _: lambda v: _within(v, -(1 << 63), (1 << 63) - 1),
    "bool": lambda _: lambda v: v.lower() in {"true", "false"},
    "alpha": lambda _: lambda v: bool(re.fullmatch(r"[A-Za-z]*", v)),
    "guid": lambda _: lambda v: bool(GUID.fullmatch(v)),
    "required": lambda _: bool,
    "length": _length,
    "minlength": lambda a: lambda v: len(v) >= int(a),
    "maxlength": lambda a: lambda v: len(v) <= int(a),
    "min": lambda a: lambda v: _within(v, int(a), (1 << 63) - 1),
    "max": lambda a: lambda v: _within(v, -(1 << 63), int(a)),
    "range": _number_range,
    "regex": lambda a: lambda v: bool(re.search(a, v, re.IGNORECASE)),
}


@dataclass(frozen=True)
class Segment:
    """One part between slashes: a literal, or a parameter with its checks."""

    literal: str = ""
    parameter: str = ""
    checks: tuple[Check, ...] = ()
    catch_all: bool = False
    optional: bool = False

    @property
    def precedence(self) -> int:
        """Smaller is tried first."""
        if not self.parameter:
            return 1
        return (4 if self.catch_all else 2) + (not self.checks)


@dataclass(frozen=True)
class Route:
    """A parsed template."""

    template: str
    segments: tuple[Segment, ...]

    @property
    def precedence(self) -> tuple[int, ...]:
        """Return the order among routes: literals before parameters."""
        return tuple(segment.precedence for segment in self.segments)

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters of a decoded path without prefix, or None."""
        parts = path.strip("/").split("/") if path.strip("/") else []
        values: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            if segment.catch_all:
                found: str | None = "/".join(parts[position:])
            else:
                found = parts[position] if position < len(parts) else None
            if not _accept(segment, found, values):
                return None
        catches = bool(self.segments) and self.segments[-1].catch_all
        return values if catches or len(parts) <= len(self.segments) else None


def _accept(segment: Segment, value: str | None, values: dict[str, str]) -> bool:
    if not segment.parameter:
        return value is not None and value.lower() == segment.literal.lower()
    if not value:
        return segment.optional or segment.catch_all
    if not all(check(value) for check in segment.checks):
        return False
    values[segment.parameter] = value
    return True


def parse_route(template: str) -> Route:
    """Parse a template; raises `Refused` for what ASP.NET or this host refuses."""
    trimmed = template.strip("/")
    if trimmed.lower().startswith(RESERVED):
        raise Refused(f"route {template!r} conflicts with one of the built-in routes")
    segments = tuple(_segment(part, template) for part in _split(trimmed))
    names = [s.parameter.lower() for s in segments if s.parameter]
    if len(names) != len(set(names)):
        raise Refused(f"route {template!r} names a parameter twice")
    if any(s.catch_all or s.optional for s in segments[:-1]):
        raise Refused(f"route {template!r}: only the last part may be open-ended")
    return Route(trimmed, segments)


def _split(trimmed: str) -> list[str]:
    # A regex constraint may hold a slash: only slashes outside of braces divide.
    return re.findall(r"(?:\{[^{}]*\}|[^/{}])+", trimmed)


def _segment(part: str, template: str) -> Segment:
    if "{" not in part:
        return Segment(literal=part)
    match = PARAMETER.fullmatch(part)
    if match is None:
        raise Refused(f"route {template!r}: {part!r} is not one whole parameter")
    constraints = [c for c in match["constraints"].split(":") if c]
    return Segment(
        parameter=match["name"],
        checks=tuple(_check(text, template) for text in constraints),
        catch_all=bool(match["star"]),
        optional=bool(match["optional"]),
    )


def _check(text: str, template: str) -> Check:
    match = CONSTRAINT.fullmatch(text)
    if match is None or match["name"].lower() not in CONSTRAINTS:
        raise Refused(f"route {template!r}: constraint {text!r} is not known")
    return CONSTRAINTS[match["name"].lower()](match["argument"] or "")


def conflict(one: Route, other: Route) -> bool:
    """Whether two templates are the same text, which the real host refuses."""
    return one.template.lower() == other.template.lower()
