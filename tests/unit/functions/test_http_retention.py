"""GET /api/retention: what the next clean-up removes, as people read it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from functions.retention_answers import NAMED
from shared.domain.retention import BETWEEN_CLEAN_UPS, Poisoned
from shared.domain.run_ids import new_run_id
from shared.domain.runs import Request, Run, RunStatus
from shared.domain.scope import Scope
from tests.unit.functions.api import Api, Bound


def a_run(bound: Bound, days: int, number: int = 0, **facts: Any) -> Run:
    opened_at = bound.clock.now() - timedelta(days=days)
    request = Request(
        run_id=new_run_id(opened_at, f"{number:06x}"),
        scope=Scope(("/",), ()),
        full_scope=True,
        opened_at=opened_at,
    )
    run = Run(request=request, status=RunStatus.COMPLETE, deadline=opened_at)
    run = bound.enter(replace(run, finished_at=opened_at, **facts))
    bound.blobs.put(f"runs/{run.id}/plans/000001", b"12345")
    return run


def removes(body: Any) -> dict[str, Any]:
    return {row["kind"]: row for row in body["removes"]}


def test_a_young_app_has_nothing_to_remove(api: Api) -> None:
    answer = api.get("/api/retention")

    assert answer.status == 200
    assert {row["number"] for row in answer.body["removes"]} == {0}
    assert {row["number"] for row in answer.body["keeps"]} == {0}
    assert answer.body["retention_days"] == 90
    assert answer.body["last_clean_up"] is None
    assert answer.body["next_clean_up"] == answer.body["at"]
    assert any("Git" in line for line in answer.body["always_kept"])


def test_each_kind_says_how_much_how_old_and_what(api: Api, bound: Bound) -> None:
    old, older, open_one = (
        a_run(bound, 91, 1),
        a_run(bound, 92, 2),
        a_run(bound, 93, 3, status=RunStatus.RUNNING),
    )
    left = f"runs/{new_run_id(older.request.opened_at, 'abcdef')}/"
    bound.blobs.put(f"{left}x", b"123")
    bound.index.runs.pop(open_one.id)
    bound.index.enter(open_one.request)
    week = bound.clock.now() - timedelta(days=8)
    bound.poison.messages.append(Poisoned("backup-plans-poison", "1", week, "dapi-x"))

    body = api.get("/api/retention").body

    found = removes(body)
    assert found["runs"]["names"] == [old.id, older.id]
    assert (found["runs"]["number"], found["runs"]["bytes"]) == (2, 10)
    assert found["runs"]["oldest"].startswith(f"{older.request.opened_at:%Y-%m-%d}")
    assert (found["blobs"]["names"], found["blobs"]["bytes"]) == ([left], 3)
    assert found["poison_messages"]["bytes"] is None
    assert found["poison_messages"]["names"] == [
        "backup-plans-poison: unreadable, 6 characters"
    ]
    keeps = {row["rule"]: row["names"] for row in body["keeps"]}
    assert keeps["open"] == [open_one.id]
    assert body["at_least"] is False


def test_of_many_the_first_are_named_and_that_there_are_more_is_said(
    api: Api, bound: Bound
) -> None:
    for number in range(40):
        a_run(bound, 91, number)

    body = api.get("/api/retention").body

    assert body["at_least"] is True
    assert len(removes(body)["runs"]["names"]) == NAMED
    assert removes(body)["runs"]["number"] == 20


def test_it_says_when_the_next_clean_up_is(api: Api, bound: Bound) -> None:
    bound.last_clean_up.write(bound.clock.now())
    bound.clock.advance(3_600)

    body = api.get("/api/retention").body

    assert body["last_clean_up"] == "2026-11-22T02:00:00Z"
    assert timedelta(days=1) == BETWEEN_CLEAN_UPS
    assert body["next_clean_up"] == "2026-11-23T02:00:00Z"


def test_asking_changes_nothing(api: Api, bound: Bound) -> None:
    a_run(bound, 91)
    rows, blobs = dict(bound.store.rows), dict(bound.blobs.contents)

    api.get("/api/retention")

    assert (bound.store.rows, bound.blobs.contents) == (rows, blobs)
    assert bound.events.emitted == []
