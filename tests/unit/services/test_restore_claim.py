"""A claim on a restore: kept while it is ours, lost without another effect."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.restores import Restore, RestoreStatus, RestoreStop
from shared.errors import Conflict, NotFound
from shared.ports import Stored, Write
from shared.services.restore_claim import (
    LEASE,
    RENEW_AFTER,
    RestoreClaim,
    RestoreLostError,
    RestoreStoppedError,
    change_restore,
    read_restore,
)
from tests.fakes.restores import FakeRestoreStore
from tests.fakes.storage import FakeClock
from tests.run_builders import a_restore

WHOLE_MINUTES = 60.0


class Contended(FakeRestoreStore):
    """Somebody else writes the row right before us, so many times."""

    def __init__(self) -> None:
        super().__init__()
        self.meddle: Callable[[Restore], Restore] | None = None
        self.times = 0

    def write(self, write: Write[Restore]) -> str:
        if self.times and self.meddle:
            self.times -= 1
            row, etag = self.rows[write.row.id]
            super().write(Write(self.meddle(row), etag))
        return super().write(write)


class Scene:
    """A restore in its store, and a claim on it."""

    def __init__(self) -> None:
        self.store, self.clock = Contended(), FakeClock()
        self.id = a_restore().id
        self.calls: dict[str, int] = {}
        deadline = self.clock.now() + timedelta(hours=1)
        self.store.write(Write(replace(a_restore(), deadline=deadline, calls={})))
        self.claim = self.claimed("me")

    def claimed(
        self, owner: str, stored: Stored[Restore] | None = None
    ) -> RestoreClaim:
        stored = stored or read_restore(self.store, self.id)
        return RestoreClaim(
            self.store, self.clock, owner, stored, lambda: dict(self.calls)
        )

    @property
    def row(self) -> Restore:
        return read_restore(self.store, self.id).row

    def meddle(self, times: int = 1, **facts: object) -> None:
        """Somebody writes this right before the next writes."""
        self.store.times = times
        self.store.meddle = lambda row: replace(row, **facts)  # type: ignore[arg-type]

    def change(self, **facts: object) -> None:
        """Somebody writes this now."""
        change_restore(self.store, self.id, lambda row: replace(row, **facts))  # type: ignore[arg-type]


type Use = Callable[[RestoreClaim], object]
USES: list[Use] = [
    lambda claim: claim.confirm(),
    lambda claim: claim.save(lambda row: replace(row, position=7)),
    lambda claim: claim.release(),
    lambda claim: claim.close(RestoreStatus.COMPLETE),
]


def test_a_claim_is_ours_for_a_lease_and_stuck_until_something_is_saved() -> None:
    scene = Scene()
    claimed = scene.row

    scene.claim.save(lambda row: replace(row, position=1))

    now = scene.clock.now()
    assert (claimed.owner, claimed.lease_until) == ("me", now + LEASE)
    assert (claimed.stuck, claimed.touched_at) == (1, now)
    assert (scene.row.stuck, scene.row.position) == (0, 1)
    assert scene.claim.advanced


def test_who_read_the_same_row_later_claims_nothing() -> None:
    scene = Scene()
    scene.claim.release()
    seen = read_restore(scene.store, scene.id)
    scene.claimed("me", seen)

    with pytest.raises(Conflict):
        scene.claimed("somebody", seen)

    assert scene.row.owner == "me"


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    "facts",
    [{"owner": "somebody"}, {"owner": ""}, {"status": RestoreStatus.FAILED}],
    ids=["taken", "released", "ended"],
)
@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_claim_that_was_lost_writes_nothing_more(
    use: Use,
    facts: dict[str, object],
    *,
    meanwhile: bool,
) -> None:
    scene = Scene()
    if meanwhile:
        scene.meddle(**facts)  # type: ignore[arg-type]
    else:
        scene.change(**facts)
    expected = replace(scene.row, **facts)  # type: ignore[arg-type]

    with pytest.raises(RestoreLostError):
        use(scene.claim)

    assert scene.row == expected


@pytest.mark.parametrize(
    ("seconds", "renewed"),
    [(0.0, False), (RENEW_AFTER.total_seconds(), False), (31.0, True)],
)
def test_a_claim_is_renewed_once_half_a_minute_has_passed(
    seconds: float,
    renewed: bool,  # noqa: FBT001
) -> None:
    scene = Scene()
    scene.clock.advance(seconds)
    before = scene.row

    scene.claim.renew()

    assert (scene.row != before) == renewed
    kept = scene.clock.now() if renewed else before.touched_at
    assert kept is not None
    assert scene.row.lease_until == kept + LEASE


def test_a_renewal_saves_nothing_and_does_not_hide_that_we_are_stuck() -> None:
    scene = Scene()
    scene.clock.advance(WHOLE_MINUTES)

    scene.claim.renew()

    assert scene.row.stuck == 1
    assert not scene.claim.advanced


def test_what_was_cancelled_while_it_is_claimed_stops_at_the_next_look() -> None:
    scene = Scene()
    scene.claim.confirm()
    scene.change(stop=RestoreStop.CANCELLED)
    scene.claim.save(lambda row: replace(row, position=3))

    with pytest.raises(RestoreStoppedError):
        scene.claim.confirm()

    assert (scene.row.stop, scene.row.position) == (RestoreStop.CANCELLED, 3)
    assert scene.row.owner == "me"


def test_a_cancel_in_between_is_not_written_over() -> None:
    scene = Scene()
    scene.meddle(stop=RestoreStop.CANCELLED)

    scene.claim.save(lambda row: replace(row, position=3))

    assert (scene.row.stop, scene.row.position) == (RestoreStop.CANCELLED, 3)


def test_a_deadline_that_has_passed_stops_it_and_is_told() -> None:
    scene = Scene()
    scene.clock.advance(60 * WHOLE_MINUTES)
    scene.claim.confirm()
    scene.clock.advance(1)

    with pytest.raises(RestoreStoppedError):
        scene.claim.confirm()

    assert scene.row.stop is RestoreStop.DEADLINE
    assert "deadline" in scene.row.error


def test_calls_are_counted_once_whatever_else_happens_to_the_row() -> None:
    scene = Scene()
    scene.calls = {"databricks.import": 2}
    scene.claim.renew()
    scene.claim.confirm()
    scene.calls = {"databricks.import": 5, "databricks.list": 1}
    scene.meddle(times=3, stop=RestoreStop.CANCELLED)

    scene.claim.save(lambda row: row)
    scene.claim.close(RestoreStatus.CANCELLED)

    assert scene.row.calls == {"databricks.import": 5, "databricks.list": 1}


def test_what_is_closed_is_nobodys_and_keeps_its_first_error() -> None:
    scene = Scene()
    scene.change(error="the first")

    closed = scene.claim.close(RestoreStatus.FAILED, "the second")

    assert closed == scene.row
    assert (closed.status, closed.error) == (RestoreStatus.FAILED, "the first")
    assert (closed.owner, closed.lease_until) == ("", None)
    assert closed.finished_at == scene.clock.now()


def test_a_row_that_others_write_all_the_time_is_left_for_later() -> None:
    scene = Scene()
    scene.meddle(times=10**6)

    with pytest.raises(Conflict) as raised:
        scene.claim.save(lambda row: replace(row, position=3))

    assert not isinstance(raised.value, RestoreLostError)
    assert scene.row.position == 0


def test_a_restore_that_is_gone_is_not_found() -> None:
    scene = Scene()
    scene.store.forget(scene.id)

    with pytest.raises(NotFound):
        scene.claim.confirm()


def test_a_change_of_nothing_writes_nothing() -> None:
    scene = Scene()
    before = read_restore(scene.store, scene.id)

    change_restore(scene.store, scene.id, lambda row: row)

    assert read_restore(scene.store, scene.id) == before
