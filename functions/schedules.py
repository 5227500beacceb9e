"""TRIGGERS: what the clock starts; knows no remote system."""

import azure.functions as func

from functions.surprises import without_words
from shared.services.open_run import TIMER, Opening, Wanted
from shared.wiring import app

PAUSED = "BACKUP_PAUSED is set"

bp = func.Blueprint()  # type: ignore[no-untyped-call] # the package has no types


@bp.function_name("backup_schedule")
@bp.timer_trigger("timer", schedule="%BACKUP_SCHEDULE%")
def backup_schedule(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform's
    """Open tonight's run and plan it, as far as five minutes allow."""
    with without_words("starting a backup"):
        bound = app()
        if bound.settings.paused:
            bound.open_run.skip(PAUSED)
            return
        opened = bound.open_run(Wanted(trigger=TIMER))
        if opened.opening is Opening.STARTED:
            bound.advance_run()(opened.request.run_id)


@bp.function_name("audit_schedule")
@bp.timer_trigger("timer", schedule="%AUDIT_SCHEDULE%")
def audit_schedule(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform's
    """Open tonight's audit; a message plans it."""
    with without_words("starting an audit"):
        bound = app()
        if bound.settings.paused:
            bound.open_run.skip(PAUSED)
        else:
            bound.start_audit()


@bp.function_name("sweep")
@bp.timer_trigger("timer", schedule="0 */10 * * * *")
def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform's
    """Repair what a crash left behind."""
    with without_words("sweeping"):
        app().sweep()
        app().heartbeat()


@bp.function_name("sweep_restores")
@bp.timer_trigger("timer", schedule="30 */10 * * * *")
def sweep_restores(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform's
    """Repair what a crash left behind of restores."""
    with without_words("sweeping restores"):
        app().restores.sweep()
