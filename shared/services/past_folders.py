"""USE CASE PARTS: where a folder lies in Git or once lay, also one that is gone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import batched

from shared.domain.decision import inside
from shared.domain.manifest import Manifest, manifest_path
from shared.domain.names import likely_component
from shared.domain.objects import parent
from shared.ports import GitHistory, GitReader
from shared.services.folder_chains import FolderChains, Place, components
from shared.services.held import read_manifest

NEWEST_CHANGES = 3
"""The last one is the deletion; before it the manifest was there."""

MAX_PAST = 100
MANIFESTS_A_READ = 25


@dataclass(slots=True)
class PastFolders:
    """Git paths of folders, as the manifests up to `tip` tell them."""

    reader: GitReader
    history: GitHistory
    tip: str
    chains: FolderChains = field(init=False)

    def __post_init__(self) -> None:
        """Requests are shared by all folders that are looked for."""
        self.chains = FolderChains(self.reader, self.tip)

    def git_path(self, folder: str) -> str | None:
        """Where the folder lies; if it is gone, where it lay. None: nobody knows it.

        What is there now is found in a few requests, and so is what had the name in
        Git that it most likely had. Else the last hundred states of the manifest above
        are read, level by level.
        """
        place = self._there(folder)
        if place is not None:
            return place.git_path
        guess = self.likely(folder)
        if guess is not None:
            return guess
        above = self.git_path(parent(folder))
        if above is None:
            return None
        name = components(folder)[-1]
        for manifest in self._manifests(above, MAX_PAST):
            for listed in manifest.folders:
                if listed.name == name:
                    return inside(above, listed.git)
        return None

    def likely(self, folder: str) -> str | None:
        """The Git path that the folder most likely had, if a manifest there says so."""
        git_path = ""
        for number, name in enumerate(components(folder)):
            component = likely_component(name, at_top=number == 0)
            git_path = inside(git_path, component)
        manifests = self._manifests(git_path, NEWEST_CHANGES)
        return git_path if any(m.path == folder for m in manifests) else None

    def _there(self, folder: str) -> Place | None:
        chain = self.chains.follow([folder])[folder]
        if chain[-1].path != folder and chain[-1].manifest is None:
            self.chains.look_everywhere()
            chain = self.chains.follow([folder])[folder]
        return chain[-1] if chain[-1].path == folder else None

    def _manifests(self, git_path: str, limit: int) -> Iterator[Manifest]:
        """The newest states of the manifest at the Git path."""
        place = manifest_path(git_path)
        commits = [c.id for c in self.history.changes(self.tip, place, limit)]
        blobs = self.history.blob_at(place, commits) if commits else {}
        newest = dict.fromkeys(blobs[c] for c in commits if c in blobs)
        for chunk in batched(newest, MANIFESTS_A_READ, strict=False):
            contents = self.reader.blobs(chunk)
            for blob in chunk:
                manifest = read_manifest(contents[blob])
                if manifest is not None and manifest.git_path == git_path:
                    yield manifest
