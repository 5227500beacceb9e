"""OUTSIDE: what tokens say of themselves (port `Credentials`); gives none away.

Documented: Microsoft identity platform, access token claims (`aud`, `tid`, `oid`,
`appid` of version 1 or `azp` of version 2, `exp`). They are read, not verified: the
remote does that.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.adapters.identity import TokenSource
from shared.domain.credentials import Credential, CredentialKind


@dataclass(frozen=True, slots=True)
class TokenCredentials:
    """A token source's token, described."""

    tokens: TokenSource
    kind: CredentialKind

    def describe(self) -> Credential:
        """Asks for the token that is good now; see the port."""
        claims = _claims(self.tokens.token())
        return Credential(
            kind=self.kind,
            audience=_text(claims, "aud"),
            tenant=_text(claims, "tid"),
            object_id=_text(claims, "oid"),
            app_id=_text(claims, "appid") or _text(claims, "azp"),
            expires_at=_moment(claims.get("exp")),
        )


@dataclass(frozen=True, slots=True)
class KeyCredentials:
    """A key or signature in a setting, which says nothing of itself."""

    def describe(self) -> Credential:
        """That it is one."""
        return Credential(kind=CredentialKind.KEY)


def _claims(token: str) -> Mapping[str, Any]:
    """The claims of a JSON Web Token; a token of another kind has none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        raw = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _text(claims: Mapping[str, Any], name: str) -> str:
    claim = claims.get(name)
    return claim if isinstance(claim, str) else ""


def _moment(claim: object) -> datetime | None:
    if not isinstance(claim, int | float):
        return None
    try:
        return datetime.fromtimestamp(claim, UTC)
    except (OverflowError, OSError, ValueError):
        return None
