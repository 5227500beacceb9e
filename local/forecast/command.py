"""LOCAL, forecast: one question to the app, and its answer as a table.

Errors are told in a sentence.
"""

from collections.abc import Iterator

from local.backup.places import OtherStackError, ground
from local.backup.runs import RefusedError
from local.backup.web import NoAnswerError, Web
from local.children import ChildError
from local.console import plain_console
from local.endpoints import Endpoints
from local.forecast.options import WantedForecast
from local.forecast.table import table
from local.interruption import hear_no_more, hear_once
from local.occupancy import OccupiedError

SECONDS = 235.0
"""The app answers within 230."""

INTERRUPTED = 130
_TOLD = (
    ChildError,
    NoAnswerError,
    OccupiedError,
    OtherStackError,
    RefusedError,
    TimeoutError,
)


def forecast(wanted: WantedForecast) -> int:
    """Ask and tell; 0 where there was an answer."""
    hear_once()
    console = plain_console()

    def say(line: str) -> None:
        console.print(line, markup=False)

    if wanted.stack.ignored:
        say(f"ignored from the environment: {', '.join(wanted.stack.ignored)}")
    try:
        with ground(wanted.stack, say) as found:
            try:
                for line in told(found.endpoints, wanted):
                    say(line)
            finally:
                hear_no_more()
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED
    except _TOLD as error:
        say(f"forecast: {error}")
        return 1
    return 0


def told(endpoints: Endpoints, wanted: WantedForecast) -> Iterator[str]:
    """The lines of the app's answer; `NoAnswerError`, `RefusedError`."""
    key = {"x-functions-key": endpoints.functions_key}
    with Web(endpoints.functions, key) as web:
        answer = web.call("GET", "/api/forecast", query=wanted.query, seconds=SECONDS)
    if not answer.ok or not isinstance(answer.body, dict):
        raise RefusedError(answer.words)
    yield from table(answer.body)
