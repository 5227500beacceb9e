"""The vocabulary of events: all of it is documented, and nothing else is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.domain import state_changes
from shared.domain.events import FIELDS, Event, EventName
from shared.domain.health import Standing
from shared.domain.runs import ShardStatus
from tests.run_builders import a_restore, a_run, a_shard

NOW = datetime(2026, 11, 26, tzinfo=UTC)
DOCUMENT = (Path(__file__).parents[3] / "docs/events.md").read_text()
RUN = a_run()
SHARD = a_shard(RUN)
STANDING = Standing(runs=(), now=NOW, alive_since=NOW, max_age=timedelta(hours=25))
TOLD = [
    state_changes.run_started(RUN.request),
    state_changes.run_skipped("paused"),
    state_changes.run_planned(RUN, folders_failed=0),
    state_changes.shard_finished(SHARD, ShardStatus.DONE, ""),
    state_changes.run_finished(RUN),
    state_changes.deletions_held("r1", 3, "too many"),
    state_changes.history_changed("r1"),
    state_changes.shard_poisoned("r1", 1, "x"),
    state_changes.audit_mismatch("r1", 1, ["/a"]),
    state_changes.restore_finished(a_restore()),
    state_changes.credentials_refused("no"),
    state_changes.throttled("databricks", None),
    state_changes.heartbeat(STANDING),
    state_changes.cleaned_up({}, 0, more=False),
]


@pytest.mark.parametrize("event", TOLD, ids=[event.name.value for event in TOLD])
def test_an_event_has_the_facts_that_are_documented(event: Event) -> None:
    assert event.facts.keys() == FIELDS[event.name].keys()


def test_all_events_are_looked_at() -> None:
    assert {event.name for event in TOLD} == {*EventName} == FIELDS.keys()


def rows() -> Iterator[tuple[str, str, str]]:
    for section in re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)[1:]:
        name = section.split("`")[1]
        for fact, meaning in re.findall(
            r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE
        ):
            yield name, fact, meaning


def test_the_document_says_what_the_code_says() -> None:
    documented = {
        (name.value, fact, meaning)
        for name, facts in FIELDS.items()
        for fact, meaning in facts.items()
    }

    assert {*rows()} == documented
