"""PORTS: what the use cases need from outside; promises behaviour, does nothing.

Unless a method says otherwise it raises `Throttled` or `Unavailable` where trying
again can help and `CredentialsRefused` where the identity is not accepted, and may
be called twice with the same effect as once.
"""

from shared.ports.platform import (
    MOST_POISONED,
    BlobListing,
    Blobs,
    BlobStore,
    Clock,
    Events,
    Notifier,
    PoisonQueues,
    PushLease,
    Queue,
)
from shared.ports.remotes import (
    GitFolders,
    GitHistory,
    GitReader,
    GitWriter,
    RequestBudget,
    RequestKind,
    Workspace,
    WorkspaceWriter,
)
from shared.ports.state import (
    RestorePage,
    RestorePlace,
    RestoreStore,
    RunIndex,
    RunList,
    RunPage,
    RunPlace,
    RunStore,
    Stored,
    Write,
)

__all__ = [
    "MOST_POISONED",
    "BlobListing",
    "BlobStore",
    "Blobs",
    "Clock",
    "Events",
    "GitFolders",
    "GitHistory",
    "GitReader",
    "GitWriter",
    "Notifier",
    "PoisonQueues",
    "PushLease",
    "Queue",
    "RequestBudget",
    "RequestKind",
    "RestorePage",
    "RestorePlace",
    "RestoreStore",
    "RunIndex",
    "RunList",
    "RunPage",
    "RunPlace",
    "RunStore",
    "Stored",
    "Workspace",
    "WorkspaceWriter",
    "Write",
]
