"""OUTSIDE: the app's three storage queues (port `Queue`); knows no message's meaning.

The Functions host expects base64 (documented: Azure Queue storage bindings,
`messageEncoding`), which the SDK does not send unless told to.
"""

import math

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.queue import (
    QueueClient,
    QueueServiceClient,
    TextBase64DecodePolicy,
    TextBase64EncodePolicy,
)

from shared.adapters.storage_errors import code_of, repeated
from shared.domain.messages import (
    Message,
    PlanMessage,
    RestoreMessage,
    ShardMessage,
    encode,
)

PLANS = "backup-plans"
SHARDS = "backup-shards"
RESTORES = "restore-shards"

TIME_TO_LIVE = 7 * 24 * 3600
"""Seconds; outlives every run's deadline many times, yet litter goes in the end."""

_MAX_DELAY = TIME_TO_LIVE - 3600


class StorageQueue:
    """All queues, each created when a message finds it missing."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._plans = _client(service, PLANS)
        self._shards = _client(service, SHARDS)
        self._restores = _client(service, RESTORES)

    def plan(self, run_id: str, delay: float = 0) -> None:
        """Go on with the run's plan or finish, `delay` seconds from now."""
        _send(self._plans, PlanMessage(run_id), delay)

    def shard(self, run_id: str, number: int, delay: float = 0) -> None:
        """Work on a shard, `delay` seconds from now."""
        _send(self._shards, ShardMessage(run_id, number), delay)

    def restore(self, restore_id: str, delay: float = 0) -> None:
        """Go on with a restore, `delay` seconds from now."""
        _send(self._restores, RestoreMessage(restore_id), delay)


def _client(service: QueueServiceClient, name: str) -> QueueClient:
    return service.get_queue_client(
        name,
        message_encode_policy=TextBase64EncodePolicy(),
        message_decode_policy=TextBase64DecodePolicy(),
    )


def _send(client: QueueClient, message: Message, delay: float) -> None:
    text = encode(message)
    hidden = min(max(math.ceil(delay), 0), _MAX_DELAY)
    # Repeating can send it twice; every receiver takes that.
    repeated("send a message", lambda: _send_once(client, text, hidden))


def _send_once(client: QueueClient, text: str, hidden: int) -> None:
    try:
        _put(client, text, hidden)
    except HttpResponseError as error:
        if code_of(error) != "QueueNotFound":
            raise
        _create(client)
        _put(client, text, hidden)


def _put(client: QueueClient, text: str, hidden: int) -> None:
    client.send_message(text, visibility_timeout=hidden, time_to_live=TIME_TO_LIVE)


def _create(client: QueueClient) -> None:
    try:
        client.create_queue()
    except ResourceExistsError as error:
        if code_of(error) != "QueueAlreadyExists":
            raise
