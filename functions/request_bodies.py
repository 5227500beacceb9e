"""TRIGGERS: the bodies of requests, field by field; knows no use case."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Never

import azure.functions as func

from functions.request_fields import checked_path
from shared.errors import InvalidRequest

MAX_BODY_BYTES = 65_536
MAX_PATHS = 100
MAX_CALLER_CHARACTERS = 200

_CALLER = "x-ms-client-principal-name"
"""Who signed in, set by App Service authentication (documented: Azure App Service)."""


class BodyTooLargeError(Exception):
    """The body has more bytes than any request needs."""


@dataclass(slots=True)
class Fields:
    """A JSON object whose fields are taken one by one; what is wrong adds up."""

    left: dict[str, object]
    errors: list[InvalidRequest] = field(default_factory=list)

    def take[T](self, name: str, check: Callable[[object], T], default: T) -> T:
        """The field's checked value; the default where it is not given or wrong."""
        if name not in self.left:
            return default
        try:
            return check(self.left.pop(name))
        except ValueError as error:
            self.errors.append(InvalidRequest(name, str(error)))
        except InvalidRequest as error:
            self.errors.append(error)
        return default

    def not_both(self, name: str, other: str) -> None:
        """Two fields that no request can have together."""
        if {name, other} <= self.left.keys():
            self.errors.append(InvalidRequest(name, f"cannot be combined with {other}"))

    def end(self) -> None:
        """Whatever is left now is nothing that we know."""
        for name in list(self.left)[:MAX_PATHS]:
            self.errors.append(InvalidRequest(name, "is no field of this request"))


def fields_of(req: func.HttpRequest) -> Fields:
    """The body's fields; `BodyTooLargeError`, or `InvalidRequest` if it has none."""
    raw = req.get_body()
    if len(raw) > MAX_BODY_BYTES:
        raise BodyTooLargeError
    return Fields(_json_object(raw))


def caller(req: func.HttpRequest) -> str:
    """Who asks, as far as the platform knows."""
    name = req.headers.get(_CALLER) or ""
    shown = "".join(char for char in name if char.isprintable())
    return shown[:MAX_CALLER_CHARACTERS]


def truth(value: object) -> bool:
    """A JSON truth value."""
    if not isinstance(value, bool):
        raise ValueError("is true or false")  # noqa: TRY004 - the caller's value
    return value


def checked_paths(value: object) -> tuple[str, ...]:
    """Workspace paths, as we know them."""
    if not isinstance(value, list) or len(value) > MAX_PATHS:
        raise ValueError(f"is a list of at most {MAX_PATHS} workspace paths")
    return tuple(checked_path(path, f"paths[{n}]") for n, path in enumerate(value))


def _json_object(raw: bytes) -> dict[str, object]:
    try:
        text = raw.decode("utf-8")
        body = json.loads(text, **_STRICT) if raw else {}
    except (ValueError, RecursionError) as error:
        problem = "the body is not JSON in UTF-8, with each name once"
        raise InvalidRequest("", problem) from error
    if not isinstance(body, dict):
        raise InvalidRequest("", "the body is not a JSON object")
    return body


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object; two values under one name mean one thing here, another elsewhere."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_json(text: str) -> Never:
    raise ValueError(f"{text} is no JSON")


_STRICT: Any = {"object_pairs_hook": _distinct, "parse_constant": _no_json}
