"""LOCAL, restore: one restore or report from the command line to its outcome.

Errors are told in a sentence.
"""

import signal
import time
from collections.abc import Callable, Iterable
from typing import NoReturn

from rich.console import Console

from local.backup.options import Options
from local.backup.places import Ground, OtherStackError, ground
from local.backup.runs import RefusedError
from local.backup.web import NoAnswerError, Web
from local.children import ChildError
from local.console import plain_console
from local.occupancy import OccupiedError
from local.restore.options import WantedRestore
from local.restore.outcome import drift_of, outcome, report
from local.restore.restores import Restore, RestoresApi
from local.restore.screen import Lines, LiveScreen, Screen

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 60.0
STILL_SECONDS = 30.0
INTERRUPTED = 130

_TOLD = (
    ChildError,
    NoAnswerError,
    OccupiedError,
    OtherStackError,
    RefusedError,
    TimeoutError,
)


def restore(wanted: WantedRestore) -> int:
    """Plan or apply; 0 where nothing of it is blocked, failed or different."""

    def work(watch: "Watch", api: RestoresApi) -> int:
        ended = watch.until_ended(api, api.start(wanted))
        watch.say("")
        watch.tell(outcome(ended, wanted.stack))
        counts = ended.counts
        blocked = counts["blocked"] + counts["folders_blocked"]
        well = ended.status == "complete" or (ended.status == "planned" and not blocked)
        return 0 if well else 1

    return _command("restore", wanted.stack, work)


def drift(options: Options) -> int:
    """Report how workspace and backup differ; 0 where they do not."""

    def work(watch: "Watch", api: RestoresApi) -> int:
        ended = watch.until_ended(api, api.start_report())
        watch.say("")
        if ended.status != "planned":
            raise RefusedError(ended.error or f"the report is {ended.status}")
        watch.tell(report(ended))
        return 1 if drift_of(ended) else 0

    return _command("drift", options, work)


class Watch:
    """Watches a restore on some ground, and tells a person."""

    def __init__(self, console: Console, found: Ground) -> None:
        self._console = console
        self._found = found
        self.following = ""

    def say(self, line: str) -> None:
        """One line."""
        self._console.print(line, markup=False)

    def tell(self, lines: Iterable[str]) -> None:
        """Some lines."""
        for line in lines:
            self.say(line)

    def until_ended(self, api: RestoresApi, restore_id: str) -> Restore:
        """Show the restore until it has ended; then it is read with its outcomes."""
        self.say(restore_id)
        self.following = restore_id
        heard = moved = time.monotonic()
        before: tuple[object, ...] = ()
        with self._screen() as screen:
            while True:
                self._found.check()
                seen = _look(api, restore_id)
                now = time.monotonic()
                if seen is not None:
                    heard = now
                    place = (seen.stage, seen.done, seen.status)
                    moved, before = (moved if place == before else now), place
                    screen.show(seen)
                    if not seen.open:
                        break
                if now - heard > PATIENCE_SECONDS:
                    raise NoAnswerError("nothing was heard of the restore for a minute")
                if now - moved > STILL_SECONDS:
                    api.wake()
                    moved = now
                time.sleep(LOOK_SECONDS)
        self.following = ""
        return api.read(restore_id)

    def _screen(self) -> Screen:
        if self._console.is_terminal:
            return LiveScreen(self._console)
        return Lines(self.say, time.monotonic)


def _look(api: RestoresApi, restore_id: str) -> Restore | None:
    try:
        return api.look(restore_id)
    except (NoAnswerError, RefusedError):
        return None


def _command(
    name: str, options: Options, work: Callable[[Watch, RestoresApi], int]
) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    console = plain_console()

    def say(line: str) -> None:
        console.print(line, markup=False)

    if options.ignored:
        say(f"ignored from the environment: {', '.join(options.ignored)}")
    watch: Watch | None = None
    try:
        with ground(options, say) as found:
            watch = Watch(console, found)
            key = {"x-functions-key": found.endpoints.functions_key}
            with Web(found.endpoints.functions, key) as web:
                return work(watch, RestoresApi(web))
    except KeyboardInterrupt:
        say(_farewell(watch))
        return INTERRUPTED
    except _TOLD as error:
        say(f"{name}: {error}")
        return 1
    finally:
        # A second Ctrl-C must not leave half a stack behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


def _farewell(watch: Watch | None) -> str:
    if watch is None or not watch.following:
        return "stopped"
    return (
        f"{watch.following} was left in the middle; what was written is written, and it"
        " goes on as soon as the stack runs again (make up)"
    )


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
