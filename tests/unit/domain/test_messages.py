"""Messages come back as they were sent; anything else is told from them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.messages import (
    Message,
    PlanMessage,
    RestoreMessage,
    ShardMessage,
    decode,
    encode,
)
from shared.errors import UnknownVersion

run_ids = st.text(min_size=1)
messages = (
    st.builds(PlanMessage, run_ids)
    | st.builds(ShardMessage, run_ids, st.integers(1))
    | st.builds(RestoreMessage, run_ids)
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(messages)
def test_every_message_comes_back(message: Message) -> None:
    assert decode(encode(message)) == message
    assert decode(encode(message).encode()) == message


def test_messages_are_tiny_and_readable() -> None:
    assert encode(PlanMessage("a")) == '{"v":1,"run":"a"}'
    assert encode(ShardMessage("a", 17)) == '{"v":1,"run":"a","shard":17}'
    assert encode(RestoreMessage("a")) == '{"v":1,"restore":"a"}'


def test_what_else_a_message_carries_is_ignored() -> None:
    text = '{"v":1,"run":"a","shard":2,"invented":[]}'

    assert decode(text) == ShardMessage("a", 2)


def test_a_newer_message_is_told_from_garbage() -> None:
    with pytest.raises(UnknownVersion):
        decode('{"v":2,"something":"else"}')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "'v'"),
        ('{"v":true,"run":"a"}', "'v'"),
        ('{"v":1}', "names no run"),
        ('{"v":1,"run":""}', "names no run"),
        ('{"v":1,"run":7}', "names no run"),
        ('{"v":1,"run":"a","shard":0}', "'shard'"),
        ('{"v":1,"run":"a","shard":null}', "'shard'"),
        ('{"v":1,"run":"a","shard":"1"}', "'shard'"),
    ],
)
def test_garbage_is_refused_with_a_sentence(text: str | bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        decode(text)


@given(json_values.map(json.dumps) | st.text() | st.binary())
def test_no_garbage_breaks_the_decoder(text: str | bytes) -> None:
    try:
        decode(text)
    except (ValueError, UnknownVersion):
        return
