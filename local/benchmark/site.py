"""LOCAL, benchmark: one stack that is measured: filled, worked in, backed up, restored.

Whatever is asked of it through `/_local/` is not counted.
"""

import base64
import os
import random
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from client.answers import RefusedError
from client.web import Web
from local.asking import web_of
from local.benchmark.happened import Happened, Log
from local.benchmark.measured import (
    BackupRun,
    Cost,
    Kind,
    Moments,
    Pace,
    RestoreRun,
    Truth,
)
from local.benchmark.processes import Workers, workers_below
from local.benchmark.traffic import SECONDS, Asked, Counts
from local.endpoints import Endpoints
from local.stack import Stack, host_names

LIST, EXPORT, PUSHES = "/workspace/list", "/workspace/export", "/pushes"
SHARDS_A_HOST = 2
"""Messages that a host works on at once, as host.json has it."""

WINDOW = 10.0
"""Seconds over which a budget is kept."""

UNTIMED = "dashboards"
"""What listings give no time for."""


@dataclass(slots=True)
class Site:
    """The stack, and what its workspace holds by now."""

    endpoints: Endpoints
    counts: Counts
    workers: Workers
    logs: Sequence[Path]
    check: Callable[[], None]
    truth: Truth
    latency_ms: int = 0

    def generate(self, notebooks: int, folders: int | None = None) -> None:
        """Fill the workspace."""
        body: dict[str, object] = {"notebooks": notebooks, "seed": 1}
        made = self._local("generate", body | ({"folders": folders} if folders else {}))
        others = made["files"] + made[UNTIMED]
        self.truth = Truth(
            notebooks=made["notebooks"],
            objects=made["notebooks"] + others,
            folders=self.truth.folders + made["folders"],
            untimed=made[UNTIMED],
        )

    def edit(self, percent: float) -> None:
        """A day's work on so many of the notebooks."""
        day = self._local(
            "edit", {"fraction": percent / 100, "seed": int(percent * 10)}
        )
        done = {name: len(paths) for name, paths in day.items()}
        objects = self.truth.objects + done["created"] - done["deleted"]
        changed = done["edited"] + done["created"] + done["moved"]
        self.truth = replace(self.truth, objects=objects, changed=changed)

    def edit_exactly(self, percent: int) -> None:
        """A line more in so many of all objects, all of them notebooks."""
        objects = self.paths()
        notebooks = [o for o in objects if o["object_type"] == "NOTEBOOK"]
        count = len(objects) * percent // 100
        for each in random.Random(1).sample(notebooks, count):  # noqa: S311 - no secret
            self._append_to(each["path"], each["language"])
        self.truth = replace(self.truth, changed=count)

    def rest(self) -> None:
        """Nothing was done since the last run."""
        self.truth = replace(self.truth, changed=0)

    def slow_down(self, milliseconds: int) -> None:
        """Have the workspace answer so much later."""
        self._local("limits", {"latency_ms": milliseconds})
        self.latency_ms = milliseconds

    def paths(self) -> list[Mapping[str, Any]]:
        """All objects but folders, as the workspace's server knows them."""
        with Web(self.endpoints.databricks) as web:
            tree = web.call("GET", "/_local/tree", seconds=SECONDS).body
        return [o for o in tree["objects"] if o["object_type"] != "DIRECTORY"]

    def back_up(
        self, kind: Kind, *, percent: float = 0.0, budget: float | None = None
    ) -> BackupRun:
        """One run, measured; with a `budget` of exports a second, its pace, too."""
        begun, cpu = self._begin()
        body = {"dry_run": kind is Kind.PLANNED}
        log = Log(self.logs)
        run_id = self._app("POST", "/api/runs", body)["id"]
        happened = log.until(
            lambda each: each.concerns("run.finished", "run_id", run_id), self.check
        )
        cost = self._cost(begun, cpu, happened[-1].at)
        exports = self.counts.asked_databricks(EXPORT)
        details = self._app("GET", f"/api/runs/{run_id}?limit=0")
        return BackupRun(
            kind=kind,
            status=details["status"],
            percent=percent,
            latency_ms=self.latency_ms,
            truth=self.truth,
            stored=details["counts"]["stored"],
            shards=details["progress"]["shards"]["total"],
            cost=cost,
            moments=self._moments(begun, exports, happened),
            pace=self._pace(budget, begun, exports, happened) if budget else None,
        )

    def restore(self, target: str) -> RestoreRun:
        """Everything once more, below another folder."""
        begun, cpu = self._begin()
        log = Log(self.logs)
        body = {"paths": ["/"], "target_root": target, "apply": True}
        restore_id = self._app("POST", "/api/restores", body)["id"]
        happened = log.until(
            lambda each: each.concerns("restore.finished", "restore_id", restore_id),
            self.check,
        )
        cost = self._cost(begun, cpu, happened[-1].at)
        details = self._app("GET", f"/api/restores/{restore_id}?limit=1")
        counts = details["counts"]
        return RestoreRun(
            status=details["status"],
            objects=self.truth.objects,
            verified=counts["verified"],
            cost=cost,
        )

    def forecast(self, **query: str | int) -> Mapping[str, Any]:
        """What the app foretells."""
        return self._app("GET", "/api/forecast", query=query)

    def _begin(self) -> tuple[float, float]:
        self.counts.forget()
        self.workers.forget_peak()
        return time.monotonic(), self.workers.cpu()

    def _cost(self, begun: float, cpu: float, ended: float) -> Cost:
        return Cost(
            seconds=ended - begun,
            cpu=self.workers.cpu() - cpu,
            peak=self.workers.peak(),
            databricks=self.counts.databricks(),
            azure_devops=self.counts.azure_devops(),
            storage=self.counts.storage(),
        )

    def _moments(
        self, begun: float, exports: Sequence[Asked], happened: Sequence[Happened]
    ) -> Moments:
        planned = (e.at for e in happened if e.facts["event"] == "run.planned")
        pushes = self.counts.asked_azure_devops(PUSHES)
        stored = min((push.answered for push in pushes), default=None)
        lists = [each.at for each in self.counts.asked_databricks(LIST)]
        last = max((export.answered for export in exports), default=None)
        return Moments(
            stored=_since(begun, stored),
            listed=len(lists) if stored is None else bisect_left(lists, stored),
            planned=_since(begun, next(planned, None)),
            last_export=_since(begun, last),
        )

    def _pace(
        self,
        budget: float,
        begun: float,
        exports: Sequence[Asked],
        happened: Sequence[Happened],
    ) -> Pace:
        moments = [export.at for export in exports]
        shards = [e.at for e in happened if e.facts["event"] == "shard.finished"]
        left = SHARDS_A_HOST * len(self.logs)
        until = shards[-left - 1] if len(shards) > left else moments[0]
        seconds = Counter(int(moment - begun) for moment in moments)
        length = int(happened[-1].at - begun) + 1
        return Pace(
            budget=budget,
            waiting=until - moments[0],
            exported_waiting=bisect_left(moments, until),
            most_in_ten_seconds=most_within(moments, WINDOW),
            by_second=tuple(seconds[second] for second in range(length)),
        )

    def _append_to(self, path: str, language: str) -> None:
        token = {"Authorization": f"Bearer {self.endpoints.databricks_token}"}
        query = {"path": path, "format": "SOURCE"}
        with Web(self.endpoints.databricks, token) as web:
            kept = web.call("GET", f"/api/2.0{EXPORT}", query=query).body["content"]
            content = base64.b64decode(kept) + b"\n"
            body = {
                **query,
                "language": language,
                "overwrite": True,
                "content": base64.b64encode(content).decode(),
            }
            answer = web.call("POST", "/api/2.0/workspace/import", body)
        if not answer.ok:
            raise RefusedError(answer.words)

    def _local(self, name: str, body: Mapping[str, object]) -> Any:
        with Web(self.endpoints.databricks) as web:
            answer = web.call("POST", f"/_local/{name}", body, seconds=SECONDS)
        if not answer.ok:
            raise RefusedError(answer.words)
        return answer.body

    def _app(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Mapping[str, Any]:
        with web_of(self.endpoints) as web:
            answer = web.call(method, path, body, query=query, seconds=SECONDS)
        if not answer.ok:
            raise RefusedError(answer.words)
        answered: Mapping[str, Any] = answer.body
        return answered


def _since(begun: float, moment: float | None) -> float | None:
    return None if moment is None else moment - begun


def most_within(moments: Sequence[float], seconds: float) -> int:
    """The most of them (in order) in any so many seconds."""
    counts = (bisect_left(moments, m + seconds) - n for n, m in enumerate(moments))
    return max(counts, default=0)


@contextmanager
def site(
    data: Path,
    *,
    hosts: int = 1,
    with_storage: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """A stack of its own, empty; with somebody who counts storage's transactions."""
    stack = Stack(data, hosts=hosts, storage_faults=with_storage, settings=settings)
    with stack as endpoints:
        with Web(endpoints.databricks) as web:
            tree = web.call("GET", "/_local/tree").body["objects"]
        yield Site(
            endpoints=endpoints,
            counts=Counts(endpoints, with_storage=with_storage),
            workers=workers_below(os.getpid(), hosts),
            logs=[data / "logs" / f"{name}.log" for name in host_names(hosts)],
            check=stack.check,
            truth=Truth(notebooks=0, objects=0, folders=len(tree) + 1, untimed=0),
        )
