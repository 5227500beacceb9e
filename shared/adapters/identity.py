"""OUTSIDE: Entra's managed identities; knows none of the remotes that take a token."""

import logging
import re
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

import msal
import requests

from shared.adapters.remote_words import sentence
from shared.errors import BackupError, CredentialsRefused, Unavailable

DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
"""Azure Databricks as a resource (documented: Entra authentication, Databricks)."""

AZURE_DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"
"""Azure DevOps as a resource (documented: service principals, Azure DevOps)."""

_TIMEOUT = 10.0
_NONE_NAMED = msal.managed_identity.DEFAULT_TO_VM
_PASSING = re.compile(r"\b(?:429|5\d\d), ")


class TokenSource(Protocol):
    """Whoever can say which token is good now."""

    def token(self) -> str:
        """A token that is still good for minutes; cheap enough for every request.

        `CredentialsRefused` where there is none to be had, `Unavailable` where the
        identity's endpoint does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A token that somebody put into a setting."""

    value: str = field(repr=False)

    def token(self) -> str:
        """The setting's token."""
        return self.value


class AskedOnce:
    """A source's first answer, a token or why there is none, for whoever asks then.

    For a look that is over in seconds: where the identity's endpoint hangs, its many
    threads wait for it together, and not one after the other.
    """

    def __init__(self, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()
        self._answer: str | BackupError | None = None

    def token(self) -> str:
        """The first token; the first error of ours is raised again."""
        with self._lock:
            if self._answer is None:
                self._answer = self._ask()
        if isinstance(self._answer, BackupError):
            raise self._answer.with_traceback(None)
        return self._answer

    def _ask(self) -> str | BackupError:
        try:
            return self._tokens.token()
        except BackupError as error:
            return error


class ManagedIdentityToken:
    """Tokens of the app's managed identity for one resource.

    With `client_id` the user-assigned identity of that id, else the system-assigned
    one. msal caches a token, renews it in time, and five minutes before its end at
    the latest; the lock makes that happen once for all threads.
    """

    def __init__(self, resource: str, client_id: str | None = None) -> None:
        # At DEBUG it logs the identity endpoint's answers where it cannot read them.
        logging.getLogger("msal").setLevel(logging.INFO)
        self._resource = resource
        self._lock = threading.Lock()
        identity = (
            msal.UserAssignedManagedIdentity(client_id=client_id)
            if client_id
            else msal.SystemAssignedManagedIdentity()
        )
        self._session = _BoundedSession()
        self._client: Any = msal.ManagedIdentityClient(
            identity, http_client=self._session
        )

    def token(self) -> str:
        """The cached token, or a new one where it nears its end."""
        with self._lock:
            answer = self._ask()
        token = answer.get("access_token")
        if token:
            return str(token)
        why = sentence(f"{answer.get('error')}: {answer.get('error_description')}")
        told = f"the managed identity gives no token for {self._resource}: {why}"
        if _PASSING.search(why):
            raise Unavailable(told)
        raise CredentialsRefused(told)

    def _ask(self) -> dict[str, Any]:
        try:
            return self._client.acquire_token_for_client(resource=self._resource) or {}
        except (requests.RequestException, ValueError) as error:
            # Where the platform names no endpoint, msal tries a virtual machine's.
            if msal.managed_identity.get_managed_identity_source() is _NONE_NAMED:
                raise CredentialsRefused(
                    "no managed identity is assigned to this app, and no token is set"
                ) from None
            raise Unavailable(
                f"the managed identity's endpoint: {sentence(str(error))}"
            ) from None

    def close(self) -> None:
        """Close the connection to the identity's endpoint."""
        self._session.close()


class _BoundedSession(requests.Session):
    """A session in which no request waits forever; msal itself sets no timeout."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", _TIMEOUT)
        return super().request(*args, **kwargs)
