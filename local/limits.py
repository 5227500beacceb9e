"""LOCAL: how fast a server lets itself be asked; knows no remote's API."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenBucket:
    """Lets `rate` requests a second through, and `burst` of them at once."""

    rate: float
    burst: float
    now: Callable[[], float]
    tokens: float = field(init=False)
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.burst
        self.filled_at = self.now()

    def take(self) -> bool:
        """Whether one more request may pass at this moment."""
        now = self.now()
        refill = (now - self.filled_at) * self.rate
        self.tokens = min(self.burst, self.tokens + refill)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Limits:
    """The latency and the rate limits in force; none to begin with."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.set({})

    def set(self, wanted: dict[str, object]) -> None:
        """Replace all limits by `wanted` (the body of `POST /_local/limits`).

        `requests_per_second` maps a regex, searched in "METHOD route", to a rate; each
        has a bucket of its own whose burst is one second's worth unless `burst` says
        otherwise. `retry_after` is the header in whole seconds, null sends none.
        Raises ValueError on a value of the wrong kind.
        """
        rates = wanted.get("requests_per_second") or {}
        if not isinstance(rates, dict):
            # ValueError, for it is a bad value in somebody's JSON
            raise ValueError("requests_per_second must map routes to numbers")  # noqa: TRY004
        burst, retry_after = wanted.get("burst"), wanted.get("retry_after", 1)
        buckets = [
            (re.compile(route), self._bucket(_number(rate), burst))
            for route, rate in rates.items()
        ]
        self.latency = _number(wanted.get("latency_ms", 0)) / 1000
        self.retry_after = None if retry_after is None else int(_number(retry_after))
        self._buckets = buckets
        self._wanted = wanted

    def _bucket(self, rate: float, burst: object) -> TokenBucket:
        size = max(1.0, rate if burst is None else _number(burst))
        return TokenBucket(rate, size, self._now)

    def allows(self, route: str) -> bool:
        """Whether a request for "METHOD route" may pass; takes its token if so."""
        matching = (bucket for regex, bucket in self._buckets if regex.search(route))
        return all(bucket.take() for bucket in matching)

    def as_json(self) -> dict[str, object]:
        """Return the limits as they were set."""
        return self._wanted


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{value!r} is not a number of zero or more")
    return float(value)
