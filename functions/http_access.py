"""TRIGGERS: what the platform asks of callers before a function sees them."""

import azure.functions as func

from shared.wiring import callers_sign_in


def level() -> func.AuthLevel:
    """Nothing, where Entra sign-in stands in front of the app; else a function key."""
    return func.AuthLevel.ANONYMOUS if callers_sign_in() else func.AuthLevel.FUNCTION
