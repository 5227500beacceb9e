"""What is met in a storage account."""

from collections.abc import Callable

from shared.domain.diagnosis_limits import MOST_MESSAGES
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    LeaseHeld,
    Unavailable,
)
from shared.services.checks import storage
from shared.services.diagnose import Check
from tests.fakes.diagnostics import FakeLeaseTrial, FakeQueueDepths
from tests.unit.services.checks.rows import Row

SERVICES = (storage.BLOBS, storage.QUEUES, storage.TABLES)


def reading(index: int, error: BackupError | None = None) -> Callable[[], Check]:
    def read() -> None:
        if error:
            raise error

    return lambda: storage.ServiceWorks(SERVICES[index], read, "A Role")


def leasing(error: BackupError | None = None) -> Callable[[], Check]:
    return lambda: storage.LeaseWorks(lambda: FakeLeaseTrial(error))


def waiting(**numbers: int) -> Callable[[], Check]:
    named = {name.replace("_", "-"): number for name, number in numbers.items()}
    return lambda: storage.QueuesFlow(lambda: FakeQueueDepths(named))


ROWS = (
    *(
        row
        for index in range(len(SERVICES))
        for row in (
            Row("it works", reading(index), storage.WORKS),
            Row("silence", reading(index, Unavailable("no")), storage.SILENT),
            Row("403", reading(index, AccessDenied("no")), storage.SHUT),
            Row("401", reading(index, CredentialsRefused("no")), storage.SHUT),
        )
    ),
    Row("leased", leasing(), storage.LEASED),
    Row("leased by another", leasing(LeaseHeld("held")), storage.LEASED),
    Row("no lease", leasing(AccessDenied("no")), storage.NO_LEASE),
    Row("empty", waiting(backup_plans=0), storage.NORMAL),
    Row("as usual", waiting(backup_shards=4), storage.NORMAL),
    Row("crowded", waiting(backup_shards=MOST_MESSAGES + 1), storage.CROWDED),
    Row("poison", waiting(backup_shards_poison=1), storage.POISONED),
    Row("no poison", waiting(backup_shards_poison=0), storage.NORMAL),
)
