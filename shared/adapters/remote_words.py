"""OUTSIDE: what a remote says, made fit for our errors; knows no remote's API."""

import math
import re

LONGEST_WAIT = 300.0
"""Seconds; a Retry-After from outside cannot make anybody wait longer."""

_SECRETS = re.compile(
    r"(?i)\b(?:dapi[0-9a-f]{8,}[\w-]*|eyJ[\w-]{8,}\.[\w.-]+"
    r"|(?:bearer|basic)\s+[\w.~+/=-]{16,}|sig=[\w%+/=-]+)"
)


def sentence(text: str, limit: int = 300) -> str:
    """The remote's words on one line, at most `limit` characters, without secrets."""
    line = _SECRETS.sub("***", " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def wait_of(retry_after: str | None) -> float | None:
    """The seconds a Retry-After header asks for, bounded; None where it says none.

    The form with a date is not read: neither remote sends it.
    """
    try:
        seconds = float(retry_after or "")
    except ValueError:
        return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT)
