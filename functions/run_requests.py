"""TRIGGERS: what callers ask about runs, checked field by field; starts nothing."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

import azure.functions as func

from functions.problems import TOO_LARGE, invalid
from functions.request_fields import checked_path, limit_in, mark_in
from shared.domain.run_ids import is_run_id
from shared.domain.runs import Mode
from shared.domain.slices import Slice, parse_slice
from shared.errors import InvalidRequest, NotFound
from shared.services.open_run import HTTP, Wanted
from shared.services.read_runs import Listing, Mark, marks_from

MAX_BODY_BYTES = 65_536
MAX_PATHS = 100
MAX_MESSAGE_CHARACTERS = 500
MAX_CALLER_CHARACTERS = 200
DEFAULT_RUNS, MAX_RUNS = 20, 100
DEFAULT_OUTCOMES, MAX_OUTCOMES = 100, 1_000

_CALLER = "x-ms-client-principal-name"
"""Who signed in, set by App Service authentication (documented: Azure App Service)."""

_NOT_ONE_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS_TEXT_AROUND = frozenset(
    {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
)

_BYPASS = "skip-secret-scanning"
"""In a commit's message it lets secrets pass (documented: GitHub Advanced Security for
Azure DevOps, secret scanning)."""


@dataclass(slots=True)
class _Fields:
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


def wanted_run(req: func.HttpRequest) -> Wanted | func.HttpResponse:
    """The run that the body asks for, or the problem that it is."""
    raw = req.get_body()
    if len(raw) > MAX_BODY_BYTES:
        return TOO_LARGE.answer(f"A body has at most {MAX_BODY_BYTES} bytes.")
    fields = _Fields(_json_object(raw))
    fields.not_both("slice", "paths")
    wanted = Wanted(
        trigger=HTTP,
        mode=fields.take("mode", _mode, Mode.INCREMENTAL),
        dry_run=fields.take("dry_run", _truth, default=False),
        paths=fields.take("paths", _paths, ()),
        slice=fields.take("slice", _slice, None),
        message=fields.take("message", _message, ""),
        allow_deletions=fields.take("allow_deletions", _run_id, ""),
        requested_by=_caller(req),
    )
    fields.end()
    return invalid(fields.errors) if fields.errors else wanted


def run_id(req: func.HttpRequest) -> str:
    """The run that the route names; `NotFound` for what cannot be a run's id."""
    text = str(req.route_params.get("run_id", ""))
    if not is_run_id(text):
        raise NotFound("there is no such run")
    return text


def runs_page(params: Mapping[str, str]) -> tuple[int, str | None]:
    """The limit and the mark of a list of runs."""
    mark = mark_in(params, "next")
    return limit_in(params, 1, DEFAULT_RUNS, MAX_RUNS), mark or None


def outcomes_page(params: Mapping[str, str]) -> tuple[int, dict[Listing, Mark]]:
    """The limit and the marks of a run's lists."""
    texts = {listing: mark_in(params, f"{listing}_after") for listing in Listing}
    return limit_in(params, 0, DEFAULT_OUTCOMES, MAX_OUTCOMES), marks_from(texts)


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


def _mode(value: object) -> Mode:
    if not isinstance(value, str) or value not in set(Mode):
        raise ValueError(f"is one of {', '.join(Mode)}")
    return Mode(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is true or false")  # noqa: TRY004 - the caller's value
    return value


def _run_id(value: object) -> str:
    if not isinstance(value, str) or not is_run_id(value):
        raise ValueError("is the id of a run, such as 20261122T020000Z-3f9a1c")
    return value


def _message(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_MESSAGE_CHARACTERS:
        raise ValueError(f"is a text of at most {MAX_MESSAGE_CHARACTERS} characters")
    if any(_is_control(char) for char in value):
        raise ValueError("is one line without control characters")
    if _BYPASS in unicodedata.normalize("NFKC", value).casefold():
        raise ValueError("would switch the repository's search for secrets off")
    return value


def _is_control(char: str) -> bool:
    return (
        unicodedata.category(char) in _NOT_ONE_LINE
        or unicodedata.bidirectional(char) in _TURNS_TEXT_AROUND
    )


def _paths(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_PATHS:
        raise ValueError(f"is a list of at most {MAX_PATHS} workspace paths")
    return tuple(checked_path(path, f"paths[{n}]") for n, path in enumerate(value))


def _slice(value: object) -> Slice | None:
    if not isinstance(value, str):
        raise ValueError("is a text such as 3/30")  # noqa: TRY004 - the caller's value
    return parse_slice(value)


def _caller(req: func.HttpRequest) -> str:
    name = req.headers.get(_CALLER) or ""
    shown = "".join(char for char in name if char.isprintable())
    return shown[:MAX_CALLER_CHARACTERS]
