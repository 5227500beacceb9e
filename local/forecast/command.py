"""LOCAL, forecast: one question to the app, and its answer as a table.

Errors are told in a sentence.
"""

from collections.abc import Iterator

from client.console import plain_console
from client.forecasts.asked import forecast_of
from client.forecasts.table import table
from local.asking import web_of
from local.backup.places import ground
from local.endpoints import Endpoints
from local.forecast.options import WantedForecast
from local.interruption import hear_no_more
from local.telling import say_ignored, saying, told


def forecast(wanted: WantedForecast) -> int:
    """Ask and tell; 0 where there was an answer."""
    say = saying(plain_console())

    def work() -> int:
        say_ignored(wanted.stack, say)
        with ground(wanted.stack, say) as found:
            try:
                for line in answered(found.endpoints, wanted):
                    say(line)
            finally:
                hear_no_more()
        return 0

    return told("forecast", work, say, lambda: "stopped")


def answered(endpoints: Endpoints, wanted: WantedForecast) -> Iterator[str]:
    """The lines of the app's answer; `NoAnswerError`, `RefusedError`."""
    with web_of(endpoints) as web:
        yield from table(forecast_of(web, wanted.query))
