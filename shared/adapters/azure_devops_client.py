"""OUTSIDE: requests to an Azure DevOps organization; knows no decision about Git.

The package's retries are off (of POSTs too, under some urllib3). Every answer passes
`_Answers` first, which sees what the package drops, statuses and headers, and lets no
redirect to a sign-in page be followed.
"""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal

import requests
from azure.core.exceptions import AzureError
from urllib3 import Retry

from shared.adapters.azure_devops_errors import error_of, refusal_of
from shared.adapters.azure_devops_package import package, package_error
from shared.adapters.git_bulk import bulk_git_client
from shared.adapters.identity import TokenSource
from shared.adapters.remote_words import sentence, wait_of
from shared.errors import BackupError, Unavailable
from shared.ports import Clock

LONGEST_DELAY = 60.0
"""Seconds waited on a hint; whoever needs longer is told so by a 429 next."""

type Scheme = Literal["Basic", "Bearer"]


def _nobody(_: float) -> None:
    """Nobody wants to know."""


class AzureDevOpsClient:
    """One repository's client; one for a process, shared by its threads.

    `scheme` is `Basic` for a personal access token, `Bearer` for one of Entra's.
    `on_delay` hears when requests begin to be slowed down: the next one waits as long
    as an answer asked for, but not over a minute. `timeout` is in seconds without
    a byte.
    """

    def __init__(
        self,
        organization_url: str,
        *,
        project: str,
        repository: str,
        tokens: TokenSource,
        scheme: Scheme,
        clock: Clock,
        on_delay: Callable[[float], None] = _nobody,
        timeout: float = 100.0,
    ) -> None:
        self.where = {"repository_id": repository, "project": project}
        self._courtesy = _Courtesy(clock, on_delay)
        # Not by way of `Connection`: Git lives at the organization's own address, and
        # its discovery of that would use a client whose retries cannot be switched off.
        self._url = organization_url
        self._signed = _Signed(tokens, scheme)
        self._timeout = timeout
        self._made: dict[tuple[Any, str], Any] = {}
        self._git = self._client(bulk_git_client())
        self._security = self._client(
            package("security.security_client").SecurityClient
        )

    def asking(self, action: str) -> AbstractContextManager[Any]:
        """The package's Git client, for the requests of one action.

        Whatever goes wrong inside leaves as one of our errors.
        """
        return self._asking(action, self._git)

    def asking_for_rights(self, action: str) -> AbstractContextManager[Any]:
        """The package's client for security, likewise."""
        return self._asking(action, self._security)

    def asking_for_projects(self, action: str) -> AbstractContextManager[Any]:
        """The package's client for projects, likewise."""
        return self._asking(
            action, self._client(package("core.core_client").CoreClient)
        )

    def asking_for_us(self, action: str) -> AbstractContextManager[Any]:
        """The package's client that tells who we are, and where services are."""
        found = self._client(package("location.location_client").LocationClient)
        return self._asking(action, found)

    def asking_for_names(self, action: str) -> AbstractContextManager[Any]:
        """The package's client for identities, which have an address of their own.

        An organization that names no addresses serves everything at its own.
        """
        kind = package("identity.identity_client").IdentityClient
        with self.asking_for_us(action) as locations:
            areas = locations.get_resource_areas() or []
        named = {str(area.id).lower(): area.location_url for area in areas}
        url = named.get(kind.resource_area_identifier.lower(), self._url)
        found = self._client(kind, url)
        return self._asking(action, found)

    def _client(self, kind: Any, url: str = "") -> Any:
        if (kind, url) in self._made:
            return self._made[kind, url]
        made = kind(url or self._url, self._signed)
        made.config.session_configuration_callback = _one_attempt
        made.config.connection.timeout = self._timeout
        made.config.hooks.append(_Answers(self._courtesy.hear))
        self._made[kind, url] = made
        return made

    @contextmanager
    def _asking(self, action: str, client: Any) -> Iterator[Any]:
        self._courtesy.wait()
        try:
            yield client
        except BackupError:
            raise
        except (
            AzureError,
            package_error(),
            OSError,
            # The package's own way to fail at an answer that is none.
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            told = sentence(f"{type(error).__name__}: {error}")
            raise Unavailable(f"{action}: {told}") from None


def _one_attempt(session: requests.Session, *_: object, **arguments: Any) -> Any:
    """Called before each request: sessions are made one a thread, and early."""
    for adapter in session.adapters.values():
        adapter.max_retries = Retry(0, read=False)  # type: ignore[attr-defined]
    return arguments


class _Courtesy:
    """Waits before the next request where an answer asked for that.

    Documented: Azure DevOps rate limits; first it delays, and says so on a 200.
    """

    def __init__(self, clock: Clock, on_delay: Callable[[float], None]) -> None:
        self._clock = clock
        self._on_delay = on_delay
        self._lock = threading.Lock()
        self._until = 0.0

    def hear(self, seconds: float) -> None:
        with self._lock:
            now = self._clock.monotonic()
            news = self._until <= now
            self._until = max(self._until, now + min(seconds, LONGEST_DELAY))
        if news:
            self._on_delay(seconds)

    def wait(self) -> None:
        with self._lock:
            seconds = self._until - self._clock.monotonic()
        if seconds > 0 and self._until:
            self._clock.sleep(seconds)


class _Signed:
    """The package's authentication object, with the token that is good now."""

    def __init__(self, tokens: TokenSource, scheme: Scheme) -> None:
        self._tokens = tokens
        self._scheme = scheme

    def signed_session(self, session: requests.Session) -> requests.Session:
        # As the session's auth, for a header would give way to a .netrc file.
        session.auth = self._sign
        return session

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        token = self._tokens.token()
        if self._scheme == "Basic":
            token = base64.b64encode(f":{token}".encode()).decode("ascii")
        request.headers["Authorization"] = f"{self._scheme} {token}"
        return request


class _Answers:
    """Hears every answer before the package does, and refuses what is none."""

    def __init__(self, on_delay: Callable[[float], None]) -> None:
        self._on_delay = on_delay

    def __call__(self, response: requests.Response, **_: object) -> None:
        wait = wait_of(response.headers.get("Retry-After"))
        status = response.status_code
        if 200 <= status < 300:
            if status != 203 and not _is_page(response):
                if wait:
                    self._on_delay(wait)
                return
            status = 203  # a page in place of data is the sign-in page
        if status == 429:
            self._on_delay(wait or 0.0)
        resource = _resource_of(response.request.path_url)
        raise error_of(refusal_of(resource, status, response.content, wait))


def _is_page(response: requests.Response) -> bool:
    return response.headers.get("Content-Type", "").lower().startswith("text/html")


def _resource_of(path: str) -> str:
    """What a URL asks for: the word after the repository's name."""
    words = path.partition("?")[0].rstrip("/").split("/")
    if "repositories" not in words:
        return words[-1]
    after = words[words.index("repositories") + 2 :]
    return "/".join(after[:2]) if after[:1] == ["diffs"] else "".join(after[:1])
