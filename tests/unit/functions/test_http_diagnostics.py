import pytest

from functions import http_diagnostics
from shared.domain.diagnostics import (
    About,
    Diagnosis,
    Fact,
    Finding,
    failed,
    result_of,
    well,
)
from tests.unit.functions.api import Api

ABOUT = About("a_check", "this and that", ())


def diagnosis(*findings: Finding) -> Diagnosis:
    return Diagnosis(tuple(result_of(ABOUT, finding, 0.5) for finding in findings))


def test_the_worst_comes_first_then_every_check(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts: dict[str, Fact] = {"text": "a", "number": 1, "share": 0.5, "flag": True}
    found = diagnosis(
        Finding(well("Fine."), facts=facts), Finding(failed("Broken.", "Mend it."))
    )
    monkeypatch.setattr(http_diagnostics, "diagnose", lambda: found)

    answer = api.get("/api/diagnostics")

    assert answer.status == 200
    assert answer.body["status"] == "failed"
    fine, broken = answer.body["checks"]
    assert fine == {
        "name": "a_check",
        "status": "ok",
        "means": "Fine.",
        "do": "",
        "facts": facts,
        "seconds": 0.5,
    }
    assert (broken["status"], broken["do"]) == ("failed", "Mend it.")


def test_an_answer_is_given_with_no_check_at_all(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_diagnostics, "diagnose", lambda: Diagnosis(()))

    assert api.get("/api/diagnostics").body == {"status": "ok", "checks": []}
