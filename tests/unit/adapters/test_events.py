"""One log line a state change, readable with and without its fields."""

import json
import logging
from typing import Any

import pytest

from shared.adapters.events import LOGGER_NAME, LoggedEvents
from shared.domain.events import Counts, Event, EventName


def _emitted(caplog: pytest.LogCaptureFixture, event: Event) -> Any:
    with caplog.at_level(logging.INFO, LOGGER_NAME):
        LoggedEvents().emit(event)
    (record,) = caplog.records
    return record


def test_the_message_is_the_whole_event_as_json(
    caplog: pytest.LogCaptureFixture,
) -> None:
    event = Event(EventName.SHARD_FINISHED, "r1", {"exported": 5, "ok": True}, shard=3)

    record = _emitted(caplog, event)

    assert json.loads(record.getMessage()) == {
        "event": "shard.finished",
        "run_id": "r1",
        "shard_id": 3,
        "exported": 5,
        "ok": True,
    }
    assert "\n" not in record.getMessage()


def test_the_facts_are_fields_of_the_record(caplog: pytest.LogCaptureFixture) -> None:
    record = _emitted(caplog, Event(EventName.RUN_FINISHED, "r1", {"seconds": 1.5}))

    assert (record.event, record.run_id, record.seconds) == ("run.finished", "r1", 1.5)
    assert not hasattr(record, "shard_id")


def test_a_fact_cannot_stand_for_the_event_or_its_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    record = _emitted(caplog, Event(EventName.THROTTLED, "r1", {"event": "x"}))

    assert record.event == "throttled"


def test_facts_with_names_a_record_keeps_for_itself_do_not_raise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    facts = dict.fromkeys(("message", "name", "args", "asctime", "msg"), "x")

    record = _emitted(caplog, Event(EventName.THROTTLED, "r1", facts))

    assert json.loads(record.getMessage())["name"] == "x"
    assert record.name == LOGGER_NAME
    assert record.name_ == "x"


def test_a_fact_that_is_no_json_does_not_raise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    odd: Any = {"when": object(), "half": "\ud800", "nan": float("nan")}

    record = _emitted(caplog, Event(EventName.THROTTLED, "", odd))

    assert "throttled" in record.getMessage()


def test_a_list_is_a_field_as_json(caplog: pytest.LogCaptureFixture) -> None:
    calls: Counts = [{"name": "databricks.list", "count": 3}]

    record = _emitted(caplog, Event(EventName.RUN_FINISHED, "r1", {"calls": calls}))

    assert json.loads(record.calls) == calls
    assert json.loads(record.getMessage())["calls"] == calls


def test_events_are_logged_at_any_level_of_the_rest(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "level", logging.ERROR)

    LoggedEvents().emit(Event(EventName.HISTORY_CHANGED, "r1"))

    assert [record.getMessage() for record in caplog.records] == [
        '{"event":"history.changed","run_id":"r1"}'
    ]
