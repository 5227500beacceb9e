"""OUTSIDE: a lease that is taken only to see whether it can be (port `LeaseTrial`)."""

from azure.storage.blob import BlobLeaseClient, BlobServiceClient

from shared.adapters.blobs import CONTAINER, StorageBlobs
from shared.adapters.storage_errors import translated
from shared.errors import AlreadyExists, NotFound

NAME = "locks/diagnostics"
LEASE_SECONDS = 15
"""The shortest there is (documented: Lease Blob): it ends by itself after a crash."""


class BlobLeaseTrial:
    """On an empty blob of its own, made by the first trial."""

    def __init__(self, service: BlobServiceClient, container: str = CONTAINER) -> None:
        self._blobs = StorageBlobs(service, container)
        self._blob = service.get_blob_client(container, NAME)

    def take_and_release(self) -> None:
        """See the port."""
        lease = BlobLeaseClient(self._blob)
        try:
            self._acquire(lease)
        except NotFound:
            self._create()
            self._acquire(lease)
        with translated("release a lease"):
            lease.release()

    def _acquire(self, lease: BlobLeaseClient) -> None:
        with translated("take a lease"):
            lease.acquire(LEASE_SECONDS)

    def _create(self) -> None:
        try:
            self._blobs.create(NAME, b"")
        except AlreadyExists:
            return
