"""LOCAL, restore: one restore or report from the command line to its outcome.

Errors are told in a sentence.
"""

from collections.abc import Callable

from local.backup.options import Options
from local.backup.places import OtherStackError, ground
from local.backup.runs import RefusedError
from local.backup.web import NoAnswerError, Web
from local.children import ChildError
from local.console import plain_console
from local.interruption import hear_no_more, hear_once
from local.occupancy import OccupiedError
from local.restore.in_the_way import OtherRestoreError
from local.restore.options import WantedRestore
from local.restore.outcome import drift_of, outcome, report
from local.restore.restores import Restore, RestoresApi
from local.restore.watch import Watch

INTERRUPTED = 130

_TOLD = (
    ChildError,
    NoAnswerError,
    OccupiedError,
    OtherRestoreError,
    OtherStackError,
    RefusedError,
    TimeoutError,
)


def restore(wanted: WantedRestore) -> int:
    """Plan, apply or cancel; 0 where nothing is blocked, failed or different."""

    def work(watch: Watch, api: RestoresApi) -> int:
        if wanted.cancel:
            restore_id = watch.cancelled(api, wanted.cancel)
        else:
            restore_id = watch.begun(api, wanted)
        ended = watch.until_ended(api, restore_id)
        watch.say("")
        watch.tell(outcome(ended, wanted.stack))
        return 0 if _well(ended, wanted) else 1

    return _command("restore", wanted.stack, work)


def drift(options: Options) -> int:
    """Report how workspace and backup differ; 0 where they do not."""

    def work(watch: Watch, api: RestoresApi) -> int:
        ended = watch.until_ended(api, watch.begun_report(api))
        watch.say("")
        if ended.status != "planned":
            raise RefusedError(ended.error or f"the report is {ended.status}")
        watch.tell(report(ended))
        return 1 if drift_of(ended) else 0

    return _command("drift", options, work)


def _well(ended: Restore, wanted: WantedRestore) -> bool:
    if wanted.cancel:
        return ended.status == "cancelled"
    blocked = ended.counts["blocked"] + ended.counts["folders_blocked"]
    return ended.status == "complete" or (ended.status == "planned" and not blocked)


def _command(
    name: str, options: Options, work: Callable[[Watch, RestoresApi], int]
) -> int:
    hear_once()
    console = plain_console()

    def say(line: str) -> None:
        console.print(line, markup=False)

    if options.ignored:
        say(f"ignored from the environment: {', '.join(options.ignored)}")
    watch: Watch | None = None
    try:
        with ground(options, say) as found:
            try:
                watch = Watch(console, found)
                key = {"x-functions-key": found.endpoints.functions_key}
                with Web(found.endpoints.functions, key) as web:
                    return work(watch, RestoresApi(web))
            except KeyboardInterrupt:
                if found.own:
                    say("stopping")
                raise
            finally:
                hear_no_more()
    except KeyboardInterrupt:
        say(watch.farewell() if watch else "stopped before anything was asked for")
        return INTERRUPTED
    except _TOLD as error:
        say(f"{name}: {error}")
        return 1
