"""OUTSIDE: connections to one storage account; knows no table, queue or blob by name.

The SDKs are imported when the first connection is made: indexing the app must not
wait for them. Their own retries are off (`storage_errors.repeated` says why), their
timeouts short, and all three services share one pool of connections.
"""

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
    from azure.core.pipeline.transport import RequestsTransport
    from azure.data.tables import TableServiceClient
    from azure.storage.blob import BlobServiceClient
    from azure.storage.queue import QueueServiceClient

STORAGE_RESOURCE = "https://storage.azure.com"
"""Azure Storage as a resource (documented: authorize with Microsoft Entra ID)."""

_CONNECT_SECONDS = 5
READ_SECONDS = 60.0
_CONNECTIONS = 32
_WHOLE_BLOB = 64 * 1024 * 1024
_TOKEN_SECONDS = 60


class Tokens(Protocol):
    """Whoever can say which token for Azure Storage is good now."""

    def token(self) -> str:
        """A token that is still good for minutes; cheap enough for every request."""
        ...


@dataclass(frozen=True, slots=True)
class StorageClients:
    """The account's three services over one pool of connections."""

    blobs: "BlobServiceClient"
    queues: "QueueServiceClient"
    tables: "TableServiceClient"
    transport: "RequestsTransport"

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()


def connect(
    connection_string: str, read_seconds: float = READ_SECONDS
) -> StorageClients:
    """The services of a connection string's account; nothing is sent yet.

    `read_seconds` without a byte, and there is no answer.
    """
    from azure.data.tables import TableServiceClient  # noqa: PLC0415 - see above
    from azure.storage.blob import BlobServiceClient  # noqa: PLC0415
    from azure.storage.queue import QueueServiceClient  # noqa: PLC0415

    transport = _transport(read_seconds)
    options = _options(transport)
    return StorageClients(
        BlobServiceClient.from_connection_string(
            connection_string, **options, **_blob_options()
        ),
        QueueServiceClient.from_connection_string(connection_string, **options),
        TableServiceClient.from_connection_string(connection_string, **options),
        transport,
    )


def connect_with_identity(
    blob_url: str,
    queue_url: str,
    table_url: str,
    tokens: Tokens,
    read_seconds: float = READ_SECONDS,
) -> StorageClients:
    """The services at these addresses, signed in by tokens; nothing is sent yet."""
    from azure.data.tables import TableServiceClient  # noqa: PLC0415 - see above
    from azure.storage.blob import BlobServiceClient  # noqa: PLC0415
    from azure.storage.queue import QueueServiceClient  # noqa: PLC0415

    transport = _transport(read_seconds)
    options = {"credential": _TokenCredential(tokens), **_options(transport)}
    return StorageClients(
        BlobServiceClient(blob_url, **options, **_blob_options()),
        QueueServiceClient(queue_url, **options),
        TableServiceClient(table_url, **options),
        transport,
    )


@dataclass(frozen=True, slots=True)
class _TokenCredential:
    """Our tokens in the shape the SDKs ask for; who caches them is `Tokens`."""

    tokens: Tokens

    def get_token(self, *_scopes: str, **_options: Any) -> "AccessToken":
        from azure.core.credentials import AccessToken  # noqa: PLC0415 - see above

        return AccessToken(self.tokens.token(), int(time.time()) + _TOKEN_SECONDS)


def _transport(read_seconds: float) -> "RequestsTransport":
    import requests  # noqa: PLC0415 - see above
    from azure.core.pipeline.transport import RequestsTransport  # noqa: PLC0415
    from requests.adapters import HTTPAdapter  # noqa: PLC0415

    # At DEBUG it logs addresses with all they hold, also a signature.
    logging.getLogger("urllib3").setLevel(logging.INFO)
    session = requests.Session()
    # What lies in the environment or in .netrc is none of the account's business.
    session.trust_env = False
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=_CONNECTIONS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # Not to the clients: they hand timeouts on only to a transport of their own.
    return RequestsTransport(
        session=session,
        session_owner=True,
        connection_timeout=_CONNECT_SECONDS,
        read_timeout=read_seconds,
    )


def _options(transport: "RequestsTransport") -> dict[str, Any]:
    return {"transport": transport, "retry_total": 0}


def _blob_options() -> dict[str, Any]:
    """Whole blobs in one request: two halves could be of two versions."""
    return {
        "max_single_put_size": _WHOLE_BLOB,
        "max_single_get_size": _WHOLE_BLOB,
    }
