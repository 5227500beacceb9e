"""A forecast in words."""

from typing import Any

import pytest

from client.forecasts.table import table
from functions.forecast_answers import forecast_answer
from shared.domain.forecast_load import EVERYTHING
from shared.services.forecast import WantedForecast
from tests.backup_app import BackupApp
from tests.forecasting import a_forecast_of
from tests.unit.services.scenes import a_backed_up_app

WIDE = 110


@pytest.fixture
def app() -> BackupApp:
    return a_backed_up_app()


def answer_of(app: BackupApp, **wanted: int) -> dict[str, Any]:
    return forecast_answer(a_forecast_of(app)(WantedForecast(**wanted)))


def row(lines: list[str], name: str) -> list[str]:
    (found,) = (line for line in lines if line.strip().startswith(name))
    return found.split(name)[1].split()


def test_each_run_has_a_column(app: BackupApp) -> None:
    lines = list(table(answer_of(app)))

    assert row(lines, "databricks.list") == ["4", "4", "1", "3"]
    assert row(lines, "pushes") == ["2", "0", "0", "0"]
    assert max(map(len, lines)) < WIDE


def test_what_it_rests_on_is_said(app: BackupApp) -> None:
    sampled = "\n".join(table(answer_of(app, rate=EVERYTHING // 40)))
    stored = "\n".join(table(answer_of(app, sample=0)))
    guessed = "\n".join(table(answer_of(BackupApp(), sample=0)))

    assert "4 folders with 7 objects, 6 notebooks among them" in sampled
    assert "7 objects sampled" in sampled
    assert "2.5 % of all objects a night (assumed)" in sampled
    assert "sizes as the last run stored them" in stored
    assert "sizes are a guess" in guessed


def test_what_there_was_no_time_for_and_what_takes_too_long_is_said(
    app: BackupApp,
) -> None:
    answer = answer_of(app)
    answer["listed"] |= {"extrapolated": True, "not_listed": 9, "failed": 2}
    answer["first"]["within_deadline"] = False

    said = "\n".join(table(answer))

    assert "no time for 9 folders" in said
    assert "2 folders could not be listed" in said
    assert "first run: longer than RUN_DEADLINE" in said


def test_earlier_runs_stand_beside_their_forecast(app: BackupApp) -> None:
    answer = answer_of(app)
    answer["compared"][0]["real"]["calls"] = {"databricks.list": 5}

    lines = list(table(answer))

    (line,) = (line for line in lines if app.run_ids[0] in line)
    assert "4 / 5" in line
    assert "7 / 0" in line
    assert "2 / 2" in line


def test_where_no_run_was_none_is_told_of() -> None:
    assert "Earlier runs" not in "\n".join(table(answer_of(BackupApp())))


def test_the_bill_adds_up(app: BackupApp) -> None:
    lines = list(table(answer_of(app, notebooks=70_000)))

    items = [line for line in lines if line.endswith(")") and " for " in line]
    total = float(next(x for x in lines if x.startswith("Azure")).split()[1])
    costs = [float(item.split("(")[0].split()[-1]) for item in items]
    assert len(costs) == 5
    assert total == pytest.approx(sum(costs), abs=0.03)
