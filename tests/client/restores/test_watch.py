"""Restores that are begun, found open, watched and left."""

from dataclasses import replace
from typing import Never

import pytest

from client import follow
from client.answers import RefusedError
from client.app import App
from client.restores.api import RestoresApi, Wanted
from client.restores.in_the_way import OtherRestoreError
from client.web import NoAnswerError, Web
from tests.client.functions import Functions
from tests.client.restores.builders import Words
from tests.client.restores.conftest import a_teller

LOAD = "/Clients/acme/load"


PLAN_ALL = Wanted(paths=("/",))
APPLY_ALL = replace(PLAN_ALL, apply=True)


def advance(functions: Functions, restore_id: str) -> None:
    functions.advance(restore_id)


def nothing(_functions: Functions, _restore_id: str) -> None:
    return


def test_a_restore_is_watched_to_its_end(
    functions: Functions, api: RestoresApi, app: App
) -> None:
    functions.bound.workspace.delete(LOAD)
    functions.script = [nothing, advance]
    teller = a_teller(app)

    ended = teller.watch.until_ended(api, teller.watch.begun(api, APPLY_ALL, Words()))

    assert ended.status == "complete"
    assert LOAD in functions.bound.workspace.objects
    assert teller.slept == [follow.LOOK_SECONDS]


@pytest.mark.parametrize(
    "again",
    [
        APPLY_ALL,
        replace(APPLY_ALL, paths=("/Workspace/", "/Clients")),
        replace(APPLY_ALL, at="{run}"),
    ],
)
def test_the_same_that_is_open_is_gone_on_with(
    functions: Functions, api: RestoresApi, app: App, again: Wanted
) -> None:
    left = api.start(APPLY_ALL).restore_id
    run = api.look(left).run
    teller = a_teller(app)
    functions.script = [nothing, advance]

    again = replace(again, at=again.at.replace("{run}", run))
    restore_id = teller.watch.begun(api, again, Words())
    ended = teller.watch.until_ended(api, restore_id)

    assert (restore_id, ended.status) == (left, "complete")
    assert f"{left}, of run {run}, is open: going on with it" in teller.text
    assert "woken" in functions.asked


@pytest.mark.parametrize(
    "other",
    [
        replace(APPLY_ALL, paths=("/Clients",)),
        replace(APPLY_ALL, to="/Archive"),
        replace(APPLY_ALL, on_conflict="overwrite"),
        replace(APPLY_ALL, at="2100-01-01T00:00:00Z"),
    ],
)
def test_another_that_is_open_is_told_with_what_can_be_done(
    api: RestoresApi, app: App, other: Wanted
) -> None:
    left = api.start(APPLY_ALL).restore_id
    run = api.look(left).run
    teller = a_teller(app)

    with pytest.raises(OtherRestoreError) as told:
        teller.watch.begun(api, other, Words())

    assert f"{left} is open" in str(told.value)
    assert f"apply / of {run}" in str(told.value)
    assert f"cancel {left}" in str(told.value)


def test_a_place_that_an_ended_restore_kept_is_freed(
    functions: Functions, api: RestoresApi, app: App
) -> None:
    left = api.start(APPLY_ALL).restore_id
    functions.advance(left)
    functions.bound.place.take(left)

    restore_id = a_teller(app).watch.begun(api, APPLY_ALL, Words())

    assert restore_id != left


def test_a_holder_without_a_row_is_told(
    functions: Functions, api: RestoresApi, app: App
) -> None:
    functions.bound.place.take("restore-20261122T020000Z-3f9a1c")

    with pytest.raises(RefusedError, match="3f9a1c was cut off as it began"):
        a_teller(app).watch.begun(api, APPLY_ALL, Words())


def test_an_open_restore_is_cancelled(
    functions: Functions, api: RestoresApi, app: App
) -> None:
    left = api.start(APPLY_ALL).restore_id
    functions.script = [advance]
    teller = a_teller(app)

    ended = teller.watch.until_ended(api, teller.watch.cancelled(api, left))

    assert ended.status == "cancelled"
    with pytest.raises(RefusedError, match="has ended: cancelled"):
        teller.watch.cancelled(api, left)


def test_an_app_that_stands_still_is_told_to_look_for_lost_work(
    functions: Functions, api: RestoresApi, app: App
) -> None:
    looks = int(follow.STILL_SECONDS / follow.LOOK_SECONDS)
    functions.script = [*[nothing] * (looks + 5), advance]
    teller = a_teller(app)

    teller.watch.until_ended(api, teller.watch.begun(api, APPLY_ALL, Words()))

    assert functions.asked.count("woken") == 1


def left(api: RestoresApi, app: App, wanted: Wanted) -> str:
    """The farewell of a watch that was interrupted as it watched."""

    def interrupted() -> Never:
        raise KeyboardInterrupt

    watch = a_teller(replace(app, check=interrupted)).watch
    with pytest.raises(KeyboardInterrupt):
        watch.until_ended(api, watch.begun(api, wanted, Words()))
    return watch.farewell()


def test_farewell_says_what_is_so_of_an_app_that_ends_with_it(
    api: RestoresApi, app: App
) -> None:
    plan, applied = (left(api, app, each) for each in (PLAN_ALL, APPLY_ALL))

    assert "nothing was written, and the same command begins anew" in plan
    assert "was stopped in the middle; what was written is written" in applied
    assert "the same command goes on with it" in applied


def test_farewell_says_what_goes_on_at_an_app_that_runs(
    functions: Functions, api: RestoresApi, app: App
) -> None:
    there = replace(app, goes_on=True)
    plan, applied = (left(api, there, each) for each in (PLAN_ALL, APPLY_ALL))

    assert f"goes on at {functions.url}; it only reads" in plan
    assert f"goes on at {functions.url}; the same command looks at it" in applied


def test_farewell_before_the_answer_says_that_it_may_have_begun(
    app: App,
) -> None:
    watch = a_teller(app).watch
    before = watch.farewell()
    with Web("http://127.0.0.1:1") as nobody, pytest.raises(NoAnswerError):
        watch.begun(RestoresApi(nobody), APPLY_ALL, Words())

    assert before == "stopped before anything was asked for"
    assert "what was asked for was stopped in the middle" in watch.farewell()


def test_a_silent_app_ends_the_command(
    functions: Functions, api: RestoresApi, app: App
) -> None:
    restore_id = api.start(APPLY_ALL).restore_id
    functions.bound.restore_rows.forget(restore_id)
    teller = a_teller(app)

    with pytest.raises(NoAnswerError, match="nothing was heard"):
        teller.watch.until_ended(api, restore_id)

    assert sum(teller.slept) > follow.PATIENCE_SECONDS
