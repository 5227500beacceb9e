"""DECISIONS: the queues' messages, ids and a version only; knows no queue."""

import json
from dataclasses import dataclass

from shared.errors import UnknownVersion

MESSAGE_VERSION = 1


@dataclass(frozen=True, slots=True)
class PlanMessage:
    """Go on with the run's plan, or finish the run."""

    run_id: str


@dataclass(frozen=True, slots=True)
class ShardMessage:
    """Work on a shard."""

    run_id: str
    shard: int


@dataclass(frozen=True, slots=True)
class RestoreMessage:
    """Go on with a restore."""

    restore_id: str


type Message = PlanMessage | ShardMessage | RestoreMessage


def encode(message: Message) -> str:
    """One line of JSON."""
    facts: dict[str, str | int] = {"v": MESSAGE_VERSION}
    match message:
        case RestoreMessage(restore_id):
            facts["restore"] = restore_id
        case PlanMessage(run_id):
            facts["run"] = run_id
        case ShardMessage(run_id, shard):
            facts |= {"run": run_id, "shard": shard}
    return json.dumps(facts, separators=(",", ":"))


def decode(text: str | bytes) -> Message:
    """The message that `encode` wrote; what else it carries is ignored.

    `ValueError` says what is wrong with any other text, `UnknownVersion` that a
    newer version of this code wrote it.
    """
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("the message is not JSON") from None
    if not isinstance(facts, dict):
        raise ValueError("the message is not a JSON object")  # noqa: TRY004 - one error for all garbage
    if _number(facts, "v") > MESSAGE_VERSION:
        raise UnknownVersion(f"message version {facts['v']}")
    return _message(facts)


def _message(facts: dict[str, object]) -> Message:
    restore_id = facts.get("restore")
    if isinstance(restore_id, str) and restore_id:
        return RestoreMessage(restore_id)
    run_id = facts.get("run")
    if not isinstance(run_id, str) or not run_id:
        raise ValueError("the message names no run")
    if "shard" not in facts:
        return PlanMessage(run_id)
    return ShardMessage(run_id, _number(facts, "shard"))


def _number(facts: dict[str, object], name: str) -> int:
    value = facts.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"the message's {name!r} is not a number from 1 on")
    return value
