"""IDENTITIES: who calls, and as whom a credential counts; knows no Git, no HTTP."""

import uuid
from dataclasses import dataclass
from typing import Literal

CredentialState = Literal["valid", "expired", "refused", "redirected", "forbidden"]
STATES: tuple[CredentialState, ...] = (
    "valid",
    "expired",
    "refused",
    "redirected",
    "forbidden",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person or service as the service names it in commits and replies."""

    name: str
    email: str

    @property
    def id(self) -> str:
        """A stable id made of the address."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{self.email.lower()}"))


BACKUP_IDENTITY = Identity("Workspace Backup", "backup@localhost")
ANONYMOUS = Identity("Anonymous", "anonymous@localhost")


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret's standing: whether it is accepted, and as whom."""

    state: CredentialState
    identity: Identity


class Credentials:
    """The secrets this server has heard of.

    With `accept_any` an unknown secret counts as valid; without, as never issued.
    """

    def __init__(self, pat: str | None = None) -> None:
        """Accept exactly this personal access token, or any secret at all."""
        self._pat = pat
        self.reset()

    def reset(self) -> None:
        """Forget everything that was said after the start."""
        valid = Credential("valid", BACKUP_IDENTITY)
        self.accept_any = self._pat is None
        self._known = {self._pat: valid} if self._pat is not None else {}

    def know(self, secret: str, credential: Credential) -> None:
        """Let a secret have this standing from now on."""
        self._known[secret] = credential

    def find(self, secret: str) -> Credential | None:
        """Look a secret up; None if it was never issued."""
        known = self._known.get(secret)
        if known is None and self.accept_any and secret:
            return Credential("valid", BACKUP_IDENTITY)
        return known
