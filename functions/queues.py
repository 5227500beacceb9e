"""TRIGGERS: the messages of runs, shards and restores; knows no remote system."""

import azure.functions as func

from functions.surprises import log_unexpected, without_words
from shared.domain.messages import PlanMessage, RestoreMessage, ShardMessage, decode
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call] # the package has no types

STORAGE = "AzureWebJobsStorage"


@bp.function_name("advance_run")
@bp.queue_trigger("message", "backup-plans", STORAGE)
def advance_run(message: func.QueueMessage) -> None:
    """Plan a run, or finish it: one queue, one function, the run's row decides."""
    with without_words("advancing a run"):
        wanted = decode(message.get_body())
        if isinstance(wanted, PlanMessage):
            app().advance_run()(wanted.run_id)


@bp.function_name("back_up_shard")
@bp.queue_trigger("message", "backup-shards", STORAGE)
def back_up_shard(message: func.QueueMessage) -> None:
    """Work on one shard of a run."""
    with without_words("working on a shard"):
        wanted = decode(message.get_body())
        if isinstance(wanted, ShardMessage):
            app().back_up_shard()(wanted.run_id, wanted.shard)


@bp.function_name("bury_plan")
@bp.queue_trigger("message", "backup-plans-poison", STORAGE)
def bury_plan(message: func.QueueMessage) -> None:
    """A plan's message failed too often. Never raises: there is no further queue."""
    try:
        wanted = decode(message.get_body())
        if isinstance(wanted, PlanMessage):
            app().bury_plan(wanted.run_id)
    except Exception as error:  # noqa: BLE001 - the outermost edge of a trigger
        log_unexpected(error, "burying a plan")


@bp.function_name("bury_shard")
@bp.queue_trigger("message", "backup-shards-poison", STORAGE)
def bury_shard(message: func.QueueMessage) -> None:
    """A shard's message failed too often. Never raises: there is no further queue."""
    try:
        wanted = decode(message.get_body())
        if isinstance(wanted, ShardMessage):
            app().bury_shard(wanted.run_id, wanted.shard)
    except Exception as error:  # noqa: BLE001 - the outermost edge of a trigger
        log_unexpected(error, "burying a shard")


@bp.function_name("advance_restore")
@bp.queue_trigger("message", "restore-shards", STORAGE)
def advance_restore(message: func.QueueMessage) -> None:
    """Go on with a restore: its row knows which shard is next."""
    with without_words("working on a restore"):
        wanted = decode(message.get_body())
        if isinstance(wanted, RestoreMessage):
            app().restores.advance(wanted.restore_id)


@bp.function_name("bury_restore")
@bp.queue_trigger("message", "restore-shards-poison", STORAGE)
def bury_restore(message: func.QueueMessage) -> None:
    """A restore's message failed too often. Never raises: there is no further queue."""
    try:
        wanted = decode(message.get_body())
        if isinstance(wanted, RestoreMessage):
            app().restores.bury(wanted.restore_id)
    except Exception as error:  # noqa: BLE001 - the outermost edge of a trigger
        log_unexpected(error, "burying a restore")
