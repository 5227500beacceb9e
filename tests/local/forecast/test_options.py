"""What `make forecast` understands."""

from pathlib import Path

import pytest

from local.backup.options import UsageError
from local.forecast.options import read_forecast


def test_nothing_has_to_be_said() -> None:
    wanted = read_forecast([], {})

    assert wanted.query == {}
    assert wanted.stack.data == Path(".local")


def test_what_is_said_becomes_the_query() -> None:
    words = ["SAMPLE=0", "NOTEBOOKS=700000", "CHANGE=0.5", "SEED=", "DATA=x"]
    wanted = read_forecast(words, {})

    assert wanted.query == {
        "sample": "0",
        "notebooks": "700000",
        "change_percent": "0.5",
    }
    assert wanted.stack.data == Path("x")
    assert wanted.stack.notebooks == 0


def test_a_token_that_lies_about_is_ignored_and_said() -> None:
    ambient = {"DATABRICKS_HOST": "https://production", "DATABRICKS_TOKEN": "dapi"}

    stack = read_forecast([], ambient).stack

    assert stack.settings == {}
    assert stack.ignored == ("DATABRICKS_HOST", "DATABRICKS_TOKEN")


@pytest.mark.parametrize("word", ["WORKSPACE=x", "SAMPLE", "sample=3"])
def test_what_cannot_be_understood_is_told(word: str) -> None:
    with pytest.raises(UsageError, match="is not NAME=VALUE with one of SAMPLE"):
        read_forecast([word], {})
