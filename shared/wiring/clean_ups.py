"""WIRING: the clean-up of the app's own state, and what it is going to remove."""

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.services.clean_up import CleanUp
from shared.services.plan_clean_up import PlanCleanUp
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.connections import Connections


def plan_of(settings: Settings, outside: "Connections") -> PlanCleanUp:
    """What the next clean-up removes."""
    return PlanCleanUp(
        store=outside.store,
        index=outside.index,
        restores=outside.restores,
        place=outside.restore_place,
        blobs=outside.blobs,
        poison=outside.poison,
        clock=outside.clock,
        retention=timedelta(days=settings.retention_days),
    )


def clean_up_of(settings: Settings, outside: "Connections") -> CleanUp:
    """W6."""
    return CleanUp(
        plan=plan_of(settings, outside),
        store=outside.store,
        index=outside.index,
        restores=outside.restores,
        blobs=outside.blobs,
        poison=outside.poison,
        clock=outside.clock,
        events=outside.events,
    )
