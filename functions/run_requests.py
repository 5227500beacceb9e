"""TRIGGERS: what callers ask about runs, checked field by field; starts nothing."""

import unicodedata
from collections.abc import Mapping

import azure.functions as func

from functions.problems import invalid
from functions.request_bodies import caller, checked_paths, fields_of, truth
from functions.request_fields import limit_in, mark_in
from shared.domain.run_ids import is_run_id
from shared.domain.runs import Mode
from shared.domain.slices import Slice, parse_slice
from shared.errors import NotFound
from shared.services.open_run import HTTP, Wanted
from shared.services.read_runs import Listing, Mark, marks_from

MAX_MESSAGE_CHARACTERS = 500
DEFAULT_RUNS, MAX_RUNS = 20, 100
DEFAULT_OUTCOMES, MAX_OUTCOMES = 100, 1_000

_NOT_ONE_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS_TEXT_AROUND = frozenset(
    {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
)

_BYPASS = "skip-secret-scanning"
"""In a commit's message it lets secrets pass (documented: GitHub Advanced Security for
Azure DevOps, secret scanning)."""


def wanted_run(req: func.HttpRequest) -> Wanted | func.HttpResponse:
    """The run that the body asks for, or the problem that it is."""
    fields = fields_of(req)
    fields.not_both("slice", "paths")
    wanted = Wanted(
        trigger=HTTP,
        mode=fields.take("mode", _mode, Mode.INCREMENTAL),
        dry_run=fields.take("dry_run", truth, default=False),
        paths=fields.take("paths", checked_paths, ()),
        slice=fields.take("slice", _slice, None),
        message=fields.take("message", _message, ""),
        allow_deletions=fields.take("allow_deletions", _run_id, ""),
        requested_by=caller(req),
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


def _mode(value: object) -> Mode:
    if not isinstance(value, str) or value not in set(Mode):
        raise ValueError(f"is one of {', '.join(Mode)}")
    return Mode(value)


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


def _slice(value: object) -> Slice | None:
    if not isinstance(value, str):
        raise ValueError("is a text such as 3/30")  # noqa: TRY004 - the caller's value
    return parse_slice(value)
