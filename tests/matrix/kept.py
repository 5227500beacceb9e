"""A scene whose state is kept in Azurite for one run, behind the proxies.

What the scene was before is moved in, what it left is taken back: the faults of one
service concern that run only, and the others stay in memory.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, cast

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueClient, TextBase64DecodePolicy

from shared.adapters.queues import PLANS, SHARDS, StorageQueue
from shared.adapters.storage_clients import StorageClients
from shared.domain.messages import Message, PlanMessage, ShardMessage, decode
from shared.domain.runs import Run, Shard
from shared.ports import Queue, Write
from tests.fakes.storage import (
    FakeBlobs,
    FakeLease,
    FakeQueue,
    FakeRunIndex,
    FakeRunStore,
)
from tests.matrix.scene import Scene
from tests.real_state import RealState, move_blobs, move_rows
from tests.triggered_app import always

type Service = Literal["tables", "blobs", "queues"]
SERVICES: tuple[Service, ...] = ("tables", "blobs", "queues")

_numbers = itertools.count(1)


def keep_in_azurite(scene: Scene, *services: Service) -> RealState:
    """Let the app keep in Azurite what these services keep."""
    site, app = scene.site.storage, scene.app
    name = f"kept{next(_numbers)}"
    state = RealState(site.clients, name)
    ports = state.ports(scene.clock)
    looks = RealState(site.direct, name).ports(scene.clock)
    if "tables" in services:
        move_rows(app, looks)
        app.store, app.index, app.looks = ports["store"], ports["index"], looks
        app.restores, app.place = ports["restores"], ports["place"]
    if "blobs" in services:
        move_blobs(app, looks)
        app.blobs, app.lease = ports["blobs"], ports["lease"]
    if "queues" in services:
        queue = SentQueue(site.clients)
        app.queue, app.reachable = cast("FakeQueue", queue), queue.poll
    return state


def take_back(scene: Scene) -> None:
    """Into memory again, as far as a later run needs it."""
    app = scene.app
    app.store, app.index = _rows_of(scene)
    app.looks = {}
    blobs = FakeBlobs()
    for name in app.blobs.names("index/"):
        blobs.put(name, app.blobs.get(name) or b"")
    app.blobs, app.lease = blobs, FakeLease()
    app.queue, app.reachable = FakeQueue(), always


def _rows_of(scene: Scene) -> tuple[FakeRunStore, FakeRunIndex]:
    store, index = FakeRunStore(), FakeRunIndex()
    for run_id in scene.app.run_ids:
        run = scene.app.row(run_id)
        index.enter(run.request)
        store.write(
            *[Write[Run](run)], *[Write[Shard](s) for s in scene.app.shards(run)]
        )
    assert not scene.app.unfinished
    return store, index


@dataclass
class SentQueue:
    """The real queues; what arrives there, the platform polls by the same way.

    Delays pass on the scene's clock, so the messages themselves are never hidden.
    """

    clients: StorageClients
    delays: dict[Message, list[float]] = field(default_factory=dict)
    arrived: list[Message] = field(default_factory=list)
    waiting: bool = False

    def __post_init__(self) -> None:
        self.queue: Queue = StorageQueue(self.clients.queues)
        self.polled = [self._client(name) for name in (PLANS, SHARDS)]
        for client in self.polled:
            with suppress(ResourceNotFoundError):
                client.clear_messages()

    def _client(self, name: str) -> QueueClient:
        decoding = TextBase64DecodePolicy()
        queues = self.clients.queues
        return queues.get_queue_client(name, message_decode_policy=decoding)

    def plan(self, run_id: str, delay: float = 0) -> None:
        self._send(PlanMessage(run_id), delay, lambda: self.queue.plan(run_id))

    def shard(self, run_id: str, number: int, delay: float = 0) -> None:
        message = ShardMessage(run_id, number)
        self._send(message, delay, lambda: self.queue.shard(run_id, number))

    def _send(self, message: Message, delay: float, send: Callable[[], None]) -> None:
        """Also one that fails may have arrived."""
        self.delays.setdefault(message, []).append(delay)
        self.waiting = True
        send()

    def take(self) -> tuple[Message, float] | None:
        if self.waiting:
            self.poll()
        if not self.arrived:
            return None
        message = self.arrived.pop(0)
        delays = self.delays.get(message)
        return message, delays.pop(0) if delays else 0

    def poll(self) -> bool:
        """Receive what is there; whether the queues answer."""
        try:
            self.arrived += self._received()
        except AzureError:
            return False
        self.waiting = False
        return True

    def _received(self) -> Iterator[Message]:
        for client in self.polled:
            with suppress(ResourceNotFoundError):
                for message in client.receive_messages(messages_per_page=32):
                    yield decode(str(message.content))
                    client.delete_message(message)
