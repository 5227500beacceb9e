"""The fault matrix's rows for storage: rows, blobs, leases and messages."""

import gc
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from azure.storage.blob import BlobLeaseClient

from shared.adapters.push_lease import BlobPushLease
from shared.domain.git import Push
from shared.domain.messages import ShardMessage
from shared.services.claim import LEASE
from tests.matrix.cases import COMPLETE, OUTAGE, Case, Fault
from tests.matrix.kept import SERVICES, Service, keep_in_azurite, take_back
from tests.matrix.meddling import act_before, meddle
from tests.matrix.scene import EDITED, Scene

type Place = tuple[str, str]
"""A method, and what is searched in the path."""

WRITE: Place = ("POST", r"/\$batch")
NEW_BLOB: Place = ("PUT", "/(plans|checkpoints)/")
LEASE_CALL: Place = ("PUT", "comp=lease")
PLAN: Place = ("POST", "/backup-plans/messages")
PLACES: Mapping[Service, Mapping[str, Place]] = {
    "tables": {
        "a read of a row": ("GET", r"\(PartitionKey="),
        "a list of rows": ("GET", r"\(\)\?"),
        "a write": WRITE,
    },
    "blobs": {
        "a read of a blob": ("GET", "/state-[^/]*/"),
        "a list of blobs": ("GET", "comp=list"),
        "a new blob": NEW_BLOB,
        "a blob": ("PUT", "/(index|shards)/"),
        "the lease": LEASE_CALL,
    },
    "queues": {
        "a message that plans": PLAN,
        "a message of a shard": ("POST", "/backup-shards/messages"),
    },
}
WRITES, BLOB_WRITES = 24, 12
"""So many writes of either kind the day's run makes at least."""

CUT_AFTER: Fault = {"effect": "cut", "when": "after"}
CUT_IN_HALF: Fault = {"effect": "truncate"}
PASSING: Mapping[str, Fault] = {
    "500": {"status": 500},
    "503 ServerBusy": {"status": 503},
    "504": {"status": 504},
    "a connection cut before": {"effect": "cut"},
    "a connection cut after": CUT_AFTER,
    "an answer cut in half": CUT_IN_HALF,
}
"""A full account answers 503 ServerBusy: storage has no 429."""

OUTAGES: Mapping[Service, tuple[int, ...]] = {
    "tables": (0, 6, 18, 40),
    "blobs": (0, 8, 20),
    "queues": (0, 4),
}
"""After so many requests the service is down for ten minutes."""


def storage_cases() -> Iterator[Case]:
    """All rows; a new effect or place makes all the rows it belongs to."""
    yield from _passing()
    yield from _at_every_write()
    yield from _lost_races()
    yield from _outages()
    yield from _leases()
    yield from _messages()


def _case(
    name: str, service: Service, place: Place, fault: Fault, times: int = 1
) -> Case:
    method, path = place
    return Case(
        name=name,
        remote=service,
        expected=COMPLETE,
        faults=({**fault, "method": method, "path": path, "times": times},),
        prepare=partial(_keep, service),
        repair=take_back if fault is not CUT_IN_HALF else _take_back_and_tidy,
    )


def _keep(service: Service, scene: Scene) -> None:
    keep_in_azurite(scene, service)


def _take_back_and_tidy(scene: Scene) -> None:
    """The SDK leaves a connection whose answer was cut off to the collector."""
    take_back(scene)
    with warnings.catch_warnings(action="ignore"):
        gc.collect()


def _passing() -> Iterator[Case]:
    for service, places in PLACES.items():
        for where, place in places.items():
            for what, effect in PASSING.items():
                yield _case(f"{what} at {where}", service, place, effect)
            for what in ("503 ServerBusy", "a connection cut after"):
                name = f"{what}, 3 times, at {where}"
                yield _case(name, service, place, PASSING[what], 3)
    hang: Fault = {"effect": "hang"}
    yield _case("no answer at a write", "tables", WRITE, hang)
    yield _case("no answer at a new blob", "blobs", NEW_BLOB, hang)
    yield _case("no answer at the lease", "blobs", LEASE_CALL, hang)
    yield _case("no answer at a message", "queues", PLAN, hang)


