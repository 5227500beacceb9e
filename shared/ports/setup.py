"""PORTS: what setting up needs of Azure DevOps, beside what a run needs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.domain.access import AccessList, Right
from shared.ports.diagnostics import RepositoryFacts


class RepositoryPlace(Protocol):
    """Where the backup repository lies, or is to lie."""

    def find_project(self) -> None:
        """Nothing where the project is there; `NotFound` where it is not, for us."""
        ...

    def find(self) -> RepositoryFacts | None:
        """The repository as its project's list has it, also a disabled one."""
        ...

    def create(self) -> None:
        """An empty repository. Its name is taken: `AlreadyExists`; `AccessDenied`."""
        ...

    def make_default(self) -> None:
        """Let the backup branch, which is there, be the default. `AccessDenied`."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that holds for the backup branch and refuses pushes.

    One that does not want pull requests refuses what it objects to, such as a name.
    """

    id: int
    name: str
    wants_pull_request: bool


class Guards(Protocol):
    """Who may do what to the backup branch, and what stands in a push's way.

    Each raises `AccessDenied`, `NotFound` or `Permanent` where it is not told to us.
    """

    def holds(self, right: Right) -> bool:
        """Whether we hold the right, in the place where we need it.

        Read and Create repository: in the project; the others: on the branch, but
        force push on tags.
        """
        ...

    def lists(self) -> tuple[AccessList, ...]:
        """The access lists of the branch, from the widest place to the narrowest."""
        ...

    def us(self) -> str:
        """Who we are, in the words of the access lists."""
        ...

    def names(self, who: Collection[str]) -> Mapping[str, str]:
        """The names for people; who has none that we may see is left out."""
        ...

    def policies(self) -> tuple[Policy, ...]:
        """The policies that are on and refuse pushes to the backup branch."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeRef:
    """A branch or tag that only proves something; its full name and what it is at."""

    name: str
    object_id: str


class Probe(Protocol):
    """Branches and tags of no use but to prove that we may make them.

    `AccessDenied` and `PushRefused` are what they are made to find out.
    """

    def left_over(self) -> tuple[ProbeRef, ...]:
        """What an earlier probe left behind."""
        ...

    def push(self, commit: str) -> ProbeRef:
        """Push a commit on top of this one, to a branch of its own."""
        ...

    def tag(self, commit: str) -> ProbeRef:
        """Tag the commit."""
        ...

    def remove(self, ref: ProbeRef) -> None:
        """Delete it; nothing happens where it is gone."""
        ...
