"""The whole app in memory: runs worked off message by message, with crashes on demand.

Messages come in order, shuffled, or twice; delays pass on the fake clock. After a crash
the message comes back; where none is left, the clock moves on and the sweep runs.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from shared.domain.messages import Message
from shared.domain.restore_outcomes import Action, RestoreOutcome
from shared.domain.restores import Restore
from shared.domain.runs import Run, Shard
from shared.errors import Transient
from shared.ports import Stored
from shared.services.open_restore import OpenedRestore, WantedRestore
from shared.services.open_run import Opened, Wanted
from tests.crashes import Calls, Crash, CrashPoint, Happenings, Process
from tests.use_cases import Invocation, UseCases

HIDDEN = 600.0
"""Seconds until the platform gives out a message again whose process died."""

BETWEEN_SWEEPS = 780.0
BEFORE_A_RUN = 3_600.0
MAX_STEPS = 2_000

type Sent = tuple[float, int, Message]  # when to deliver it, its number, what it says


def never(_: Message) -> bool:
    """No message is lost, unless a test says so."""
    return False


@dataclass(kw_only=True)
class BackupApp(UseCases):
    """The use cases, and the platform that calls them.

    `crash` is where the next process dies; `calls` are all calls of ports, so that
    `crash_points(calls.log)` are all places where one could. At such places
    `happenings` do anything else: a call fails, somebody changes something, a twin
    works meanwhile. `looks` are ports for the test's own eyes, where the app's are in
    trouble.
    """

    twice: bool = False
    shuffled: random.Random | None = None
    loses: Callable[[Message], bool] = never
    crash: CrashPoint | None = None
    happenings: Happenings = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    pending: list[Sent] = field(default_factory=list)
    looks: Mapping[str, Any] = field(default_factory=dict)

    def run(self, **wanted: Any) -> Run:
        """Open a run an hour later, work everything off, and give the run's row."""
        self.clock.advance(BEFORE_A_RUN)
        run_id = self.begin(**wanted)
        self.pump()
        return self.row(run_id)

    def begin(self, **wanted: Any) -> str:
        """The id of the run that was opened; the timer plans it at once.

        Who got no answer looks whether there is a run, and asks again if not.
        """
        before = {*self.run_ids}
        try:
            opened = self.invoke(Wanted(**{"trigger": "http", **wanted}))
        except (Crash, Transient):
            self.repair()
        else:
            assert isinstance(opened, Opened)
            return opened.request.run_id
        begun = [r for r in self.run_ids if r not in before]
        return begun[0] if begun else self.begin(**wanted)

    def open(self, **wanted: Any) -> Opened:
        """The answer to a wish to start a run."""
        return self.open_run(self.process())(Wanted(**{"trigger": "http", **wanted}))

    def pump(self) -> None:
        """Deliver until no message is left, and repair until no run is open."""
        for _ in range(MAX_STEPS):
            self.receive()
            if self.pending:
                self.step()
            elif self.unfinished:
                self.repair()
            else:
                return
        raise AssertionError("the runs do not come to an end")

    def step(self) -> Message:
        """Deliver one of the messages that are due, the next one if none is yet."""
        self.receive()
        now = max(self.clock.monotonic(), self.pending[0][0])
        self.clock.advance(now - self.clock.monotonic())
        due = [sent for sent in self.pending if sent[0] <= now]
        chosen = self.shuffled.choice(due) if self.shuffled else due[0]
        self.pending.remove(chosen)
        self.deliver(chosen[2])
        return chosen[2]

    def receive(self) -> None:
        """Take over what was sent; a second copy of each where all come twice."""
        while sent := self.queue.take():
            message, delay = sent
            if self.loses(message):
                continue
            has_copy = any(message == other for _, _, other in self.pending)
            for _ in range(2 if self.twice and not has_copy else 1):
                self._give_out(message, delay)

    def deliver(self, message: Message) -> None:
        """One invocation; where it dies or fails, the message comes back later."""
        try:
            self.invoke(message)
        except (Crash, Transient):
            self._give_out(message, HIDDEN)

    def repair(self) -> None:
        """Let the time between two sweeps pass, then sweep."""
        self.clock.advance(BETWEEN_SWEEPS)
        with suppress(Crash, Transient):
            self.invoke("sweep")

    def invoke(self, invocation: Invocation) -> Opened | OpenedRestore | None:
        """One invocation, in a process of its own that may die."""
        process = self.process()
        try:
            return self.perform(process, invocation)
        finally:
            self.crash = None if process.dead else self.crash

    def restore(self, *paths: str, **wanted: Any) -> Restore:
        """Open a restore an hour later, work everything off, and give its row."""
        self.clock.advance(BEFORE_A_RUN)
        restore_id = self.begin_restore(*paths, **wanted)
        self.pump()
        return self.restore_row(restore_id)

    def begin_restore(self, *paths: str, **wanted: Any) -> str:
        """The id of the restore that was opened, by who asks until there is one."""
        before = {*self.restore_ids}
        try:
            opened = self.invoke(WantedRestore(paths=paths, **wanted))
        except (Crash, Transient):
            self.repair()
        else:
            assert isinstance(opened, OpenedRestore)
            return opened.restore.id
        begun = [r for r in self.restore_ids if r not in before]
        return begun[0] if begun else self.begin_restore(*paths, **wanted)

    def outcomes(self, restore: Restore) -> tuple[RestoreOutcome, ...]:
        """All outcomes of the restore."""
        actions = frozenset(Action)
        read = self.restoring().read()
        details = read.details(restore.id, limit=10_000, actions=actions)
        return details.outcomes.items

    @property
    def restore_ids(self) -> list[str]:
        """All restores, newest first."""
        return [r.id for r in self._look("restores").newest(100).restores]

    def restore_row(self, restore_id: str) -> Restore:
        """The restore's row."""
        stored: Stored[Restore] | None = self._look("restores").get(restore_id)
        assert stored is not None, f"there is no {restore_id}"
        return stored.row

    @property
    def unfinished(self) -> bool:
        """Whether a run or a restore is open, holds its place, or waits for it."""
        rows = [
            stored.row for r in self.run_ids if (stored := self._look("store").run(r))
        ]
        restores = [self.restore_row(r) for r in self.restore_ids]
        is_open = any(row.status.open for row in [*rows, *restores])
        is_open = is_open or self._look("place").holder() is not None
        index = self._look("index")
        return is_open or bool(index.active() or index.waiting())

    @property
    def run_ids(self) -> list[str]:
        """All runs, newest first."""
        return [*self._look("index").newest(100).run_ids]

    def row(self, run_id: str) -> Run:
        """The run's row."""
        stored: Stored[Run] | None = self._look("store").run(run_id)
        assert stored is not None, f"there is no run {run_id}"
        return stored.row

    def shards(self, run: Run) -> list[Shard]:
        """The rows of the run's shards."""
        return [stored.row for stored in self._look("store").shards(run.id)]

    def _look(self, port: str) -> Any:
        return self.looks.get(port, getattr(self, port))

    def process(self) -> Process:
        """A process that dies where `crash` says."""
        return Process(
            self.calls, self.crash, spend=self.spend, happenings=self.happenings
        )

    def _give_out(self, message: Message, delay: float) -> None:
        at = self.clock.monotonic() + delay
        self.pending.append((at, next(self._numbers), message))
        self.pending.sort(key=lambda sent: sent[:2])
