"""OUTSIDE: whole blobs in one container (port `BlobStore`); knows no blob's meaning."""

from collections.abc import Iterator

from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobPrefix, BlobServiceClient, ContainerClient

from shared.adapters.storage_errors import code_of, repeated, translated
from shared.domain.retention import StoredBlob
from shared.errors import NotFound

CONTAINER = "backup-state"


class StorageBlobs:
    """Blobs of one container, which is created when a write finds it missing."""

    def __init__(self, service: BlobServiceClient, container: str = CONTAINER) -> None:
        self._container: ContainerClient = service.get_container_client(container)

    def create(self, name: str, content: bytes) -> None:
        """Write what must not exist yet: `AlreadyExists`."""
        # Once only: a second attempt would find what a first, cut off, had written.
        with translated("create a blob"):
            self._upload(name, content, overwrite=False)

    def put(self, name: str, content: bytes) -> None:
        """Write, replacing what is there."""
        repeated("write a blob", lambda: self._upload(name, content, overwrite=True))

    def get(self, name: str) -> bytes | None:
        """The content, None where there is none."""
        try:
            return repeated(
                "read a blob", lambda: self._container.download_blob(name).readall()
            )
        except NotFound:
            return None

    def names(self, prefix: str) -> Iterator[str]:
        """All names that begin with `prefix`, sorted."""
        pages = self._container.list_blob_names(name_starts_with=prefix).by_page()
        while (page := repeated("list blobs", lambda: _next_page(pages))) is not None:
            yield from page

    def groups(self, prefix: str) -> Iterator[str]:
        """Each beginning of names, up to the next `/` after `prefix`, once, sorted."""
        pages = self._container.walk_blobs(prefix, delimiter="/").by_page()
        while (page := repeated("list blobs", lambda: _next_page(pages))) is not None:
            yield from (found.name for found in page if isinstance(found, BlobPrefix))

    def sized(self, prefix: str) -> Iterator[StoredBlob]:
        """All blobs whose names begin with `prefix`, sorted by name."""
        pages = self._container.list_blobs(name_starts_with=prefix).by_page()
        while (page := repeated("list blobs", lambda: _next_page(pages))) is not None:
            yield from (StoredBlob(found.name, found.size) for found in page)

    def delete(self, name: str) -> None:
        """Remove it; nothing happens where there is none."""
        try:
            repeated("delete a blob", lambda: self._container.delete_blob(name))
        except NotFound:
            return

    def _upload(self, name: str, content: bytes, *, overwrite: bool) -> None:
        try:
            self._container.upload_blob(name, content, overwrite=overwrite)
        except HttpResponseError as error:
            if code_of(error) != "ContainerNotFound":
                raise
            self._create_container()
            self._container.upload_blob(name, content, overwrite=overwrite)

    def _create_container(self) -> None:
        try:
            self._container.create_container()
        except ResourceExistsError as error:
            # Another 409 says that the container is just being deleted.
            if code_of(error) != "ContainerAlreadyExists":
                raise


def _next_page[Item](pages: Iterator[Iterator[Item]]) -> list[Item] | None:
    try:
        page = next(pages, None)
    except ResourceNotFoundError:
        return None
    return None if page is None else list(page)
