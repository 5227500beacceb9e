"""LOCAL, backup: watches a run until it has ended; knows no screen's looks."""

from collections.abc import Callable
from dataclasses import dataclass

from local.backup.progress import Screen
from local.backup.runs import RefusedError, Run, RunsApi
from local.backup.web import NoAnswerError

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 60.0
STILL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Watch:
    """How to watch: `check` raises when the ground gave way."""

    check: Callable[[], None]
    sleep: Callable[[float], None]
    clock: Callable[[], float]

    def until_ended(self, api: RunsApi, run_id: str, screen: Screen) -> Run:
        """Show the run until it has ended; then it is read with its lists.

        What does not answer is asked again for a minute: `NoAnswerError`. Where
        nothing moves the app is told to look for work that a crash left behind,
        which its own timer does only every ten minutes.
        """
        heard = moved = self.clock()
        before: Run | None = None
        while True:
            self.check()
            seen = _look(api, run_id)
            now = self.clock()
            if seen is not None:
                heard = now
                moved = now if before is None or _moved(before, seen) else moved
                before = seen
                screen.show(seen)
                if not seen.open:
                    return api.read(run_id)
            if now - heard > PATIENCE_SECONDS:
                raise NoAnswerError(f"nothing was heard of run {run_id} for a minute")
            if seen is not None and now - moved > STILL_SECONDS:
                api.wake()
                moved = now
            self.sleep(LOOK_SECONDS)


def _look(api: RunsApi, run_id: str) -> Run | None:
    try:
        return api.look(run_id)
    except (NoAnswerError, RefusedError):
        return None


def _moved(before: Run, after: Run) -> bool:
    return work_of(before) != work_of(after)


def work_of(run: Run) -> tuple[object, ...]:
    """What of a run changes only when somebody works on it."""
    return (run.status, run.planning, run.shards_done, run.shards, run.done, run.calls)
