"""CLIENT, runs: runs as the HTTP API tells them; decides nothing about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from client.web import Web

PAGE = 1_000
OPEN = frozenset({"planning", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a run."""

    mode: str = "incremental"
    dry_run: bool = False
    paths: tuple[str, ...] = ()
    slice: str = ""
    message: str = ""
    allow_deletions: str = ""

    def body(self) -> dict[str, object]:
        """As the API takes it: what was not said is not sent."""
        said = {
            "paths": list(self.paths),
            "slice": self.slice,
            "message": self.message,
            "allow_deletions": self.allow_deletions,
        }
        asked = {"mode": self.mode, "dry_run": self.dry_run}
        return asked | {name: each for name, each in said.items() if each}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a run's lists."""

    kind: str
    path: str
    type: str
    detail: str
    known: bool
    origin: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The beginning of a list, and whether there is more of it."""

    items: tuple[Item, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as it was told."""

    id: str
    status: str
    dry_run: bool = False
    full_scope: bool = True
    seconds: float = 0.0
    planning: bool = False
    folders: int = 0
    done: int = 0
    total: int = 0
    shards_done: int = 0
    shards: int = 0
    rate: float = 0.0
    counts: Mapping[str, int]
    calls: Mapping[str, int]
    commit: str = ""
    unchanged: bool = False
    confirms: str = ""
    error: str = ""
    stop: str = ""
    lists: Mapping[str, Listed]

    @property
    def open(self) -> bool:
        """Whether work on it may still be done."""
        return self.status in OPEN

    @property
    def work(self) -> tuple[object, ...]:
        """What of it changes only when somebody works on it."""
        shards = (self.shards_done, self.shards)
        return (self.status, self.planning, *shards, self.done, self.calls)

    @property
    def listings(self) -> int:
        """How many folders were asked for."""
        return self.calls.get("databricks.list", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A run in a list of them."""

    id: str
    status: str
    mode: str
    dry_run: bool
    trigger: str
    opened_at: str
    finished_at: str
    counts: Mapping[str, int]
    unchanged: bool

    @property
    def open(self) -> bool:
        """Whether work on it may still be done."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Started:
    """The run that is open now: the one asked for, or the one in its way."""

    run_id: str
    ours: bool


class RunsApi:
    """The HTTP API of the app. `NoAnswerError`, `RefusedError`."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def url(self, run_id: str) -> str:
        """Where a run can be looked at."""
        return f"{self._web.base}/api/runs/{run_id}"

    def start(self, wanted: Wanted) -> Started:
        """Start a run, or learn which one is open."""
        answer = self._web.call("POST", "/api/runs", wanted.body())
        if answer.status == 409 and "active_run" in answer.facts:
            return Started(str(answer.facts["active_run"]), ours=False)
        return Started(str(answer.accepted()["id"]), ours=True)

    def cancel(self, run_id: str) -> None:
        """Have it stop at its next checkpoint; what was stored stays."""
        self._web.call("DELETE", _path(run_id)).accepted()

    def newest(self, limit: int) -> Mapping[str, Any]:
        """So many runs as the API lists them; `rows` reads them."""
        return self._web.get("/api/runs", {"limit": limit}).accepted()

    def details(self, run_id: str, limit: int = PAGE) -> Mapping[str, Any]:
        """The run as the API shows it, with so much of each list."""
        return self._web.get(_path(run_id), {"limit": limit}).accepted()

    def look(self, run_id: str) -> Run:
        """The run without its lists: quick."""
        path = _path(run_id)
        return read_run(self._web.call("GET", path, query={"limit": 0}).accepted())

    def read(self, run_id: str) -> Run:
        """The run with the beginning of each list."""
        return read_run(self.details(run_id))


def _path(run_id: str) -> str:
    return f"/api/runs/{quote(run_id, safe='')}"


def rows(body: Mapping[str, Any]) -> list[Row]:
    """The runs of a list."""
    return [
        Row(
            id=run["id"],
            status=run["status"],
            mode=run["mode"],
            dry_run=run["dry_run"],
            trigger=run["trigger"],
            opened_at=run["opened_at"],
            finished_at=run["finished_at"] or "",
            counts=run["counts"],
            unchanged=run["unchanged"],
        )
        for run in body["runs"]
    ]


def read_run(body: Mapping[str, Any]) -> Run:
    """A run as the API shows it."""
    progress = body["progress"]
    return Run(
        id=body["id"],
        status=body["status"],
        dry_run=body["dry_run"],
        full_scope=body["scope"]["full"],
        seconds=body["seconds"],
        planning=progress["planning"],
        folders=progress["folders"],
        done=progress["objects"]["done"],
        total=progress["objects"]["total"],
        shards_done=progress["shards"]["done"],
        shards=progress["shards"]["total"],
        rate=body["rate"],
        counts=body["counts"],
        calls=body["calls"],
        commit=body["commit"] or "",
        unchanged=body["unchanged"],
        confirms=body["confirms"] or "",
        error=body["error"] or "",
        stop=body["stop"] or "",
        lists={
            name: _listed(body[name])
            for name in ("failures", "exceptions", "changes", "held", "foreign")
        },
    )


def _listed(page: Mapping[str, Any]) -> Listed:
    items: Sequence[Mapping[str, Any]] = page["items"]
    return Listed(
        tuple(
            Item(
                item["kind"],
                item["path"],
                item["type"],
                item.get("detail", ""),
                item["known"],
                item.get("origin", ""),
                item.get("remedy", ""),
            )
            for item in items
        ),
        page["next"] is not None,
    )
