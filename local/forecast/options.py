"""LOCAL, forecast: what the command was told; starts nothing.

As for a backup, real services count only where they were named on the command line.
What the numbers may be, the API knows.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.backup.options import (
    DEFAULT_DATA,
    Options,
    UsageError,
    ignored_in,
    service_settings,
)
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
    ambient = os.environ if environment is None else environment
    given = _given((*_QUERY, "DATA", *SERVICES), arguments)
    named = {name: given[name] for name in SERVICES if given.get(name)}
    settings = service_settings(named, ambient)
    stack = Options(
        data=Path(given.get("DATA") or DEFAULT_DATA),
        settings=settings,
        ignored=ignored_in(ambient, {*settings, *given}),
    )
    query = {_QUERY[name]: text for name, text in given.items() if name in _QUERY}
    return WantedForecast(stack, {name: text for name, text in query.items() if text})


def _given(names: Sequence[str], arguments: Sequence[str]) -> dict[str, str]:
    known = ", ".join(names)
    parser = argparse.ArgumentParser(
        prog="python -m local forecast", epilog=f"NAME is one of {known}"
    )
    parser.add_argument("words", nargs="*", metavar="NAME=VALUE")
    given = {}
    for word in parser.parse_args(arguments).words:
        name, equals, text = word.partition("=")
        if not equals or name not in names:
            raise UsageError(f"{word!r} is not NAME=VALUE with one of {known}")
        given[name] = text
    return given
