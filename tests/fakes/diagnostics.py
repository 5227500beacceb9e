"""FAKES: what only a look at the deployment needs, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.domain.credentials import Credential, CredentialKind
from shared.errors import BackupError
from shared.ports.diagnostics import Answer, Installed, RepositoryFacts


@dataclass
class FakeSite:
    """Answers as it is told; `error` in its place."""

    status: int = 200
    date: datetime | None = datetime(2026, 11, 22, 2, tzinfo=UTC)
    error: BackupError | None = None
    address: str = "https://remote.example.com"

    def ask(self) -> Answer:
        if self.error:
            raise self.error
        return Answer(self.status, self.date)


@dataclass
class FakeCredentials:
    """One credential, or none to be had."""

    credential: Credential = field(
        default_factory=lambda: Credential(kind=CredentialKind.MANAGED_IDENTITY)
    )
    error: BackupError | None = None

    def describe(self) -> Credential:
        if self.error:
            raise self.error
        return self.credential


@dataclass
class FakeRepositoryHost:
    """One repository, and our rights in it."""

    facts: RepositoryFacts = field(
        default_factory=lambda: RepositoryFacts(
            "backup", 1000, "refs/heads/main", disabled=False
        )
    )
    held: Mapping[str, bool] = field(
        default_factory=lambda: {"Read": True, "Contribute": True}
    )
    error: BackupError | None = None
    rights_error: BackupError | None = None

    def repository(self) -> RepositoryFacts:
        if self.error:
            raise self.error
        return self.facts

    def rights(self) -> Mapping[str, bool]:
        if self.rights_error:
            raise self.rights_error
        return self.held


@dataclass
class FakeQueueDepths:
    """Numbers by name."""

    numbers: dict[str, int] = field(default_factory=dict)

    def depths(self) -> Mapping[str, int]:
        return self.numbers


@dataclass
class FakeLeaseTrial:
    """Goes well, or not."""

    error: BackupError | None = None
    taken: int = 0

    def take_and_release(self) -> None:
        if self.error:
            raise self.error
        self.taken += 1


@dataclass
class FakeInstallation:
    """Versions as a test says."""

    python: str = "3.13.1"
    packages: dict[str, str] = field(default_factory=lambda: {"msal": "1.39"})

    def versions(self) -> Installed:
        return Installed("0.1.0", self.python, self.packages)
