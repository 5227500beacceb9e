"""OUTSIDE: a blob lease that pushers of one branch hold in turn (port `PushLease`).

A courtesy: whoever cannot get it goes on without. It is not renewed, so nothing runs
beside the push; one that takes longer than the lease only loses its politeness.
"""

import hashlib
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager

from azure.storage.blob import BlobLeaseClient, BlobServiceClient

from shared.adapters.blobs import CONTAINER, StorageBlobs
from shared.adapters.storage_errors import translated
from shared.errors import AlreadyExists, BackupError, LeaseHeld, NotFound, Transient
from shared.ports import Clock

LEASE_SECONDS = 60
"""The longest a lease can be that ends by itself (documented: Lease Blob)."""

PATIENCE_SECONDS = 90.0
"""Longer than a lease, so that a pusher that died keeps nobody from waiting on."""

_PAUSE_SECONDS = (0.4, 1.2)

_log = logging.getLogger(__name__)


class BlobPushLease:
    """The lease of one branch of one repository."""

    def __init__(
        self,
        service: BlobServiceClient,
        branch: str,
        clock: Clock,
        container: str = CONTAINER,
    ) -> None:
        """Take `branch` as any text that tells branches of all repositories apart."""
        # A blob's name takes neither every character nor every length.
        name = f"locks/push-{hashlib.sha256(branch.encode()).hexdigest()[:20]}"
        self._name = name
        self._blobs = StorageBlobs(service, container)
        self._blob = service.get_blob_client(container, name)
        self._clock = clock

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for the lease, a bounded time, and hold it; then go on anyway."""
        lease = self._acquired()
        try:
            yield
        finally:
            if lease:
                _release(lease)

    def _acquired(self) -> BlobLeaseClient | None:
        give_up = self._clock.monotonic() + PATIENCE_SECONDS
        while self._clock.monotonic() < give_up:
            try:
                return self._acquire()
            except NotFound:
                self._create()
            except LeaseHeld:
                self._clock.sleep(random.uniform(*_PAUSE_SECONDS))  # noqa: S311 - a pause
            except Transient as error:
                _log.info("going on without the push lease: %s", error)
                return None
        _log.info("going on without the push lease: it was held all the time")
        return None

    def _acquire(self) -> BlobLeaseClient:
        lease = BlobLeaseClient(self._blob)
        with translated("acquire the push lease"):
            lease.acquire(LEASE_SECONDS)
        return lease

    def _create(self) -> None:
        try:
            self._blobs.create(self._name, b"")
        except AlreadyExists:
            return


def _release(lease: BlobLeaseClient) -> None:
    try:
        with translated("release the push lease"):
            lease.release()
    except BackupError as error:
        # It ends by itself, or has ended already.
        _log.info("the push lease was not released: %s", error)
