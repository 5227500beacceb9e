"""USE CASE PARTS: checks of the storage account: each service, a lease, the queues."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.diagnosis_limits import backlog_verdict
from shared.domain.diagnostics import About, Finding, Verdict, failed, warning, well
from shared.domain.retention import POISON_KEPT
from shared.errors import AccessDenied, CredentialsRefused, LeaseHeld, Transient
from shared.ports.diagnostics import LeaseTrial, QueueDepths
from shared.services.checks.remotes import Given

_GRANT = (
    "Give the app's identity the role {role} on the storage account: `az role"
    ' assignment create --assignee <client id> --role "{role}" --scope <id of the'
    " account>`."
)
WORKS = well("It answers, and we may read it.")
SILENT = failed(
    "It does not answer: nothing can be planned, stored or shown.",
    "Look at the storage account in the portal: does it exist, is it reachable from the"
    " app's network (Networking: firewall, private endpoints)? Azure's status page"
    " says whether it is down.",
)
SHUT = failed(
    "It does not let us in.",
    _GRANT + " With a connection string: renew AzureWebJobsStorage.",
)
LEASED = well("A lease can be taken and given back.")
NO_LEASE = failed(
    "A lease cannot be taken: pushes of several workers get into each other's way.",
    _GRANT,
)
NORMAL = well("The queues hold no more than they should.")
CROWDED = warning(
    "More messages wait than the app ever sends at once: they are not worked off.",
    "Look whether the app's functions run (in the portal: Functions, Invocations), and"
    " whether the host may read the queues; its log says why not.",
)
POISONED = warning(
    "A message was given up: its work was closed as failed, or is about to be.",
    "Look at the newest run (`GET /api/runs`); the next one makes it good. Should the"
    " message still be there in ten minutes, the app's functions do not run: look at"
    " Invocations in the portal. What nobody takes out is removed after"
    f" {POISON_KEPT.days} days (docs/retention.md).",
)

BLOBS = About(
    "storage_blobs",
    "whether the blob service answers and lets us read",
    (WORKS, SILENT, SHUT),
)
QUEUES = About(
    "storage_queues",
    "whether the queue service answers and lets us read",
    (WORKS, SILENT, SHUT),
)
TABLES = About(
    "storage_tables",
    "whether the table service answers and lets us read",
    (WORKS, SILENT, SHUT),
)
LEASE = About(
    "storage_lease",
    "whether a lease can be taken and released, on a blob of its own",
    (LEASED, NO_LEASE),
    after=("storage_blobs",),
)
DEPTHS = About(
    "queue_depths",
    "how many messages wait in the app's queues, and in their poison queues",
    (NORMAL, CROWDED, POISONED),
    after=("storage_queues",),
)

ROLE_OF_BLOBS = "Storage Blob Data Owner"
ROLE_OF_QUEUES = "Storage Queue Data Contributor"
ROLE_OF_TABLES = "Storage Table Data Contributor"
POISON = "-poison"


@dataclass(frozen=True, slots=True)
class ServiceWorks:
    """Whether one of the account's services answers us. `read` is any cheap read."""

    about: About
    read: Callable[[], object]
    role: str

    def look(self) -> Finding:
        """By reading what need not be there."""
        fill = {"role": self.role}
        try:
            self.read()
        except Transient as error:
            return Finding(SILENT, str(error), fill)
        except (AccessDenied, CredentialsRefused) as error:
            return Finding(SHUT, str(error), fill)
        return Finding(WORKS)


@dataclass(frozen=True, slots=True)
class LeaseWorks:
    """Whether leases work."""

    lease: Given[LeaseTrial]
    about: About = LEASE

    def look(self) -> Finding:
        """Whoever holds it just now proves the same."""
        lease = self.lease()
        try:
            lease.take_and_release()
        except LeaseHeld:
            return Finding(LEASED, "another diagnosis holds it")
        except AccessDenied as error:
            return Finding(NO_LEASE, str(error), {"role": ROLE_OF_BLOBS})
        return Finding(LEASED)


@dataclass(frozen=True, slots=True)
class QueuesFlow:
    """What lies in the queues."""

    queues: Given[QueueDepths]
    about: About = DEPTHS

    def look(self) -> Finding:
        """Numbers are about right, as the service itself says."""
        depths = self.queues().depths()
        facts = dict(depths.items())
        found = ", ".join(f"{name}: {depth}" for name, depth in depths.items() if depth)
        poisoned = any(n and name.endswith(POISON) for name, n in depths.items())
        if poisoned:
            return Finding(POISONED, found, facts={**facts})
        crowded = backlog_verdict(depths) is not Verdict.OK
        return Finding(CROWDED if crowded else NORMAL, found, facts={**facts})
