"""OUTSIDE: branches and tags that only prove that we may make them.

Documented: Azure Repos REST 7.1 (Pushes, Annotated Tags, Refs - List, Update Refs): an
update of refs answers 200 also where it did nothing, and says so of each.
"""

from dataclasses import dataclass

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.azure_devops_package import package
from shared.adapters.git_rows import said
from shared.adapters.git_writer import NO_COMMIT, AzureDevOpsWriter
from shared.domain.git import Change, ChangeKind, Push
from shared.domain.repository_texts import PROBE_COMMENT
from shared.errors import AccessDenied, NotFound, PushRefused, RefMoved
from shared.ports.setup import ProbeRef

FOLDER = "setup-probe"
_FILE = ".backup/setup-probe"
_REFUSED = frozenset({"locked", "rejectedByPlugin", "rejectedByPolicy"})


@dataclass(frozen=True, slots=True)
class AzureDevOpsProbe:
    """The port `Probe`; `name` tells this probe from every other."""

    client: AzureDevOpsClient
    name: str

    def left_over(self) -> tuple[ProbeRef, ...]:
        """In two requests; see the port."""
        return (*self._refs(f"heads/{FOLDER}/"), *self._refs(f"tags/{FOLDER}/"))

    def push(self, commit: str) -> ProbeRef:
        """One small file, as the caller's own commit; see the port."""
        branch = f"{FOLDER}/{self.name}"
        change = Change(ChangeKind.ADD, _FILE, b"")
        writer = AzureDevOpsWriter(self.client, branch)
        made = writer.push(Push(commit, PROBE_COMMENT, (change,)))
        return ProbeRef(f"refs/heads/{branch}", made)

    def tag(self, commit: str) -> ProbeRef:
        """An annotated one, as a run makes; see the port."""
        name = f"{FOLDER}/{self.name}"
        AzureDevOpsWriter(self.client, "").tag(name, commit, PROBE_COMMENT)
        found = [ref for ref in self._refs(f"tags/{name}") if ref.name.endswith(name)]
        if not found:
            raise NotFound(f"the tag {name} is not there")
        return found[0]

    def remove(self, ref: ProbeRef) -> None:
        """See the port."""
        update = package("git.models").GitRefUpdate(
            name=ref.name, old_object_id=ref.object_id, new_object_id=NO_COMMIT
        )
        with self.client.asking("removing (ref)") as git:
            results = said(git.update_refs([update], **self.client.where))
            told = [(bool(one.success), str(one.update_status)) for one in results]
        for succeeded, status in told:
            if not succeeded:
                raise _refusal(status)(f"refs: {ref.name} stays ({status})")

    def _refs(self, prefix: str) -> tuple[ProbeRef, ...]:
        with self.client.asking("reading (refs)") as git:
            rows = said(git.get_refs(**self.client.where, filter=prefix))
            return tuple(ProbeRef(str(row.name), str(row.object_id)) for row in rows)


def _refusal(status: str) -> type[AccessDenied | PushRefused | RefMoved]:
    if status == "staleOldObjectId":
        return RefMoved
    return PushRefused if status in _REFUSED else AccessDenied
