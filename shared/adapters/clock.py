"""OUTSIDE: the machine's time (port `Clock`)."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; no time at all for nothing or less."""
        # Sleeping for no time gives the interpreter away, and takes one's turn again.
        if seconds > 0:
            time.sleep(seconds)
