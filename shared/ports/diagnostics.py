"""PORTS: what only a look at the deployment needs from outside; all of it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.credentials import Credential


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to nobody in particular: its status and the remote's own time."""

    status: int
    date: datetime | None


class Site(Protocol):
    """The address of a remote, asked without a credential."""

    @property
    def address(self) -> str:
        """What is asked, for people."""
        ...

    def ask(self) -> Answer:
        """Any answer at all, by one request; `Unavailable` where there is none."""
        ...


class Credentials(Protocol):
    """How the app signs in to one remote."""

    def describe(self) -> Credential:
        """The credential that is good now, without itself.

        `CredentialsRefused` where there is none to be had.
        """
        ...


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """A repository as its host describes it; the size in bytes."""

    name: str
    size: int
    default_branch: str
    disabled: bool


class RepositoryHost(Protocol):
    """What Azure DevOps says of the backup repository."""

    def repository(self) -> RepositoryFacts:
        """Missing or invisible: `NotFound`."""
        ...

    def rights(self) -> Mapping[str, bool]:
        """Whether we hold each right that a backup needs, by the right's name there.

        `NotFound` or `AccessDenied` where it does not tell.
        """
        ...


class QueueDepths(Protocol):
    """How much lies in the app's queues."""

    def depths(self) -> Mapping[str, int]:
        """About how many messages each holds, poison queues included; none: 0."""
        ...


class LeaseTrial(Protocol):
    """A lease that nobody needs, on a blob of its own."""

    def take_and_release(self) -> None:
        """Take it and release it. `LeaseHeld`: somebody tries the same just now."""
        ...


@dataclass(frozen=True, slots=True)
class Installed:
    """The versions that run: the app's, Python's and each package's.

    A package that is not there has an empty version.
    """

    app: str
    python: str
    packages: Mapping[str, str]


class Installation(Protocol):
    """What this process runs on."""

    def versions(self) -> Installed:
        """Without asking anybody."""
        ...
