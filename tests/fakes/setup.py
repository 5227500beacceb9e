"""FAKES: what setting up needs of Azure DevOps, in memory; speak no HTTP."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shared.domain.access import AccessList, Entry, Right
from shared.errors import AlreadyExists, BackupError, NotFound
from shared.ports.diagnostics import RepositoryFacts
from shared.ports.setup import Policy, ProbeRef

US = "us"
FIRST_RIGHTS = frozenset({Right.READ, Right.CONTRIBUTE})


@dataclass
class Trouble:
    """Errors by the call that meets them."""

    errors: dict[str, BackupError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def called(self, call: str) -> None:
        self.calls.append(call)
        if call in self.errors:
            raise self.errors[call]


@dataclass
class FakePlace(Trouble):
    """A project, and a repository that may still be to be made."""

    facts: RepositoryFacts | None = None
    has_project: bool = True
    hidden: bool = False
    branch: str = "main"

    def find_project(self) -> None:
        self.called("find_project")
        if not self.has_project:
            raise NotFound("no such project")

    def find(self) -> RepositoryFacts | None:
        self.called("find")
        return None if self.hidden else self.facts

    def create(self) -> None:
        self.called("create")
        if self.facts is not None:
            raise AlreadyExists("the name is taken")
        self.facts = RepositoryFacts("backup", 0, "", disabled=False)

    def make_default(self) -> None:
        self.called("make_default")
        name = f"refs/heads/{self.branch}"
        self.facts = RepositoryFacts("backup", 0, name, disabled=False)


@dataclass
class FakeGuards(Trouble):
    """Rights, lists and policies as a test says."""

    rights: dict[Right, bool] = field(default_factory=dict)
    access: tuple[AccessList, ...] = (
        AccessList("the project", (Entry(US, FIRST_RIGHTS),), never_empty=True),
    )
    known: dict[str, str] = field(default_factory=dict)
    found: tuple[Policy, ...] = ()

    def holds(self, right: Right) -> bool:
        self.called("holds")
        return self.rights.get(right, True)

    def lists(self) -> tuple[AccessList, ...]:
        self.called("lists")
        return self.access

    def us(self) -> str:
        self.called("us")
        return US

    def names(self, who: Collection[str]) -> Mapping[str, str]:
        self.called("names")
        return {one: self.known[one] for one in who if one in self.known}

    def policies(self) -> tuple[Policy, ...]:
        self.called("policies")
        return self.found


@dataclass
class FakeProbe(Trouble):
    """Refs that only prove something."""

    refs: dict[str, ProbeRef] = field(default_factory=dict)

    def left_over(self) -> tuple[ProbeRef, ...]:
        self.called("left_over")
        return tuple(self.refs.values())

    def push(self, commit: str) -> ProbeRef:
        self.called("push")
        return self._made("refs/heads/setup-probe/1", commit)

    def tag(self, commit: str) -> ProbeRef:
        self.called("tag")
        return self._made("refs/tags/setup-probe/1", commit)

    def remove(self, ref: ProbeRef) -> None:
        self.called("remove")
        self.refs.pop(ref.name, None)

    def _made(self, name: str, commit: str) -> ProbeRef:
        self.refs[name] = ProbeRef(name, commit)
        return self.refs[name]
