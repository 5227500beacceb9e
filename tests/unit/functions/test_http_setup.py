"""`POST /api/setup`: what is asked, and what is answered."""

from dataclasses import dataclass, field

import pytest

from functions import http_setup
from shared.domain.diagnostics import (
    About,
    Case,
    Diagnosis,
    Finding,
    done,
    failed,
    result_of,
    to_do,
    warning,
    well,
)
from shared.services.make_git_folder import WantedGitFolder
from tests.unit.functions.api import Api


@dataclass
class Recorded:
    """A setup that remembers which way it was asked to go."""

    cases: tuple[Case, ...] = ()
    asked: list[str] = field(default_factory=list)
    git_folder: WantedGitFolder | None = None

    def with_git_folder(self, wanted: WantedGitFolder | None) -> "Recorded":
        self.git_folder = wanted
        return self

    def plan(self) -> Diagnosis:
        return self._told("plan")

    def apply(self) -> Diagnosis:
        return self._told("apply")

    def _told(self, way: str) -> Diagnosis:
        self.asked.append(way)
        abouts = (About(f"step_{letter}", "this", ()) for letter in "abcdef")
        pairs = zip(abouts, self.cases, strict=False)
        return Diagnosis(tuple(result_of(a, Finding(case), 0.5) for a, case in pairs))


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    recorded = Recorded()
    monkeypatch.setattr(http_setup, "set_up", recorded.with_git_folder)
    return recorded


@pytest.mark.parametrize("body", [b"", b"{}", b'{"apply": false}'])
def test_a_plan_is_the_default(api: Api, setup: Recorded, body: bytes) -> None:
    answer = api.post("/api/setup", raw=body)

    assert answer.status == 200
    assert answer.body["applied"] is False
    assert setup.asked == ["plan"]


def test_only_who_says_so_has_it_done(api: Api, setup: Recorded) -> None:
    answer = api.post("/api/setup", {"apply": True})

    assert answer.body == {
        "applied": True,
        "status": "ok",
        "changes": [],
        "steps": [],
    }
    assert setup.asked == ["apply"]


@pytest.mark.parametrize(
    "raw",
    [
        *(b'{"apply": 1}', b'{"apply": "true"}', b'{"apply": null}'),
        *(b'{"aply": true}', b'{"apply": true, "also": 1}', b"[true]", b"true"),
        b'{"apply": false, "apply": true}',
        *(b'{"git_folder": null}', b'{"git_folder": {"path": "/Shared"}}'),
    ],
)
def test_what_is_asked_wrongly_sets_nothing_up(
    api: Api, setup: Recorded, raw: bytes
) -> None:
    answer = api.post("/api/setup", raw=raw)

    assert answer.status == 400
    assert setup.asked == []


def test_a_git_folder_is_seen_to_where_one_is_asked_for(
    api: Api, setup: Recorded
) -> None:
    path = "/Repos/backup/workspace"

    api.post("/api/setup", {"git_folder": {"path": path, "folders": ["/Shared"]}})
    assert setup.git_folder == WantedGitFolder(path, ("/Shared",))

    api.post("/api/setup", {"apply": True})
    assert setup.git_folder is None
    assert setup.asked == ["plan", "apply"]


def test_what_is_wrong_with_a_git_folder_is_named(api: Api, setup: Recorded) -> None:
    body = {"git_folder": {"path": "/Shared/x", "folders": ["Shared"]}}

    answer = api.post("/api/setup", body)

    assert answer.status == 400
    assert answer.body["field"] == "git_folder.folders[0]"
    assert setup.asked == []


@pytest.mark.parametrize(
    ("cases", "status", "changes"),
    [
        ((well("a"),), "ok", []),
        ((well("a"), done("b")), "changes", ["step_b"]),
        ((to_do("a", "b"), well("b")), "changes", ["step_a"]),
        ((to_do("a", "b"), warning("b", "c")), "warning", ["step_a"]),
        ((failed("a", "b"), warning("b", "c"), done("c")), "failed", ["step_c"]),
    ],
)
def test_the_worst_step_says_how_it_stands(
    api: Api, setup: Recorded, cases: tuple[Case, ...], status: str, changes: list[str]
) -> None:
    setup.cases = cases

    body = api.post("/api/setup").body

    assert (body["status"], body["changes"]) == (status, changes)
    assert [step["means"] for step in body["steps"]] == [case.means for case in cases]
