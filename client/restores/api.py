"""CLIENT, restores: restores as the HTTP API tells them; decides nothing about them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from client.web import Web

PAGE = 1_000
OPEN = frozenset({"planning", "applying"})
NAMED = 20
"""So many of a kind are named one by one."""

_TROUBLE = frozenset({"failed", "differs", "overtaken"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be restored; `at` is a run, a commit or a time, else the newest."""

    paths: tuple[str, ...]
    at: str = ""
    to: str = ""
    on_conflict: str = "skip"
    apply: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One object or folder of a restore."""

    path: str
    type: str
    action: str
    found: str
    result: str = ""
    detail: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """A restore as it was told; `paths`, `at` and `to` as the app understood them."""

    id: str
    status: str
    apply: bool
    stage: str
    run: str
    time: str
    commit: str
    paths: tuple[str, ...]
    at: str
    to: str
    on_conflict: str
    counts: Mapping[str, int]
    done: int
    total: int
    seconds: float
    estimate: Mapping[str, Any] | None
    error: str
    outcomes: tuple[Outcome, ...] = ()

    @property
    def open(self) -> bool:
        """Whether work on it may still be done."""
        return self.status in OPEN

    @property
    def work(self) -> tuple[object, ...]:
        """What of it changes only when somebody works on it."""
        return (self.status, self.stage, self.done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A restore in a list of them."""

    id: str
    status: str
    apply: bool
    paths: tuple[str, ...]
    run: str
    opened_at: str
    finished_at: str
    counts: Mapping[str, int]

    @property
    def open(self) -> bool:
        """Whether work on it may still be done."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Started:
    """The restore that is open now: the one asked for, or the one in its way."""

    restore_id: str
    ours: bool


class RestoresApi:
    """The HTTP API of the app. `NoAnswerError`, `RefusedError`."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def start(self, wanted: Wanted) -> Started:
        """Begin the restore, or learn which one is open."""
        body = {
            "paths": list(wanted.paths),
            "at": wanted.at,
            "on_conflict": wanted.on_conflict,
            "apply": wanted.apply,
        }
        if wanted.to:
            body["target_root"] = wanted.to
        answer = self._web.call("POST", "/api/restores", body)
        if answer.status == 409 and "active_restore" in answer.facts:
            return Started(str(answer.facts["active_restore"]), ours=False)
        return Started(str(answer.accepted()["id"]), ours=True)

    def start_report(self) -> str:
        """Begin a new report of drift; the id of the restore that it is."""
        query: dict[str, str | int] = {"max_age_hours": 0}
        body = self._web.call("GET", "/api/drift", query=query).accepted()
        return str(body["restore"] if "restore" in body else body["id"])

    def look(self, restore_id: str) -> Restore:
        """The restore without its outcomes: quick."""
        answer = self._web.call("GET", _path(restore_id), query={"limit": 0})
        return read_restore(answer.accepted())

    def read(self, restore_id: str) -> Restore:
        """The restore with the outcomes that are worth telling.

        Those that have a reason are there to the last one, for they are counted by
        their reasons; of what is to be created as many as are named.
        """
        restore = read_restore(self.details(restore_id, {"limit": 0}))
        reasons = self._outcomes(restore_id, _with_reasons(restore))
        actions = ["create", "replace"] if restore.apply else ["create"]
        others = _until(_sought(restore), self._outcomes(restore_id, actions))
        return replace(restore, outcomes=(*reasons, *others))

    def details(
        self, restore_id: str, query: Mapping[str, str | int] | None = None
    ) -> Mapping[str, Any]:
        """The restore as the API shows it."""
        return self._web.get(_path(restore_id), query).accepted()

    def newest(self, limit: int) -> Mapping[str, Any]:
        """So many restores as the API lists them; `rows` reads them."""
        return self._web.get("/api/restores", {"limit": limit}).accepted()

    def report(self) -> Mapping[str, Any]:
        """The newest report of drift as the API gives it."""
        return self._web.get("/api/drift").accepted()

    def cancel(self, restore_id: str) -> None:
        """Have it stopped; what was written stays."""
        self._web.call("DELETE", _path(restore_id)).accepted()

    def _outcomes(self, restore_id: str, actions: Iterable[str]) -> Iterator[Outcome]:
        """All of these actions, page after page; a page may hold none."""
        query: dict[str, str | int] = {"limit": PAGE, "action": ",".join(actions)}
        while query["action"]:
            page = self.details(restore_id, query)["outcomes"]
            yield from map(_outcome, page["items"])
            if page["next"] is None:
                return
            query["next"] = page["next"]


def _path(restore_id: str) -> str:
    return f"/api/restores/{quote(restore_id, safe='')}"


def rows(body: Mapping[str, Any]) -> list[Row]:
    """The restores of a list."""
    return [
        Row(
            id=restore["id"],
            status=restore["status"],
            apply=restore["apply"],
            paths=tuple(restore["paths"]),
            run=restore["point"]["run"],
            opened_at=restore["opened_at"],
            finished_at=restore["finished_at"] or "",
            counts=restore["counts"],
        )
        for restore in body["restores"]
    ]


def read_restore(body: Mapping[str, Any]) -> Restore:
    """A restore as the API shows it."""
    progress = body["progress"]["objects"]
    return Restore(
        id=body["id"],
        status=body["status"],
        apply=body["apply"],
        stage=body["stage"],
        run=body["point"]["run"],
        time=body["point"]["time"],
        commit=body["point"]["commit"],
        paths=tuple(body["paths"]),
        at=body["at"] or "",
        to=body["target_root"] or "",
        on_conflict=body["on_conflict"],
        counts=body["counts"],
        done=progress["done"],
        total=progress["total"],
        seconds=body["seconds"],
        estimate=body["estimate"],
        error=body["error"] or "",
    )


def _outcome(item: Mapping[str, Any]) -> Outcome:
    return Outcome(
        path=item["path"],
        type=item["type"],
        action=item["action"],
        found=item["found"],
        result=item.get("result", ""),
        detail=item.get("detail", ""),
        older=item.get("older", ""),
    )


def _with_reasons(restore: Restore) -> list[str]:
    """The actions, of those that say why, that there are any of."""
    counts = restore.counts
    numbers = {
        "blocked": counts["blocked"] + counts["folders_blocked"],
        "skip": counts["skipped"],
        "replace": 0 if restore.apply else counts["to_replace"],
        "none": counts["extra"],
    }
    return [action for action, number in numbers.items() if number]


def _sought(restore: Restore) -> Counter[str]:
    """How many are sought among all that was, or is, to be written, by their kinds."""
    counts = restore.counts
    if restore.apply:
        names = (*_TROUBLE, "folders_failed")
        return Counter({"trouble": sum(counts[name] for name in names)})
    return Counter(
        {
            "object": min(NAMED, counts["to_create"]),
            "folder": min(NAMED, counts["folders_to_make"]),
        }
    )


def _until(sought: Counter[str], outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Those that are sought; no page more is read than they need."""
    while sought.total() and (outcome := next(outcomes, None)):
        kind = _kind(outcome, sought)
        if sought[kind]:
            sought[kind] -= 1
            yield outcome


def _kind(outcome: Outcome, sought: Counter[str]) -> str:
    if "trouble" in sought:
        return "trouble" if outcome.result in _TROUBLE else ""
    return "folder" if outcome.type == "DIRECTORY" else "object"
