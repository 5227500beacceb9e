"""WIRING: setting a deployment up; imports no SDK before somebody asks for it."""

import secrets
from typing import TYPE_CHECKING

from shared.setting_errors import examine_settings

if TYPE_CHECKING:
    from shared.services.make_git_folder import WantedGitFolder
    from shared.services.set_up import SetUp

SECONDS = 25.0
"""Of all checks, and of each step. A request has 230 (documented: Azure Functions)."""


def set_up(git_folder: "WantedGitFolder | None") -> "SetUp":
    """By settings read anew: also where `app` cannot be had."""
    from shared.wiring.git_folders import with_git_folder  # noqa: PLC0415 - as below
    from shared.wiring.setup_steps import set_up_of  # noqa: PLC0415 - it takes seconds

    examined = examine_settings()
    usual = set_up_of(examined, SECONDS, secrets.token_hex(4))
    return with_git_folder(usual, examined, git_folder) if git_folder else usual
