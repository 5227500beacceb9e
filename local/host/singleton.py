"""LOCAL: which host process may run a timer: whoever holds its blob lease.

Knows no schedule. As the WebJobs SDK's singleton listener lock: a lease of 60 s on
`azure-webjobs-hosts/locks/<host id>/<function>.Listener`, renewed while it is held,
and looked at once a minute while somebody else holds it.
"""

import asyncio
import contextlib
import logging

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.storage.blob.aio import BlobClient, BlobLeaseClient, ContainerClient

from local.host.pace import Pace

log = logging.getLogger("host.singleton")

LEASE = 60  # seconds
SHORTEST_LEASE = 15  # that storage grants
RECOVERY = 60.0  # nominal seconds between attempts


class Singleton:
    """One function's listener lock."""

    def __init__(self, container: ContainerClient, blob: str, pace: Pace) -> None:
        self._container = container
        self._blob = blob
        self._pace = pace
        self._seconds = max(SHORTEST_LEASE, round(pace.seconds(LEASE)))

    async def acquire(self) -> BlobLeaseClient:
        """Return the lease once nobody else holds it."""
        while True:
            try:
                return await self._try(self._container.get_blob_client(self._blob))
            except HttpResponseError as error:
                if error.status_code != 409:
                    log.warning("%s: %s", self._blob, error.message)
            except AzureError as error:
                log.warning("%s: %s", self._blob, error)
            await self._pace.sleep(RECOVERY)

    async def hold(self, lease: BlobLeaseClient) -> None:
        """Renew until the lease is lost; then return."""
        ours = lease.id
        while True:
            await asyncio.sleep(self._seconds / 3)
            try:
                await lease.renew()
                lease.id = ours  # the SDK forgets it with an answer that was cut
            except HttpResponseError as error:
                log.warning("lost %s: %s", self._blob, error.message)
                return
            except AzureError as error:
                log.warning("cannot renew %s yet: %s", self._blob, error)

    async def release(self, lease: BlobLeaseClient) -> None:
        """Let the next host have it at once."""
        try:
            await lease.release()
        except AzureError as error:
            log.info("%s was no longer ours: %s", self._blob, error)

    async def _try(self, blob: BlobClient) -> BlobLeaseClient:
        try:
            return await blob.acquire_lease(self._seconds)
        except ResourceNotFoundError:
            await self._create(blob)
            return await blob.acquire_lease(self._seconds)

    async def _create(self, blob: BlobClient) -> None:
        with contextlib.suppress(ResourceExistsError):
            await self._container.create_container()
        with contextlib.suppress(ResourceExistsError):
            await blob.upload_blob(b"", overwrite=False)
