"""TRIGGERS: what a look at one thing came to, as callers get it."""

from functions.json_answers import Json
from shared.domain.diagnostics import Result


def check_answer(result: Result) -> Json:
    """How it stands, what that means, and what to do."""
    return {
        "name": result.name,
        "status": result.verdict.value,
        "means": result.means,
        "do": result.do,
        "facts": dict(result.facts),
        "seconds": result.seconds,
    }
