"""LOCAL, forecast: what the command was told; starts nothing.

As for a backup, real services count only where they were named on the command line.
What the numbers may be, the API knows.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.backup.options import Options, given_words, stack_of
from local.endpoints import SERVICES

_QUERY = {
    "SAMPLE": "sample",
    "NOTEBOOKS": "notebooks",
    "CHANGE": "change_percent",
    "SEED": "seed",
}


@dataclass(frozen=True, slots=True)
class WantedForecast:
    """The command, understood: what it stands on, and the query of the request."""

    stack: Options
    query: Mapping[str, str | int]


def read_forecast(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> WantedForecast:
    """Understand `forecast`; `UsageError` where that is not possible."""
    given = given_words("forecast", (*_QUERY, "DATA", *SERVICES), arguments)
    stack = stack_of(given, os.environ if environment is None else environment)
    query = {_QUERY[name]: text for name, text in given.items() if name in _QUERY}
    return WantedForecast(stack, {name: text for name, text in query.items() if text})
