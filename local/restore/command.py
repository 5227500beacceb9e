"""LOCAL, restore: one restore or report from the command line to its outcome.

Errors are told in a sentence.
"""

from collections.abc import Callable

from client.answers import RefusedError
from client.console import plain_console
from client.restores.api import Restore, RestoresApi
from client.restores.in_the_way import OtherRestoreError
from client.restores.outcome import drift_of, outcome, report
from client.restores.watch import Watch
from local.asking import web_of
from local.backup.options import Options
from local.backup.places import app_of, ground
from local.interruption import hear_no_more
from local.restore.make_line import MakeLines
from local.restore.options import WantedRestore
from local.telling import say_ignored, saying, told


def restore(wanted: WantedRestore) -> int:
    """Plan, apply or cancel; 0 where nothing is blocked, failed or different."""
    lines = MakeLines(wanted.stack)

    def work(watch: Watch, api: RestoresApi) -> int:
        if wanted.cancel:
            restore_id = watch.cancelled(api, wanted.cancel)
        else:
            restore_id = watch.begun(api, wanted.restore, lines)
        ended = watch.until_ended(api, restore_id)
        watch.say("")
        watch.tell(outcome(ended, lines))
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
    console = plain_console()
    say = saying(console)
    watch: Watch | None = None

    def on_a_stack() -> int:
        nonlocal watch
        say_ignored(options, say)
        with ground(options, say) as found:
            try:
                with web_of(found.endpoints) as web:
                    watch = Watch(console, app_of(found, web, "sweep_restores"))
                    return work(watch, RestoresApi(web))
            except KeyboardInterrupt:
                if found.own:
                    say("stopping")
                raise
            finally:
                hear_no_more()

    def farewell() -> str:
        return watch.farewell() if watch else "stopped before anything was asked for"

    return told(name, on_a_stack, say, farewell, (OtherRestoreError,))
