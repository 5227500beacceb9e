"""Runs, their shards, and the words they leave in the repository."""

import base64
import json
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.repository_texts import (
    is_push_comment,
    is_record_comment,
    is_run_comment,
    push_token,
    record_comment,
    shard_comment,
)
from shared.domain.runs import (
    RunStatus,
    ShardKind,
    ShardStatus,
    Tally,
    add_calls,
    claimed,
    held_by_other,
)
from tests.run_builders import SOME_NIGHT, a_request, a_run, a_shard

SOON = SOME_NIGHT + timedelta(minutes=5)


def test_only_two_states_of_a_run_and_of_a_shard_are_open() -> None:
    assert [s.value for s in RunStatus if s.open] == ["planning", "running"]
    assert [s.value for s in ShardStatus if s.open] == ["waiting", "queued"]


def test_tallies_add_up_field_by_field() -> None:
    ones = Tally(**{f.name: 1 for f in fields(Tally)})

    assert ones + ones == Tally(**{f.name: 2 for f in fields(Tally)})
    assert add_calls({"list": 1, "push": 2}, {"list": 3}) == {"list": 4, "push": 2}


def test_a_claim_holds_for_others_until_it_ends() -> None:
    row = claimed(a_run(), "me", SOON)

    assert held_by_other(row, "you", SOME_NIGHT)
    assert not held_by_other(row, "you", SOON)
    assert not held_by_other(row, "me", SOME_NIGHT)
    assert not held_by_other(a_shard(row), "you", SOME_NIGHT)


def test_commits_say_what_they_are_and_of_which_run() -> None:
    run = a_run(a_request(message="Backup-Record: somebody's own line"))
    token = push_token(run.id, 3, 1, 2)

    stored = shard_comment(run, ShardKind.STORE, token, Tally(stored=4), 1.25)
    deleted = shard_comment(
        run, ShardKind.DELETE, token, Tally(deleted=1, moved=2), 0.0
    )
    closing = record_comment(run, RunStatus.COMPLETE, 60.0)

    assert stored.startswith("Back up 4 objects\n")
    assert deleted.startswith("Remove 3 objects\n")
    assert is_push_comment(stored, token)
    assert [is_run_comment(c, run.id) for c in (stored, deleted, closing)] == [True] * 3
    assert [is_record_comment(c, run.id) for c in (stored, closing)] == [False, True]
    assert not is_run_comment(stored, run.id[:-1])
    assert "somebody's own line" in stored


@pytest.mark.parametrize("word", ["Backup-Record: {}", "Backup-Run: {}"])
def test_a_callers_line_is_never_taken_for_ours(word: str) -> None:
    other = a_run()
    token = push_token(other.id, 1, 1, 1)
    line = word.format(other.id)
    told = [
        comment
        for text in (line, f"  {line}  ", token)
        for run in [a_run(a_request(message=text))]
        for comment in (
            shard_comment(run, ShardKind.STORE, "own token", Tally(stored=4), 1.25),
            record_comment(run, RunStatus.COMPLETE, 60.0),
        )
    ]

    assert not any(is_record_comment(comment, other.id) for comment in told)
    assert not any(is_run_comment(comment, other.id) for comment in told)
    assert not any(is_push_comment(comment, token) for comment in told)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n\r\n", "  \n"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_our_own_words_are_known_however_they_come_back(
    newline: str, ending: str
) -> None:
    run = a_run(a_request(message="by hand"))
    comment = record_comment(run, RunStatus.COMPLETE, 60.0)

    came_back = comment.replace("\n", newline) + ending

    assert is_record_comment(came_back, run.id)
    assert is_run_comment(came_back, run.id)


changes = st.builds(
    lambda path, content: Change(
        ChangeKind.DELETE if content is None else ChangeKind.EDIT, path, content
    ),
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.none() | st.binary(max_size=400),
)


def as_sent(change: Change) -> dict[str, object]:
    """As the REST API takes it."""
    return {
        "changeType": change.kind.value,
        "item": {"path": f"/{change.path}"},
        "newContent": {
            "content": change.encoded_content().decode(),
            "contentType": "base64encoded",
        },
    }


@given(changes)
def test_a_change_is_never_larger_than_it_says(change: Change) -> None:
    """In the loosest JSON there is, with the comma after it."""
    assert len(json.dumps(as_sent(change))) + 2 <= change.encoded_bytes


@given(st.lists(changes, max_size=20), st.text(max_size=200))
def test_a_push_is_never_larger_than_it_says(told: list[Change], comment: str) -> None:
    push = Push("0" * 40, comment, tuple(told))
    body = {
        "refUpdates": [{"name": "refs/heads/" + "b" * 250, "oldObjectId": push.old}],
        "commits": [
            {"comment": comment, "changes": [as_sent(change) for change in told]}
        ],
    }

    assert len(json.dumps(body)) <= push.encoded_bytes


@pytest.mark.parametrize("content", [b"", b"x", b"\xef\xbb\xbfa\r\n\0\xff"])
def test_content_is_sent_faithfully(content: bytes) -> None:
    change = Change(ChangeKind.ADD, "x", content)

    assert base64.b64decode(change.encoded_content()) == content
