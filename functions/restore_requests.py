"""TRIGGERS: what callers ask of restores, checked field by field; starts nothing."""

from collections.abc import Mapping
from datetime import timedelta

import azure.functions as func

from functions.problems import invalid
from functions.request_bodies import caller, checked_paths, fields_of, truth
from functions.request_fields import NO_MARK, checked_path, limit_in, mark_in
from shared.domain.restore_at import parse_at
from shared.domain.restore_ids import is_restore_id
from shared.domain.restore_outcomes import Action
from shared.domain.restores import OnConflict
from shared.errors import InvalidRequest, NotFound
from shared.services.open_restore import WantedRestore
from shared.services.read_restores import CHANGES, FIRST, OutcomeMark

DEFAULT_RESTORES, MAX_RESTORES = 20, 100
DEFAULT_OUTCOMES, MAX_OUTCOMES = 100, 1_000
MAX_AGE_HOURS = 24 * 365


def wanted_restore(req: func.HttpRequest) -> WantedRestore | func.HttpResponse:
    """The restore that the body asks for, or the problem that it is."""
    fields = fields_of(req)
    wanted = WantedRestore(
        paths=fields.take("paths", checked_paths, ()),
        at=fields.take("at", _at, ""),
        target_root=fields.take("target_root", _target_root, ""),
        on_conflict=fields.take("on_conflict", _on_conflict, OnConflict.SKIP),
        apply=fields.take("apply", truth, default=False),
        requested_by=caller(req),
    )
    fields.end()
    if not wanted.paths and not fields.errors:
        problem = "names at least one workspace path; / is all of it"
        fields.errors.append(InvalidRequest("paths", problem))
    return invalid(fields.errors) if fields.errors else wanted


def restore_id(req: func.HttpRequest) -> str:
    """The restore that the route names; `NotFound` for what cannot be one's id."""
    text = str(req.route_params.get("restore_id", ""))
    if not is_restore_id(text):
        raise NotFound("there is no such restore")
    return text


def restores_page(params: Mapping[str, str]) -> tuple[int, str | None]:
    """The limit and the mark of a list of restores."""
    mark = mark_in(params, "next")
    return limit_in(params, 1, DEFAULT_RESTORES, MAX_RESTORES), mark or None


def outcomes_page(
    params: Mapping[str, str],
) -> tuple[OutcomeMark, int, frozenset[Action]]:
    """The mark, the limit and the actions of a restore's outcomes."""
    text = mark_in(params, "next")
    try:
        mark = OutcomeMark.from_text(text) if text else FIRST
    except ValueError:
        raise InvalidRequest("next", NO_MARK) from None
    limit = limit_in(params, 0, DEFAULT_OUTCOMES, MAX_OUTCOMES)
    return mark, limit, _actions(params)


def max_age(params: Mapping[str, str]) -> timedelta:
    """How old a report of drift may be."""
    text = params.get("max_age_hours", "24")
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= MAX_AGE_HOURS):
        problem = f"is a number from 0 to {MAX_AGE_HOURS}"
        raise InvalidRequest("max_age_hours", problem)
    return timedelta(hours=int(text))


def _actions(params: Mapping[str, str]) -> frozenset[Action]:
    text = params.get("action")
    if text is None:
        return CHANGES
    names = text.split(",")
    if not set(names) <= set(Action):
        problem = f"is a list, with commas, of {', '.join(Action)}"
        raise InvalidRequest("action", problem)
    return frozenset(Action(name) for name in names)


def _at(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is a time, a run id or a commit")  # noqa: TRY004
    parse_at(value, "at")
    return value


def _target_root(value: object) -> str:
    root = checked_path(value, "target_root")
    if root == "/":
        raise ValueError("is a folder other than /; without it all goes back in place")
    return root


def _on_conflict(value: object) -> OnConflict:
    if not isinstance(value, str) or value not in set(OnConflict):
        raise ValueError(f"is one of {', '.join(OnConflict)}")
    return OnConflict(value)
