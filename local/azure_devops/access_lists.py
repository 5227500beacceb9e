"""ACCESS LISTS: what groups and people are allowed and denied; knows no HTTP.

Documented: the tokens in "Security namespace and permission reference", what the groups
hold in "Default Git repository and branch permissions".
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from local.azure_devops.identities import Identity
from local.azure_devops.rules import BITS

ROOT = "repoV2"
COLLECTION_ADMINISTRATORS = "Project Collection Administrators"
_CONTRIBUTE = ("GenericRead", "GenericContribute", "CreateBranch", "CreateTag")
ADMINISTER = (
    *(*_CONTRIBUTE, "EditPolicies"),
    *("CreateRepository", "DeleteRepository", "RenameRepository"),
)
GROUPS = {
    "Readers": ("GenericRead",),
    "Contributors": _CONTRIBUTE,
    "Build Administrators": _CONTRIBUTE,
    "Project Administrators": ADMINISTER,
}
"""Documented, of what this server knows: nobody has force push or policy exemption."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one identity is allowed and denied, in bits."""

    allow: int = 0
    deny: int = 0


@dataclass(frozen=True, slots=True)
class AccessList:
    """The entries of one token, by descriptor, and whether its parents' count, too."""

    entries: dict[str, Entry]
    inherit: bool = True


@dataclass(slots=True)
class Access:
    """What was set; a token of which nothing was set has what the service gives it."""

    lists: dict[str, AccessList] = field(default_factory=dict)


def bits_of(permissions: Iterable[str]) -> int:
    """The permissions' names as one number."""
    return sum(BITS[name] for name in permissions)


def descriptor_of(group: str, scope: str) -> str:
    """A group's descriptor: a security identifier, made up but always the same."""
    digest = hashlib.sha256(f"{scope}/{group}".encode()).digest()
    parts = (int.from_bytes(digest[at : at + 4]) for at in range(0, 16, 4))
    return f"Microsoft.TeamFoundation.Identity;S-1-9-1551374245-{_dashed(parts)}"


def person_descriptor(person: Identity) -> str:
    """A person's or an app's descriptor."""
    return f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{person.email}"


def _dashed(numbers: Iterable[int]) -> str:
    return "-".join(map(str, numbers))
