"""LOCAL, restore: restores as the HTTP API tells them; decides nothing about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.backup.runs import RefusedError
from local.backup.web import Answer, Web
from local.restore.options import WantedRestore

PAGE = 1_000
_NEWS = "create,replace,skip,blocked,none"


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
    more: bool = False

    @property
    def open(self) -> bool:
        """Whether work on it may still be done."""
        return self.status in {"planning", "applying"}


class RestoresApi:
    """The HTTP API of the app. `NoAnswerError`, `RefusedError`."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def start(self, wanted: WantedRestore) -> str:
        """Begin the restore; its id."""
        body = {
            "paths": list(wanted.paths),
            "at": wanted.at,
            "on_conflict": wanted.on_conflict,
            "apply": wanted.apply,
        }
        if wanted.to:
            body["target_root"] = wanted.to
        return str(_accepted(self._web.call("POST", "/api/restores", body))["id"])

    def start_report(self) -> str:
        """Begin a new report of drift; the id of the restore that it is."""
        query: dict[str, str | int] = {"max_age_hours": 0}
        body = _accepted(self._web.call("GET", "/api/drift", query=query))
        return str(body["restore"] if "restore" in body else body["id"])

    def look(self, restore_id: str) -> Restore:
        """The restore without its outcomes: quick."""
        return self._read(restore_id, 0)

    def read(self, restore_id: str) -> Restore:
        """The restore with the beginning of its outcomes."""
        return self._read(restore_id, PAGE)

    def wake(self) -> None:
        """Have the app look for work that a crash left behind."""
        self._web.call("POST", "/admin/functions/sweep_restores", {"input": ""})

    def _read(self, restore_id: str, limit: int) -> Restore:
        path = f"/api/restores/{restore_id}"
        query: dict[str, str | int] = {"limit": limit, "action": _NEWS}
        return _restore(_accepted(self._web.call("GET", path, query=query)))


def _accepted(answer: Answer) -> Mapping[str, Any]:
    if not answer.ok or not isinstance(answer.body, dict):
        raise RefusedError(answer.words)
    return answer.body


def _restore(body: Mapping[str, Any]) -> Restore:
    page, progress = body["outcomes"], body["progress"]["objects"]
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
        outcomes=tuple(
            Outcome(
                path=item["path"],
                type=item["type"],
                action=item["action"],
                found=item["found"],
                result=item.get("result", ""),
                detail=item.get("detail", ""),
                older=item.get("older", ""),
            )
            for item in page["items"]
        ),
        more=page["next"] is not None,
    )
