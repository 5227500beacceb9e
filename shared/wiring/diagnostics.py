"""WIRING: a look at the deployment; imports no SDK before one is asked for."""

from shared.domain.diagnostics import Diagnosis
from shared.setting_errors import examine_settings

SECONDS = 25.0
"""In all; an HTTP request has 230 (documented: Azure Functions, HTTP trigger)."""


def diagnose() -> Diagnosis:
    """Look at everything, by settings read anew: also where `app` cannot be had."""
    from shared.wiring.checks import checks_of  # noqa: PLC0415 - it takes seconds

    return checks_of(examine_settings(), SECONDS)()
