"""TRIGGERS: what the clock starts; knows no remote system."""

import azure.functions as func

from shared.services.open_run import TIMER, Opening, Wanted
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call] # the package has no types


@bp.function_name("backup_schedule")
@bp.timer_trigger("timer", schedule="%BACKUP_SCHEDULE%")
def backup_schedule(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform's
    """Open tonight's run and plan it, as far as five minutes allow."""
    bound = app()
    if bound.settings.paused:
        bound.open_run.skip("BACKUP_PAUSED is set")
        return
    opened = bound.open_run(Wanted(trigger=TIMER))
    if opened.opening is Opening.STARTED:
        bound.advance_run()(opened.request.run_id)


@bp.function_name("audit_schedule")
@bp.timer_trigger("timer", schedule="%AUDIT_SCHEDULE%")
def audit_schedule(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform's
    """Open tonight's audit; a message plans it."""
    bound = app()
    if bound.settings.paused:
        bound.open_run.skip("BACKUP_PAUSED is set")
    else:
        bound.start_audit()


@bp.function_name("sweep")
@bp.timer_trigger("timer", schedule="0 */10 * * * *")
def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform's
    """Repair what a crash left behind."""
    app().sweep()
