import pytest

from shared.errors import CredentialsRefused, Unavailable
from tests.unit.functions.api import Api, Bound
from tests.unit.services.scenes import a_backed_up_app, failing


@pytest.fixture(autouse=True)
def backed_up(bound: Bound) -> None:
    app = a_backed_up_app()
    bound.workspace, bound.store, bound.index = app.workspace, app.store, app.index
    bound.scope, bound.clock = app.scope, app.clock


def test_a_forecast_tells_what_it_rests_on_and_what_is_to_come(api: Api) -> None:
    answer = api.get("/api/forecast")

    assert answer.status == 200
    assert answer.body["listed"] == {
        "folders": 4,
        "objects": 7,
        "notebooks": 6,
        "not_listed": 0,
        "failed": 0,
        "extrapolated": False,
    }
    assert answer.body["sizes"]["sampled"] == 7
    assert answer.body["first"]["calls"]["databricks.export"] == 7
    assert answer.body["first"]["pushes"] == 2
    assert answer.body["restore"]["calls"]["databricks.import"] == 7
    assert answer.body["change"] == {"percent": 1.0, "measured": False}
    assert [each["kind"] for each in answer.body["compared"]] == ["first"]
    items = answer.body["cost"]["items"]
    assert answer.body["cost"]["a_month"] == pytest.approx(
        sum(item["cost"] for item in items), abs=0.01
    )


def test_every_wish_is_heard(api: Api) -> None:
    query = "sample=2&notebooks=600&change_percent=12.5&seed=9"
    answer = api.get(f"/api/forecast?{query}")

    assert answer.body["sizes"]["sampled"] == 2
    assert answer.body["sizes"]["seed"] == 9
    assert answer.body["change"]["percent"] == 12.5
    assert answer.body["nightly"]["stored"] == answer.body["nightly"]["objects"] // 8
    assert answer.body["first"]["objects"] == pytest.approx(700, abs=1)


def test_what_takes_longer_than_a_run_may_is_said(api: Api) -> None:
    small = api.get("/api/forecast?sample=0").body
    large = api.get("/api/forecast?sample=0&notebooks=700000").body

    assert (small["first"]["within_deadline"], large["first"]["within_deadline"]) == (
        True,
        False,
    )
    assert large["first"]["bound_by"] == "DATABRICKS_EXPORT_RPS"


@pytest.mark.parametrize("text", ["0", "100", "1e-05", "0.0001", "5e-324", "-0.0"])
def test_a_rate_is_any_number_of_percent(api: Api, text: str) -> None:
    answer = api.get(f"/api/forecast?sample=0&change_percent={text}")

    assert answer.status == 200
    assert answer.body["change"]["percent"] >= float(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("sample", text) for text in ("1001", "-1", "x", "1.5", "9" * 400, " 1")),
        *(("notebooks", text) for text in ("5000001", "-1", "all", "\u0661")),
        *(("change_percent", text) for text in ("101", "-0.1", "nan", "inf", "1_0")),
        *(("change_percent", text) for text in ("1e999", "%", "5-5", ".")),
        *(("seed", text) for text in ("2147483648", "-1", "0x1")),
    ],
)
def test_a_wrong_field_is_named(api: Api, name: str, text: str) -> None:
    answer = api.get(f"/api/forecast?{name}={text}")

    assert (answer.status, answer.body["field"]) == (400, name)


@pytest.mark.parametrize(
    ("error", "status"), [(Unavailable("down"), 503), (CredentialsRefused("no"), 502)]
)
def test_trouble_of_the_workspace_is_a_problem(
    api: Api, bound: Bound, error: Exception, status: int
) -> None:
    bound.workspace.fault = failing(error, "/Clients")

    assert api.get("/api/forecast").status == status
