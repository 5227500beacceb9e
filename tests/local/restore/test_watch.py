"""Restores that are begun, found open, watched and left."""

from dataclasses import replace
from typing import Never

import pytest

from local.backup.places import Ground
from local.backup.runs import RefusedError
from local.backup.web import NoAnswerError, Web
from local.restore import watch as watching
from local.restore.in_the_way import OtherRestoreError
from local.restore.options import WantedRestore, read_restore
from local.restore.restores import RestoresApi
from tests.local.restore.conftest import Functions, a_teller

LOAD = "/Clients/acme/load"


def wanted(*words: str) -> WantedRestore:
    return read_restore(list(words), {})


APPLY_ALL = wanted("FILES=/", "APPLY=1")


def advance(functions: Functions, restore_id: str) -> None:
    functions.advance(restore_id)


def nothing(_functions: Functions, _restore_id: str) -> None:
    return


def test_a_restore_is_watched_to_its_end(
    functions: Functions, api: RestoresApi, ground: Ground
) -> None:
    functions.bound.workspace.delete(LOAD)
    functions.script = [nothing, advance]
    teller = a_teller(ground)

    ended = teller.watch.until_ended(api, teller.watch.begun(api, APPLY_ALL))

    assert ended.status == "complete"
    assert LOAD in functions.bound.workspace.objects
    assert teller.slept == [watching.LOOK_SECONDS]


@pytest.mark.parametrize(
    "again",
    [
        APPLY_ALL,
        wanted("FILES=/Workspace/ /Clients", "APPLY=1"),
        wanted("FILES=/", "AT={run}", "APPLY=1"),
    ],
)
def test_the_same_that_is_open_is_gone_on_with(
    functions: Functions, api: RestoresApi, ground: Ground, again: WantedRestore
) -> None:
    left = api.start(APPLY_ALL).restore_id
    run = api.look(left).run
    teller = a_teller(ground)
    functions.script = [nothing, advance]

    again = replace(again, at=again.at.replace("{run}", run))
    restore_id = teller.watch.begun(api, again)
    ended = teller.watch.until_ended(api, restore_id)

    assert (restore_id, ended.status) == (left, "complete")
    assert f"{left}, of run {run}, is open: going on with it" in teller.text
    assert any("sweep_restores" in asked for asked in functions.asked)


@pytest.mark.parametrize(
    "other",
    [
        ("FILES=/Clients", "APPLY=1"),
        ("FILES=/", "TO=/Archive", "APPLY=1"),
        ("FILES=/", "ON_CONFLICT=overwrite", "APPLY=1"),
        ("FILES=/", "AT=2100-01-01T00:00:00Z", "APPLY=1"),
    ],
)
def test_another_that_is_open_is_told_with_what_can_be_done(
    api: RestoresApi, ground: Ground, other: tuple[str, ...]
) -> None:
    left = api.start(APPLY_ALL).restore_id
    run = api.look(left).run
    teller = a_teller(ground)

    with pytest.raises(OtherRestoreError) as told:
        teller.watch.begun(api, wanted(*other, "DATA=/there"))

    assert f"{left} is open" in str(told.value)
    assert f"make restore FILES=/ AT={run} DATA=/there APPLY=1" in str(told.value)
    assert f"make restore CANCEL={left} DATA=/there" in str(told.value)


def test_a_place_that_an_ended_restore_kept_is_freed(
    functions: Functions, api: RestoresApi, ground: Ground
) -> None:
    left = api.start(APPLY_ALL).restore_id
    functions.advance(left)
    functions.bound.place.take(left)

    restore_id = a_teller(ground).watch.begun(api, APPLY_ALL)

    assert restore_id != left


def test_a_holder_without_a_row_is_told(
    functions: Functions, api: RestoresApi, ground: Ground
) -> None:
    functions.bound.place.take("restore-20261122T020000Z-3f9a1c")

    with pytest.raises(RefusedError, match="3f9a1c was cut off as it began"):
        a_teller(ground).watch.begun(api, APPLY_ALL)


def test_an_open_restore_is_cancelled(
    functions: Functions, api: RestoresApi, ground: Ground
) -> None:
    left = api.start(APPLY_ALL).restore_id
    functions.script = [advance]
    teller = a_teller(ground)

    ended = teller.watch.until_ended(api, teller.watch.cancelled(api, left))

    assert ended.status == "cancelled"
    with pytest.raises(RefusedError, match="has ended: cancelled"):
        teller.watch.cancelled(api, left)


def test_an_app_that_stands_still_is_told_to_look_for_lost_work(
    functions: Functions, api: RestoresApi, ground: Ground
) -> None:
    looks = int(watching.STILL_SECONDS / watching.LOOK_SECONDS)
    functions.script = [*[nothing] * (looks + 5), advance]
    teller = a_teller(ground)

    teller.watch.until_ended(api, teller.watch.begun(api, APPLY_ALL))

    assert sum("sweep_restores" in asked for asked in functions.asked) == 1


def left(api: RestoresApi, ground: Ground, *words: str) -> str:
    """The farewell of a watch that was interrupted as it watched."""

    def interrupted() -> Never:
        raise KeyboardInterrupt

    watch = a_teller(replace(ground, check=interrupted)).watch
    with pytest.raises(KeyboardInterrupt):
        watch.until_ended(api, watch.begun(api, wanted(*words)))
    return watch.farewell()


def test_farewell_says_what_is_so_on_a_stack_of_its_own(
    api: RestoresApi, ground: Ground
) -> None:
    plan, applied = (left(api, ground, "FILES=/", word) for word in ("TO=", "APPLY=1"))

    assert "nothing was written, and the same command begins anew" in plan
    assert "was stopped in the middle; what was written is written" in applied
    assert "the same command goes on with it" in applied


def test_farewell_says_what_goes_on_on_a_stack_that_runs(
    functions: Functions, api: RestoresApi, ground: Ground
) -> None:
    there = replace(ground, own=False)
    plan, applied = (left(api, there, "FILES=/", word) for word in ("TO=", "APPLY=1"))

    assert f"goes on at {functions.url}; it only reads" in plan
    assert f"goes on at {functions.url}; the same command looks at it" in applied


def test_farewell_before_the_answer_says_that_it_may_have_begun(
    ground: Ground,
) -> None:
    watch = a_teller(ground).watch
    before = watch.farewell()
    with Web("http://127.0.0.1:1") as nobody, pytest.raises(NoAnswerError):
        watch.begun(RestoresApi(nobody), APPLY_ALL)

    assert before == "stopped before anything was asked for"
    assert "what was asked for was stopped in the middle" in watch.farewell()


def test_a_silent_app_ends_the_command(
    functions: Functions, api: RestoresApi, ground: Ground
) -> None:
    restore_id = api.start(APPLY_ALL).restore_id
    functions.bound.restore_rows.forget(restore_id)
    teller = a_teller(ground)

    with pytest.raises(NoAnswerError, match="nothing was heard"):
        teller.watch.until_ended(api, restore_id)

    assert sum(teller.slept) > watching.PATIENCE_SECONDS
