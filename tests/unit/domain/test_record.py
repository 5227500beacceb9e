"""The record that closes a run: what it says, and what the next run reads of it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.index import LastRecord
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.record import (
    MAX_FAILURES,
    MAX_NAMED,
    Named,
    is_record_path,
    last_record,
    scope_key,
    write_record,
)
from shared.domain.run_ids import is_run_id, new_run_id, opened_at, record_path
from shared.domain.runs import Run, RunStatus, Tally
from shared.domain.scope import Scope
from shared.errors import UnknownVersion
from tests.run_builders import SOME_NIGHT, a_request, a_run

SCOPE = Scope(("/Clients", "/Users"), (".bundle",))
COMMIT = "c" * 40


def a_finished_run() -> Run:
    return a_run(
        a_request(scope=SCOPE, message="before the release"),
        identity="backup@example.com",
        admin=True,
        tally=Tally(stored=3, failed=1),
        calls={"list": 2},
    )


def written(run: Run, **named: Named) -> bytes:
    kinds = {OutcomeKind(kind): entry for kind, entry in named.items()}
    finished = SOME_NIGHT.isoformat()
    return write_record(run, RunStatus.INCOMPLETE, finished, kinds, ["/x/.bundle"])


def a_failure(path: str) -> Outcome:
    return Outcome(kind=OutcomeKind.FAILED, path=path, type="FILE", detail="500")


def test_a_record_says_what_was_asked_done_and_left_out() -> None:
    run = a_finished_run()

    facts = json.loads(written(run, failed=Named((a_failure("/x"),), 1)))

    assert facts["run"] == run.id
    assert facts["status"] == "incomplete"
    assert facts["message"] == "before the release"
    assert facts["scope"]["roots"] == ["/Clients", "/Users"]
    assert facts["scope"]["excluded"] == ["/x/.bundle"]
    assert facts["identity"] == {
        "name": "backup@example.com",
        "admin": True,
        "last_seen_as_admin": True,
    }
    assert (facts["counts"]["stored"], facts["calls"]) == (3, {"list": 2})
    assert facts["failures"] == {
        "total": 1,
        "named": [{"path": "/x", "type": "FILE", "detail": "500"}],
    }
    assert facts["deletions"] == {"total": 0, "named": []}


def test_a_record_does_not_grow_with_the_workspace() -> None:
    many = tuple(a_failure(f"/{n}") for n in range(5_000))
    run = a_finished_run()

    raw = write_record(
        run,
        RunStatus.INCOMPLETE,
        "",
        {kind: Named(many, 5_000) for kind in OutcomeKind},
        [f"/{n}" for n in range(5_000)],
    )

    facts = json.loads(raw)
    assert len(facts["failures"]["named"]) == MAX_FAILURES
    assert len(facts["exceptions"]["named"]) == MAX_NAMED
    assert facts["failures"]["total"] == 5_000
    assert len(facts["scope"]["excluded"]) == MAX_NAMED
    assert len(raw) < 250_000


def test_the_same_run_has_the_same_record() -> None:
    run = a_finished_run()

    assert written(run) == written(replace(run, calls=dict(run.calls)))
    assert written(run).endswith(b"}\n")


def test_the_next_run_reads_what_it_needs() -> None:
    run = a_finished_run()

    assert last_record(written(run), COMMIT) == LastRecord(
        run_id=run.id,
        status="incomplete",
        scope=scope_key(SCOPE),
        commit=COMMIT,
        identity="backup@example.com",
        admin=True,
    )


def test_equal_scopes_have_one_key() -> None:
    assert scope_key(SCOPE) == scope_key(Scope(SCOPE.roots, SCOPE.excludes))
    assert scope_key(SCOPE) != scope_key(Scope(SCOPE.roots, ()))
    assert scope_key(SCOPE) != scope_key(Scope(("/",), SCOPE.excludes))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
places = st.sampled_from(
    ["version", "run", "status", "scope", "identity", "scope/roots", "scope/exclude"]
)


@given(places, json_values)
def test_a_record_that_a_stranger_changed_is_read_or_refused(
    place: str, value: object
) -> None:
    facts = json.loads(written(a_finished_run()))
    *above, key = place.split("/")
    (facts[above[0]] if above else facts)[key] = value

    try:
        record = last_record(json.dumps(facts).encode(), COMMIT)
    except (ValueError, UnknownVersion):
        return

    assert all(isinstance(text, str) for text in (record.run_id, record.status))


@given(st.binary(max_size=40))
def test_garbage_is_no_record(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not one of ours"):
        last_record(raw, COMMIT)


def test_a_bottomless_record_is_none() -> None:
    with pytest.raises(ValueError, match="not one of ours"):
        last_record(b"[" * 100_000, COMMIT)


def test_a_record_of_a_newer_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        last_record(b'{"version": 2}', COMMIT)


def test_a_records_path_follows_from_the_run_id() -> None:
    run_id = new_run_id(SOME_NIGHT, "3f9a1c")

    assert run_id == "20261122T020000Z-3f9a1c"
    assert record_path(run_id) == f".backup/runs/2026/11/22/{run_id}.json"
    assert is_record_path(record_path(run_id))
    assert opened_at(run_id) == SOME_NIGHT.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "20261122T020000Z-3f9a1",
        "20261122T020000Z-3f9a1C",
        "20261122T020000Z-3f9a1c\n",
        "../../../20261122T020000Z-3f9a1c",
        "٢٠٢٦١١٢٢T020000Z-3f9a1c",
    ],
)
def test_any_other_text_is_no_run_id(text: str) -> None:
    assert not is_run_id(text)
    assert opened_at(text) is None
    with pytest.raises(ValueError, match="is not a run id"):
        record_path(text)


def test_a_day_that_never_was_is_no_time() -> None:
    assert opened_at("20261399T250000Z-3f9a1c") is None


@pytest.mark.parametrize(
    "path",
    [
        ".backup/runs/2026/11/22/x/y.json",
        ".backup/runs/2026/11/x.json",
        ".backup/folders/2026/11/22/x.json",
        "a/.backup/runs/2026/11/22/x.json",
        ".backup/runs/2026/11/22/x.json/folder.json",
        ".backup/runs/2026/11/22/notes.json",
        ".backup/runs/2026/11/23/20261122T020000Z-3f9a1c.json",
        ".backup/runs/2026/11/22/20261122T020000Z-3f9a1c",
    ],
)
def test_other_paths_are_no_records(path: str) -> None:
    assert not is_record_path(path)
