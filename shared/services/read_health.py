"""USE CASE: how the backups stand, for the health endpoint and the heartbeat."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.health import Standing
from shared.domain.runs import Run
from shared.domain.state_changes import heartbeat
from shared.errors import AlreadyExists, UnknownVersion
from shared.ports import Blobs, Clock, Events, RunIndex, RunStore

ALIVE_SINCE = "alive-since"
"""The blob that says when the app was first seen working."""

LOOK_BACK = 40
"""Newest runs that are looked at: five whole ones are among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHealth:
    """Reads the newest runs; writes nothing but, once, when it first did so."""

    store: RunStore
    index: RunIndex
    blobs: Blobs
    clock: Clock
    max_age: timedelta
    paused: bool

    def __call__(self) -> Standing:
        """What is to be judged; runs of a newer version of this code are left out."""
        return Standing(
            runs=tuple(self._newest()),
            now=self.clock.now(),
            alive_since=self._alive_since(),
            max_age=self.max_age,
            paused=self.paused,
        )

    def _newest(self) -> Iterator[Run]:
        for run_id in self.index.newest(LOOK_BACK).run_ids:
            try:
                stored = self.store.run(run_id)
            except UnknownVersion:
                continue
            if stored is not None:
                yield stored.row

    def _alive_since(self) -> datetime:
        known = self.blobs.get(ALIVE_SINCE)
        if known is None:
            now = self.clock.now().isoformat().encode("ascii")
            with suppress(AlreadyExists):
                self.blobs.create(ALIVE_SINCE, now)
            known = self.blobs.get(ALIVE_SINCE) or now
        return datetime.fromisoformat(known.decode("ascii"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Says that the app is there, and how the runs went that telemetry has forgotten.

    Documented: an alert's query sees two days at most. Five nights are more than that.
    """

    read: ReadHealth
    events: Events

    def __call__(self) -> None:
        """Say it."""
        self.events.emit(heartbeat(self.read()))
