"""SETTINGS: all that is wrong with the settings at once, and what can be used of them.

`read_settings` stops at the first; who wants to know what to do wants to know it all.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import SettingError
from shared.settings import Settings, read_settings

_MOST = 100


@dataclass(frozen=True, slots=True)
class Examined:
    """The settings, each that cannot be used replaced by its example or its default.

    What is built of it must not be used where `check` raises.
    """

    settings: Settings
    errors: tuple[SettingError, ...]

    def check(self, *prefixes: str) -> None:
        """Raise the first error in a setting whose name begins so."""
        for error in self.errors:
            if error.setting.startswith(prefixes):
                raise error


def examine_settings(environ: Mapping[str, str] | None = None) -> Examined:
    """Every setting of the environment, usable or not."""
    usable = dict(os.environ if environ is None else environ)
    errors: dict[str, SettingError] = {}
    for _ in range(_MOST):
        try:
            return Examined(read_settings(usable), tuple(errors.values()))
        except SettingError as error:
            if error.setting in errors:
                # Its example is none that a secret could have.
                usable.pop(error.setting, None)
            else:
                usable[error.setting] = error.example
                errors[error.setting] = error
    raise errors.popitem()[1]
