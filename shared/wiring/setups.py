"""WIRING: setting a deployment up; imports no SDK before somebody asks for it."""

import secrets
from typing import TYPE_CHECKING

from shared.setting_errors import examine_settings

if TYPE_CHECKING:
    from shared.services.set_up import SetUp

SECONDS = 25.0
"""Of all checks, and of each step. A request has 230 (documented: Azure Functions)."""


def set_up() -> "SetUp":
    """By settings read anew: also where `app` cannot be had."""
    from shared.wiring.setup_steps import set_up_of  # noqa: PLC0415 - it takes seconds

    return set_up_of(examine_settings(), SECONDS, secrets.token_hex(4))
