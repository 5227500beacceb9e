"""LOCAL: what a server was asked and what it answered; knows no remote's API."""

from collections import Counter, deque
from dataclasses import dataclass

LOG_LENGTH = 200_000  # about ten minutes at 300 requests a second


@dataclass(slots=True)
class Entry:
    """One request in the log; `status` is None until it was answered.

    `t` is when the request arrived, in seconds of the server's clock. `status` is a
    number, or the word for what became of it: `cut`, `hang`, `truncate`, `gone`.
    `seconds` is how long the answer took.
    """

    t: float
    method: str
    route: str
    path: str
    status: str | None = None
    seconds: float | None = None

    def as_json(self) -> dict[str, object]:
        """Show the entry as `GET /_local/log` does."""
        status = self.status
        return {
            "t": self.t,
            "method": self.method,
            "route": self.route,
            "path": self.path,
            "status": int(status) if status and status.isdigit() else status,
            "seconds": self.seconds,
        }


class Traffic:
    """Counts of requests since the last `forget`, and a bounded log of them."""

    def __init__(self, log_length: int = LOG_LENGTH) -> None:
        self.log: deque[Entry] = deque(maxlen=log_length)
        self.forget()

    def forget(self) -> None:
        """Set every count to nothing; the log stays, it has its times."""
        self._routes: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._route_statuses: dict[str, Counter[str]] = {}
        self._bytes_in: Counter[str] = Counter()
        self._bytes_out: Counter[str] = Counter()
        self._max_body: dict[str, int] = {}

    def arrived(self, t: float, method: str, route: str, path: str) -> Entry:
        """Note that a request came in; its entry is in the log from now on."""
        entry = Entry(t, method, route, path)
        self.log.append(entry)
        return entry

    def answered(
        self,
        entry: Entry,
        status: str,
        t: float,
        body_in: int = 0,
        body_out: int = 0,
    ) -> None:
        """Close the entry at `t` and count it under its route, bodies in bytes."""
        entry.status, entry.seconds = status, t - entry.t
        route = f"{entry.method} {entry.route}"
        self._routes[route] += 1
        self._statuses[status] += 1
        self._route_statuses.setdefault(route, Counter())[status] += 1
        self._bytes_in[route] += body_in
        self._bytes_out[route] += body_out
        self._max_body[route] = max(self._max_body.get(route, 0), body_in)

    def stats(self) -> dict[str, object]:
        """Show the counts as `GET /_local/stats` does."""
        return {
            "total": self._routes.total(),
            "routes": dict(sorted(self._routes.items())),
            "statuses": dict(sorted(self._statuses.items())),
            "route_statuses": {
                route: dict(counts)
                for route, counts in sorted(self._route_statuses.items())
            },
            "bytes_in": dict(sorted(self._bytes_in.items())),
            "bytes_out": dict(sorted(self._bytes_out.items())),
            "max_body": dict(sorted(self._max_body.items())),
        }

    def since(self, t: float) -> list[dict[str, object]]:
        """List the logged requests that arrived after `t`, oldest first."""
        return [entry.as_json() for entry in self.log if entry.t > t]
