"""Restores over HTTP: what is asked is checked, what is answered is as described."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.restores import Restore
from shared.ports import Stored
from tests.fakes.restores import FakeRestoreStore
from tests.unit.functions.api import Api, Bound
from tests.unit.services.scenes import a_backed_up_app

LOAD = "/Clients/acme/load"


@pytest.fixture
def bound() -> Bound:
    """After one complete backup."""
    app = a_backed_up_app()
    return Bound(
        store=app.store,
        index=app.index,
        blobs=app.blobs,
        queue=app.queue,
        clock=app.clock,
        events=app.events,
        workspace=app.workspace,
        git=app.git,
    )


def test_a_plan_of_one_object_is_answered_at_once(api: Api, bound: Bound) -> None:
    bound.workspace.delete(LOAD)

    answer = api.post("/api/restores", {"paths": [LOAD]})

    assert answer.status == 200
    assert answer.body["status"] == "planned"
    (outcome,) = answer.body["outcomes"]["items"]
    assert (outcome["path"], outcome["action"]) == (LOAD, "create")
    assert answer.body["estimate"]["imports"] == 1
    assert LOAD not in bound.workspace.objects


def test_one_object_is_restored_and_proved_in_one_call(api: Api, bound: Bound) -> None:
    bound.workspace.delete(LOAD)

    answer = api.post("/api/restores", {"paths": [LOAD], "apply": True})

    assert answer.status == 200
    assert answer.body["status"] == "complete"
    assert answer.body["outcomes"]["items"][0]["result"] == "verified"
    assert LOAD in bound.workspace.objects


def test_a_folder_is_planned_behind_the_callers_back(api: Api, bound: Bound) -> None:
    answer = api.post("/api/restores", {"paths": ["/Clients"]})

    assert answer.status == 202
    assert answer.headers["Location"].endswith(f"/api/restores/{answer.body['id']}")
    assert int(answer.headers["Retry-After"]) > 0
    assert bound.queue.sent


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "paths"),
        ({"paths": []}, "paths"),
        ({"paths": "x"}, "paths"),
        ({"paths": ["x"]}, "paths[0]"),
        ({"paths": ["/a"], "at": 5}, "at"),
        ({"paths": ["/a"], "at": "yesterday"}, "at"),
        ({"paths": ["/a"], "at": "2026-13-01T00:00:00Z"}, "at"),
        ({"paths": ["/a"], "target_root": "/"}, "target_root"),
        ({"paths": ["/a"], "target_root": "x"}, "target_root"),
        ({"paths": ["/a"], "on_conflict": "merge"}, "on_conflict"),
        ({"paths": ["/a"], "apply": "yes"}, "apply"),
        ({"paths": ["/a"], "force": True}, "force"),
    ],
)
def test_a_wrong_field_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    answer = api.post("/api/restores", body)

    assert answer.status == 400
    assert answer.body["field"] == field
    assert api.get("/api/restores").body["restores"] == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"paths": ["/Clients/acme/lod"]}, LOAD),
        ({"paths": [LOAD], "at": "2001-01-01T00:00:00Z"}, "the first one is"),
        ({"paths": [LOAD], "at": "f" * 40}, "no commit"),
        ({"paths": [LOAD], "at": "20010101T000000Z-3f9a1c"}, "no restore point"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(
    api: Api, body: dict[str, Any], told: str
) -> None:
    answer = api.post("/api/restores", body)

    assert answer.status == 404
    assert told in answer.body["detail"]


def test_restores_can_be_switched_off_and_plans_cannot(api: Api, bound: Bound) -> None:
    bound.restore_enabled = False

    assert api.post("/api/restores", {"paths": ["/"], "apply": True}).status == 403
    assert api.post("/api/restores", {"paths": ["/"]}).status == 202


def test_targets_outside_of_the_roots_are_refused(api: Api, bound: Bound) -> None:
    bound.restore_roots = ("/Restored",)

    answer = api.post("/api/restores", {"paths": [LOAD], "apply": True})
    other = {"paths": [LOAD], "apply": True, "target_root": "/Restored/today"}

    assert (answer.status, answer.body["field"]) == (400, "paths")
    assert api.post("/api/restores", other).body["status"] == "complete"


def test_a_second_restore_is_told_which_one_writes(api: Api) -> None:
    first = api.post("/api/restores", {"paths": ["/"], "apply": True})

    second = api.post("/api/restores", {"paths": ["/"], "apply": True})

    assert second.status == 409
    assert second.body["active_restore"] == first.body["id"]


def test_a_restore_is_cancelled_once(api: Api, bound: Bound) -> None:
    restore = api.post("/api/restores", {"paths": ["/"], "apply": True}).body["id"]

    assert api.delete(f"/api/restores/{restore}").status == 202
    bound.restores.advance_quickly(restore)
    again = api.delete(f"/api/restores/{restore}")

    assert (again.status, again.body["restore_status"]) == (409, "cancelled")


def test_what_is_no_restore_is_not_found(api: Api) -> None:
    for text in ("x", "restore-20261122T020000Z-3f9a1c", "restore-x", "'", "%2e"):
        assert api.get(f"/api/restores/{text}").status == 404
        assert api.delete(f"/api/restores/{text}").status == 404


def test_outcomes_come_in_pages_and_by_action(api: Api, bound: Bound) -> None:
    restore = api.post("/api/restores", {"paths": ["/"]}).body["id"]
    bound.workspace.delete(LOAD)
    bound.restores.advance_quickly(restore)

    everything = ",".join(sorted(["same", "create"]))
    found, mark = [], ""
    while mark is not None:
        page = api.get(
            f"/api/restores/{restore}?limit=2&action={everything}&next={mark}"
        )
        found += page.body["outcomes"]["items"]
        mark = page.body["outcomes"]["next"]

    objects = [o for o in found if o["type"] != "DIRECTORY"]
    assert len({o["path"] for o in objects}) == len(objects) == 7
    assert [o["path"] for o in objects if o["action"] == "create"] == [LOAD]
    news = api.get(f"/api/restores/{restore}").body["outcomes"]["items"]
    assert [o["path"] for o in news] == [LOAD]


@pytest.mark.parametrize(
    "query", ["next=x", "next=1", "next=-1-2", "limit=1001", "action=eat"]
)
def test_a_wrong_page_is_refused(api: Api, query: str) -> None:
    restore = api.post("/api/restores", {"paths": ["/"]}).body["id"]

    assert api.get(f"/api/restores/{restore}?{query}").status == 400


def test_restores_are_listed_newest_first(api: Api, bound: Bound) -> None:
    first = api.post("/api/restores", {"paths": ["/"]}).body["id"]
    bound.clock.advance(60)
    second = api.post("/api/restores", {"paths": [LOAD]}).body["id"]

    page = api.get("/api/restores?limit=1").body
    rest = api.get(f"/api/restores?next={page['next']}").body

    assert [r["id"] for r in page["restores"]] == [second]
    assert [r["id"] for r in rest["restores"]] == [first]
    assert rest["next"] is None


def test_drift_begins_a_plan_and_then_reports_it(api: Api, bound: Bound) -> None:
    bound.workspace.delete(LOAD)
    bound.workspace.add_notebook("/New", "1")

    begun = api.get("/api/drift")
    bound.restores.advance_quickly(begun.body["id"])
    report = api.get("/api/drift")

    assert begun.status == 202
    assert begun.headers["Location"].endswith(f"/api/restores/{begun.body['id']}")
    assert report.body["restore"] == begun.body["id"]
    assert report.body["missing_in_workspace"] == 1
    assert report.body["missing_in_backup"] == 1
    assert report.body["same"] == 6
    assert report.body["drifted"] is True


class EndsMeanwhile(FakeRestoreStore):
    """Work on a restore ends right before it is read."""

    work: Callable[[str], None] | None = None

    def get(self, restore_id: str) -> Stored[Restore] | None:
        work, self.work = self.work, None
        if work:
            work(restore_id)
        return super().get(restore_id)


def test_a_report_that_ends_while_it_is_told_is_told_as_going_on(
    api: Api, bound: Bound
) -> None:
    rows = bound.restore_rows = EndsMeanwhile()
    begun = api.get("/api/drift").body["id"]
    rows.work = bound.restores.advance_quickly

    meanwhile = api.get("/api/drift")

    assert (meanwhile.status, meanwhile.body["id"]) == (202, begun)
    assert api.get("/api/drift").body["restore"] == begun


def test_a_report_that_is_too_old_is_made_anew(api: Api, bound: Bound) -> None:
    first = api.get("/api/drift").body["id"]
    bound.restores.advance_quickly(first)
    bound.clock.advance(3 * 3600)

    assert api.get("/api/drift?max_age_hours=4").status == 200
    assert api.get("/api/drift?max_age_hours=2").status == 202
    assert api.get("/api/drift?max_age_hours=x").status == 400


def test_who_asked_is_told(api: Api) -> None:
    name = {"x-ms-client-principal-name": "ada@example.com"}
    body = f'{{"paths": ["{LOAD}"]}}'.encode()

    answer = api.call("POST", "/api/restores", body, name)

    assert answer.body["requested_by"] == "ada@example.com"
