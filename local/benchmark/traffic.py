"""LOCAL, benchmark: what the servers of a stack counted; knows no API of theirs.

Their clock is the machine's monotonic one, which all its processes share.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client.web import Web
from local.azurite import base_urls
from local.benchmark.measured import Traffic
from local.endpoints import Endpoints

SECONDS = 300.0
_POLLS = ("/messages", "/messages?", "?comp=metadata")
_LEASES = "webjobs"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it came, in the machine's seconds, and when it was answered."""

    at: float
    method: str
    route: str
    answered: float


class Counts:
    """The counters of the servers; storage's where somebody stands in front of it."""

    def __init__(self, endpoints: Endpoints, *, with_storage: bool) -> None:
        self._databricks = Web(endpoints.databricks)
        self._azure_devops = Web(endpoints.azure_devops.rsplit("/", 1)[0])
        urls = base_urls(endpoints.storage) if with_storage else []
        self._storage = [Web(url) for url in urls]
        self._since = time.monotonic()

    def forget(self) -> None:
        """Count from nothing."""
        for web in (self._databricks, self._azure_devops, *self._storage):
            web.call("DELETE", "/_local/stats")
        self._since = time.monotonic()

    def databricks(self) -> Traffic:
        """Requests to the workspace."""
        return _traffic([_stats(self._databricks)])

    def azure_devops(self) -> Traffic:
        """Requests to the repository."""
        return _traffic([_stats(self._azure_devops)])

    def storage(self) -> Traffic | None:
        """Transactions of the app in storage; None where nobody counts them.

        The host asks its queues for messages and holds leases of its own, by the
        minute, whatever the app does; that is left out.
        """
        if not self._storage:
            return None
        return _traffic([of_the_app(_stats(web)) for web in self._storage])

    def asked_databricks(self, *endings: str) -> list[Asked]:
        """The requests to routes that end so, in the order in which they came."""
        return self._log(self._databricks, endings)

    def asked_azure_devops(self, *endings: str) -> list[Asked]:
        """The same of the repository's server."""
        return self._log(self._azure_devops, endings)

    def _log(self, web: Web, endings: tuple[str, ...]) -> list[Asked]:
        path = f"/_local/log?since={self._since}"
        entries = web.call("GET", path, seconds=SECONDS).body
        return [
            Asked(e["t"], e["method"], e["route"], e["t"] + (e["seconds"] or 0.0))
            for e in entries
            if e["route"].endswith(endings)
        ]


def _stats(web: Web) -> Mapping[str, Mapping[str, int]]:
    stats: Mapping[str, Mapping[str, int]] = web.call("GET", "/_local/stats").body
    return stats


def of_the_app(stats: Mapping[str, Any]) -> Mapping[str, Mapping[str, int]]:
    """A storage server's counts without what the host does by itself."""
    names = ("routes", "bytes_in", "bytes_out")
    return {
        name: {r: n for r, n in stats[name].items() if not _is_the_hosts(r)}
        for name in names
    }


def _is_the_hosts(route: str) -> bool:
    return _LEASES in route or (route.startswith("GET ") and route.endswith(_POLLS))


def _traffic(several: Sequence[Mapping[str, Mapping[str, int]]]) -> Traffic:
    def all_of(name: str) -> Mapping[str, int]:
        added: Counter[str] = Counter()
        for stats in several:
            added.update(stats[name])
        return dict(added)

    return Traffic(
        requests=all_of("routes"),
        received=all_of("bytes_in"),
        sent=all_of("bytes_out"),
    )
