"""The workbook: as Azure takes it, its queries bound, and run over a month."""

import re

import pytest

from shared.domain.health import succeeded
from shared.domain.runs import RunStatus, Stop
from tests.alerts.binding import bound
from tests.alerts.runs import told_of
from tests.alerts.sample import FOLDERS, NIGHTS, a_month
from tests.alerts.telemetry import Row, Telemetry
from tests.alerts.workbook import WORKBOOK, charts, notebook
from tests.infra.deployments import INFRA, ROOT, plain
from tests.standings import DAY, NOW, a_run, a_standing

KINDS = {"table", "barchart", "linechart"}
"""Some of those that workbooks know."""


@pytest.fixture(scope="module")
def month() -> Telemetry:
    return a_month()


def shown(month: Telemetry, name: str) -> list[Row]:
    return month.ask(charts()[name]["query"], NOW, (NIGHTS + 1) * DAY)


def test_it_is_a_workbook_of_the_logs() -> None:
    made = plain().one(WORKBOOK)

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made.name)
    assert made.body["kind"] == "shared"
    assert made.properties["sourceId"].endswith(notebook()["fallbackResourceIds"][0])
    assert notebook()["version"] == "Notebook/1.0"
    names = [item["name"] for item in notebook()["items"]]
    assert len({*names}) == len(names)


def test_every_query_is_shown_over_the_time_that_is_chosen() -> None:
    [choice] = notebook()["items"][0]["content"]["parameters"]

    assert {path.stem for path in (INFRA / "workbook").glob("*.kql")} == {*charts()}
    for content in charts().values():
        assert content["timeContextFromParameter"] == choice["name"]
        assert content["visualization"] in KINDS
        assert content["title"]


def test_every_query_binds_to_the_tables() -> None:
    told = bound({name: content["query"] for name, content in charts().items()})

    assert told == {name: [] for name in charts()}


def test_runs_are_counted_by_day_and_end(month: Telemetry) -> None:
    rows = shown(month, "outcomes")

    assert len(rows) == NIGHTS
    assert sum(row["complete"] for row in rows) == 27
    assert sum(row["incomplete"] for row in rows) == 2
    assert sum(row["failed"] for row in rows) == 1


def test_the_success_rate_is_that_of_the_runs(month: Telemetry) -> None:
    assert shown(month, "success-rate") == [{"runs": 30, "percent": 90.0}]


def test_a_run_that_was_cut_off_is_no_success_here_nor_elsewhere() -> None:
    cut = a_run(RunStatus.INCOMPLETE, stop=Stop.DEADLINE)
    telemetry = told_of(a_standing(cut))

    [row] = shown(telemetry, "success-rate")

    assert (row["percent"], a_standing(cut).recent) == (0.0, [cut])
    assert not succeeded(cut)


def test_duration_and_throughput_are_those_of_each_run(month: Telemetry) -> None:
    minutes, objects = shown(month, "duration"), shown(month, "throughput")
    speeds = shown(month, "speed")

    assert len(minutes) == len(objects) == len(speeds) == NIGHTS
    assert all(8 < row["minutes"] < row["deadline"] == 240 for row in minutes)
    assert all(row["stored"] <= row["exported"] <= 1_500 for row in objects)
    assert all(80 < row["objects_per_second"] < 150 for row in speeds)


def test_requests_are_added_up_by_endpoint(month: Telemetry) -> None:
    rows = shown(month, "calls")

    assert len(rows) == 3 * NIGHTS
    lists = [r["requests"] for r in rows if r["endpoint"] == "databricks.list"]
    assert sum(lists) == 14_600 * NIGHTS


def test_throttling_errors_and_failures_are_shown(month: Telemetry) -> None:
    assert {row["remote"] for row in shown(month, "throttling")} == {"databricks"}
    assert [row["error"] for row in shown(month, "errors")] == [
        "the branch cannot be read"
    ]
    assert [row["status"] for row in shown(month, "failures")] == ["incomplete"] * 2


def test_folders_are_ranked_by_what_changed_in_them(month: Telemetry) -> None:
    rows = shown(month, "changes")

    assert [row["path"] for row in rows] == [*FOLDERS]
    assert all(row["runs"] == NIGHTS for row in rows)


def test_the_newest_run_is_shown_as_far_as_it_is(month: Telemetry) -> None:
    [row] = shown(month, "progress")

    assert (row["shards_planned"], row["shards_done"], row["stored"]) == (35, 12, 720)
    assert (row["objects"], row["ended"]) == (71_200, 0)


def test_restores_are_shown(month: Telemetry) -> None:
    [row] = shown(month, "restores")

    assert (row["status"], row["requested_by"]) == ("complete", "ada@example.com")
    assert row["minutes"] == 3.0


def test_where_there_is_nothing_yet_nothing_breaks() -> None:
    for name, content in charts().items():
        rows = Telemetry().ask(content["query"], NOW, DAY)
        assert len(rows) <= 1, name


def test_the_page_shows_each_of_them() -> None:
    page = (ROOT / "docs/workbook.md").read_text()

    for name, content in charts().items():
        assert content["title"] in page
        drawn = ROOT / f"docs/images/workbook-{name}.png"
        if content["visualization"] != "table":
            assert drawn.read_bytes().startswith(b"\x89PNG")
            assert f"images/{drawn.name}" in page