def _at_every_write() -> Iterator[Case]:
    """Nobody knows whether it took effect; or somebody was faster."""
    for number in range(WRITES):
        name = f"a connection cut after write {number + 1}"
        yield _case(name, "tables", WRITE, {**CUT_AFTER, "skip": number})
    for number in range(0, WRITES, 2):
        lost: Fault = {"status": 412, "skip": number}
        yield _case(f"412 at write {number + 1}", "tables", WRITE, lost)
    for number in range(BLOB_WRITES):
        name = f"a connection cut after blob {number + 1}"
        put = ("PUT", "/state-[^/]*/[^?]*$")
        yield _case(name, "blobs", put, {**CUT_AFTER, "skip": number})


def _lost_races() -> Iterator[Case]:
    for code in ("EntityAlreadyExists", "TableBeingDeleted", "Unheard"):
        yield _case(f"409 {code} at a write", "tables", WRITE, _clash(code))
    for code in ("BlobAlreadyExists", "ContainerBeingDeleted", "Unheard"):
        yield _case(f"409 {code} at a new blob", "blobs", NEW_BLOB, _clash(code))
    yield _case("409 at a message", "queues", PLAN, _clash("QueueBeingDeleted"))


def _clash(code: str) -> Fault:
    return {"status": 409, "body": "", "headers": {"x-ms-error-code": code}}


def _outages() -> Iterator[Case]:
    for what in ("503 ServerBusy", "a connection cut before", "a connection cut after"):
        for service, places in OUTAGES.items():
            for skip in places:
                yield Case(
                    name=f"{what} for 600 seconds, after {skip} requests",
                    remote=service,
                    expected=COMPLETE,
                    faults=({**PASSING[what], "path": ".", "skip": skip},),
                    prepare=partial(_keep, service),
                    repair=take_back,
                    outage=OUTAGE,
                )
        for skip in (0, 3, 9):
            yield Case(
                name=f"{what} of all for 600 seconds, after {skip} requests each",
                remote="storage",
                expected=COMPLETE,
                faults=({**PASSING[what], "path": ".", "skip": skip},),
                prepare=_keep_all,
                repair=take_back,
                outage=OUTAGE,
            )


def _keep_all(scene: Scene) -> None:
    keep_in_azurite(scene, *SERVICES)


def _state(name: str, service: Service, prepare: Callable[[Scene], None]) -> Case:
    return Case(
        name=name,
        remote=service,
        expected=COMPLETE,
        prepare=prepare,
        repair=take_back,
    )


def _leases() -> Iterator[Case]:
    yield _state("a push lease that another holds all the time", "blobs", _hold)
    yield _state("a push lease that another ends in the middle", "blobs", _end)


def _hold(scene: Scene) -> None:
    _keep("blobs", scene)
    lease = _lease_of(scene)
    lease._create()
    BlobLeaseClient(lease._blob).acquire(-1)


def _end(scene: Scene) -> None:
    _keep("blobs", scene)
    meddle(None, _end_the_lease, scene)


def _end_the_lease(scene: Scene, push: Push) -> Push:
    """The record is pushed without one."""
    lease = BlobLeaseClient(_lease_of(scene)._blob)
    if not push.changes[0].path.startswith(".backup/runs/"):
        lease.break_lease(0)
    return push


def _lease_of(scene: Scene) -> BlobPushLease:
    lease: object = scene.app.lease
    assert isinstance(lease, BlobPushLease)
    return lease


def _messages() -> Iterator[Case]:
    yield _state("every message comes twice", "queues", _twice)
    yield _state("a message that comes while its twin still runs", "tables", _twin)
    yield _state("a message that comes when its twin seems dead", "tables", _late_twin)


def _twice(scene: Scene) -> None:
    _keep("queues", scene)
    scene.app.twice = True


def _twin(scene: Scene) -> None:
    _keep("tables", scene)
    act_before("export", EDITED, _deliver_again, scene)


def _late_twin(scene: Scene) -> None:
    _keep("tables", scene)
    act_before("export", EDITED, _deliver_late, scene)


def _deliver_again(scene: Scene, _: str) -> None:
    scene.app.deliver(ShardMessage(scene.app.run_ids[0], 1))


def _deliver_late(scene: Scene, path: str) -> None:
    scene.clock.advance(LEASE.total_seconds() + 1)
    _deliver_again(scene, path)
