"""DECISIONS: what may be said of a credential; holds none."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SOON = timedelta(minutes=5)
"""A managed identity's token is renewed by then at the latest (documented: msal)."""


class CredentialKind(StrEnum):
    """Where a credential comes from."""

    MANAGED_IDENTITY = "managed identity"
    TOKEN = "token in a setting"  # noqa: S105 - a word, no token
    KEY = "key in a setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A credential without itself. What it does not say of itself is empty."""

    kind: CredentialKind
    audience: str = ""
    tenant: str = ""
    object_id: str = ""
    app_id: str = ""
    expires_at: datetime | None = None

    def expired(self, now: datetime) -> bool:
        """Whether it says that it is no good any more."""
        return self.expires_at is not None and self.expires_at <= now

    def expires_soon(self, now: datetime) -> bool:
        """Whether it ends within minutes, and nobody renews it."""
        renewed = self.kind is CredentialKind.MANAGED_IDENTITY
        return (
            not renewed
            and self.expires_at is not None
            and self.expires_at <= now + SOON
        )

    def is_for(self, resource: str) -> bool:
        """Whether it is meant for the resource; one that says nothing may be."""
        return not self.audience or _bare(self.audience) == _bare(resource)


def _bare(audience: str) -> str:
    """Of v1 and v2 tokens alike: an id, or an address with or without its slash."""
    return audience.lower().removeprefix("api://").rstrip("/")
