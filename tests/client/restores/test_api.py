"""Restores as they are read, page after page."""

import pytest

from client.restores import api as restores
from client.restores.api import Restore, RestoresApi, Wanted
from tests.client.functions import Functions

NOTEBOOKS = ("extract", "load", "report")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restores, "PAGE", 2)


def ended(functions: Functions, api: RestoresApi, *, apply: bool = False) -> Restore:
    restore_id = api.start(Wanted(paths=("/",), apply=apply)).restore_id
    functions.advance(restore_id)
    functions.asked.clear()
    return api.read(restore_id)


def test_what_has_a_reason_is_read_to_its_last_page(
    functions: Functions, api: RestoresApi
) -> None:
    for name in NOTEBOOKS:
        for client in ("acme", "bolt"):
            functions.bound.workspace.edit(f"/Clients/{client}/{name}", b"# new\n")

    plan = ended(functions, api)

    assert plan.counts["skipped"] == 6
    assert [o.action for o in plan.outcomes] == ["skip"] * 6


def test_of_what_is_to_be_created_no_more_is_read_than_is_named(
    functions: Functions, api: RestoresApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restores, "NAMED", 1)
    for name in NOTEBOOKS:
        functions.bound.workspace.delete(f"/Clients/acme/{name}")

    plan = ended(functions, api)

    assert plan.counts["to_create"] == 3
    assert len(plan.outcomes) == 1
    assert len(functions.asked) == 2


def test_a_failure_on_the_last_page_is_found(
    functions: Functions, api: RestoresApi
) -> None:
    for name in NOTEBOOKS:
        functions.bound.workspace.delete(f"/Clients/acme/{name}")
    functions.bound.writes.locked = {"/Clients/acme/report"}

    restore = ended(functions, api, apply=True)

    assert restore.counts["verified"] == 2
    [failure] = restore.outcomes
    assert (failure.path, failure.result) == ("/Clients/acme/report", "failed")


def test_where_all_went_well_no_outcome_is_read(
    functions: Functions, api: RestoresApi
) -> None:
    functions.bound.workspace.delete("/Clients/acme/load")

    restore = ended(functions, api, apply=True)

    assert (restore.status, restore.outcomes) == ("complete", ())
    assert len(functions.asked) == 1
