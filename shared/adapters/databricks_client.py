"""OUTSIDE: requests to a Databricks workspace through its SDK; knows no endpoint.

The SDK's comforts are off, because each would hide something: its environment
variables and profile files (a token that lies around would be used), its discovery
request (it can hang a constructor for minutes), its retries (a budget must see every
attempt), its DEBUG log (it shows the beginning of every body).
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.clock import Clock
from databricks.sdk.config import Config
from databricks.sdk.credentials_provider import CredentialsStrategy
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.errors.platform import STATUS_CODE_MAPPING

from shared.adapters.databricks_errors import Endpoint, Refusal, error_of
from shared.adapters.identity import TokenSource
from shared.adapters.remote_words import sentence, wait_of
from shared.errors import (
    AddressBlocked,
    BackupError,
    CredentialsRefused,
    Unavailable,
)

PRODUCT = ("databricks-workspace-backup", "0.1.0")


class DatabricksClient:
    """One workspace's client; one for a process, shared by its threads.

    `connections` is the number of requests in flight without waiting, `timeout`
    the seconds without a byte until the workspace counts as unavailable.
    """

    def __init__(
        self,
        host: str,
        tokens: TokenSource,
        *,
        connections: int = 20,
        timeout: float = 60.0,
    ) -> None:
        logging.getLogger("databricks.sdk").setLevel(logging.INFO)
        Config.attributes()  # a subclass shares them only once they are known
        self._config = _OnlyWhatIsSaid(
            host=host,
            credentials_strategy=_Bearer(tokens),
            product=PRODUCT[0],
            product_version=PRODUCT[1],
            http_timeout_seconds=timeout,
            # The SDK hands these two to its HTTP adapter in each other's place.
            max_connection_pools=connections,
            max_connections_per_pool=connections,
            clock=_OneAttempt(),
        )
        self._api = WorkspaceClient(config=self._config).api_client
        session = self._api._api_client._session  # noqa: SLF001
        _look_around_once(session, host)
        if host.startswith("http://"):
            # The SDK sizes its pool for https alone; a workspace on this machine
            # would be asked over a new connection most of the time.
            session.mount("http://", session.get_adapter("https://"))

    def get(
        self, endpoint: Endpoint, subject: str, path: str, query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer's JSON object, by exactly one request."""
        return self._ask(endpoint, subject, "GET", path, query=dict(query))

    def post(
        self, endpoint: Endpoint, subject: str, path: str, body: Mapping[str, object]
    ) -> dict[str, Any]:
        """The answer's JSON object, by exactly one request with a JSON body."""
        return self._ask(endpoint, subject, "POST", path, body=dict(body))

    def patch(
        self, endpoint: Endpoint, subject: str, path: str, body: Mapping[str, object]
    ) -> dict[str, Any]:
        """The answer's JSON object, by exactly one request with a JSON body."""
        return self._ask(endpoint, subject, "PATCH", path, body=dict(body))

    def _ask(
        self, endpoint: Endpoint, subject: str, method: str, path: str, **sent: Any
    ) -> dict[str, Any]:
        exchange = _Exchange(self._config.authenticate)
        try:
            answer = self._api.do(method, path, auth=exchange, **sent)
        except _NoSecondAttemptError as stopped:
            error: BaseException | None = stopped.__context__
        except (DatabricksError, OSError, ValueError) as failed:
            error = failed
        else:
            if isinstance(answer, dict):
                return answer
            error = ValueError("no JSON object")
        # Not chained: the SDK's errors may hold the whole exchange.
        raise _translated(error, exchange, endpoint, subject) from None


def _look_around_once(session: requests.Session, host: str) -> None:
    """Take proxies and certificates from the environment now, and not anew each time.

    requests reads all of it before every request, which is a tenth of the CPU of one.
    """
    found = session.merge_environment_settings(host, {}, None, None, None)
    session.proxies = found["proxies"]
    session.verify = found["verify"]
    session.trust_env = False


class _OnlyWhatIsSaid(Config):
    """A configuration of its arguments alone, made without any request."""

    def _load_from_env(self) -> None:
        """Nothing lies in the environment that was meant for us."""

    def _known_file_config_loader(self) -> None:
        """Nor in a profile file."""

    def _resolve_host_metadata(self) -> None:
        """The host is a workspace; there is nothing to discover."""


class _Bearer(CredentialsStrategy):
    def __init__(self, tokens: TokenSource) -> None:
        self._tokens = tokens

    def auth_type(self) -> str:
        return "workspace-backup"

    def __call__(self, cfg: Config) -> Callable[[], dict[str, str]]:  # noqa: ARG002
        return lambda: {"Authorization": f"Bearer {self._tokens.token()}"}


class _NoSecondAttemptError(Exception):
    """The SDK is about to try again; its context is why."""


class _OneAttempt(Clock):
    """The SDK's clock, which it needs only to wait before another attempt."""

    def time(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise _NoSecondAttemptError(seconds)


class _Exchange:
    """One request's authentication, and what its answer said before its body.

    The SDK's errors keep neither the status nor the headers.
    """

    def __init__(self, authenticate: Callable[[], dict[str, str]]) -> None:
        self._authenticate = authenticate
        self.status: int | None = None
        self.retry_after: float | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._authenticate())
        request.register_hook("response", self._seen)
        return request

    def _seen(self, response: requests.Response, **_: object) -> None:
        if response.is_redirect:
            response.close()
            raise _redirected(response.headers.get("Location", ""))
        self.status = response.status_code
        self.retry_after = wait_of(response.headers.get("Retry-After"))


def _redirected(location: str) -> BackupError:
    """An API call that is sent elsewhere was sent to a sign-in page."""
    if "private-link" in location:
        return AddressBlocked(
            "the workspace is only reachable through its private endpoint"
        )
    return CredentialsRefused(
        "the workspace answers with a redirect to a sign-in page: check the"
        " workspace's address and that the credential belongs to it"
    )


def _translated(
    error: BaseException | None, exchange: _Exchange, endpoint: Endpoint, subject: str
) -> BackupError:
    if isinstance(error, DatabricksError):
        return error_of(
            Refusal(
                endpoint,
                subject,
                exchange.status or _status_of(error),
                _code_of(error),
                str(error),
                exchange.retry_after,
            )
        )
    return Unavailable(f"{endpoint} of {subject}: {sentence(_cause(error))}")


def _status_of(error: DatabricksError) -> int:
    """The status an error's class stands for, 500 where it stands for none."""
    for status, kind in STATUS_CODE_MAPPING.items():
        if isinstance(error, kind):
            return status
    return 500


def _code_of(error: DatabricksError) -> str:
    """The error code; the reason of its details where that says more."""
    reasons = [info.reason for info in error.get_error_info() if info.reason]
    limits = [reason for reason in reasons if reason.startswith("MAX_")]
    return limits[0] if limits else str(error.error_code or "")


def _cause(error: BaseException | None) -> str:
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return "the answer is not whole, or not JSON"
    return f"no answer ({type(error).__name__}: {error})"
