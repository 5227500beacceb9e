"""USE CASE PARTS: from workspace paths to the folders in Git, down from the top.

Only a manifest says which folder it is of; names lead to it. So the names that folders
most likely have are tried first, all of them at once, and what a parent's manifest says
goes before. Above the roots of a backup there is no manifest: who lies there is told by
those that have none above them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched

from shared.domain.decision import inside
from shared.domain.manifest import Manifest, folder_of_manifest, manifest_path
from shared.domain.names import likely_component
from shared.domain.objects import join
from shared.ports import GitReader
from shared.services.held import read_manifest

FOLDERS = ".backup/folders"
BLOBS_A_READ = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A folder in Git; without a manifest, only others tell of it.

    `sure`: a manifest says that it is there, its own or another.
    """

    path: str
    git_path: str
    manifest: Manifest | None = None
    blob: str = ""
    sure: bool = True


@dataclass(slots=True)
class FolderChains:
    """The folders down to some paths, at one commit; all paths share the requests."""

    reader: GitReader
    commit: str
    _read: dict[str, tuple[Manifest | None, str]] = field(default_factory=dict)
    _tops: dict[str, str] | None = None

    def follow(self, paths: Sequence[str]) -> dict[str, tuple[Place, ...]]:
        """For each path the folders from `/` on, as deep as they are there.

        Two requests where names are as they are likely to be; two more for each level
        at which they are not.
        """
        wanted = {
            git_path
            for path in paths
            for git_path in ("", *_likely("", [], components(path)))
        }
        while wanted:
            self._ask(wanted)
            wanted = {git_path for path in paths for git_path in self._next(path)}
        return {path: tuple(_sure(self._chain(path)[0])) for path in paths}

    def look_everywhere(self) -> None:
        """Find the folders that have no manifest above them: a list of all of them.

        One request, and those manifests' contents; once is enough.
        """
        if self._tops is not None:
            return
        blobs = {
            git_path: item.object_id
            for item in self.reader.tree(self.commit, FOLDERS)
            if (git_path := folder_of_manifest(item.path)) is not None
        }
        tops = [
            git_path
            for git_path in blobs
            if not git_path or git_path.rpartition("/")[0] not in blobs
        ]
        for chunk in batched(sorted(tops), BLOBS_A_READ, strict=False):
            self._learn({git_path: blobs[git_path] for git_path in chunk})
        self._tops = {}
        for git_path in tops:
            manifest, _ = self._read[git_path]
            if manifest is not None:
                self._tops |= _and_above(manifest)

    def below(self, folder: str) -> list[str]:
        """Names of folders right below one that has no manifest, as far as known."""
        depth = len(components(folder))
        tops = (components(path) for path in self._tops or {})
        above = components(folder)
        return [c[depth] for c in tops if len(c) == depth + 1 and c[:depth] == above]

    def _ask(self, git_paths: Iterable[str]) -> None:
        manifests = {manifest_path(git_path): git_path for git_path in git_paths}
        items = self.reader.items(self.commit, [], sorted(manifests))
        self._read |= dict.fromkeys(manifests.values(), (None, ""))
        self._learn({manifests[item.path]: item.object_id for item in items})

    def _learn(self, blobs: dict[str, str]) -> None:
        contents = self.reader.blobs(sorted(set(blobs.values()))) if blobs else {}
        for git_path, blob in blobs.items():
            manifest = read_manifest(contents[blob])
            if manifest is not None and manifest.git_path == git_path:
                self._read[git_path] = manifest, blob
            else:
                self._read[git_path] = None, ""

    def _next(self, path: str) -> Sequence[str]:
        """What is to be read to get deeper, as far as names can be guessed."""
        chain, unread = self._chain(path)
        if unread is None:
            return ()
        names = components(path)
        known = len(chain)
        return [unread, *_likely(unread, names[:known], names[known:])]

    def _chain(self, path: str) -> tuple[list[Place], str | None]:
        """The folders that are known, and the Git path of the next one if unread."""
        chain = [self._place("/", "", sure=True)]
        for name in components(path):
            above = chain[-1]
            git_path, listed = self._component(above, name)
            if git_path is None:
                break
            if git_path not in self._read:
                return chain, git_path
            place = self._place(join(above.path, name), git_path, sure=listed)
            if above.manifest is not None and not place.sure:
                break
            chain.append(place)
        return chain, None

    def _component(self, above: Place, name: str) -> tuple[str | None, bool]:
        """The Git path of a sub-folder, and whether a manifest tells of it."""
        listed = above.manifest.folders if above.manifest else ()
        for folder in listed:
            if folder.name == name:
                return inside(above.git_path, folder.git), True
        if self._tops is not None and (top := self._tops.get(join(above.path, name))):
            return top, True
        guess = likely_component(name, at_top=above.path == "/")
        return inside(above.git_path, guess), False

    def _place(self, path: str, git_path: str, *, sure: bool) -> Place:
        manifest, blob = self._read[git_path]
        if manifest is None or manifest.path != path:
            return Place(path, git_path, sure=sure)
        return Place(path, git_path, manifest, blob)


def components(path: str) -> list[str]:
    """The names that a workspace path consists of."""
    return path[1:].split("/") if path != "/" else []


def _likely(git_path: str, above: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The Git paths that folders below most likely have, one inside the other."""
    for number, name in enumerate(names):
        at_top = not above and number == 0
        git_path = inside(git_path, likely_component(name, at_top=at_top))
        yield git_path


def _sure(chain: Sequence[Place]) -> Sequence[Place]:
    """Without the folders at the end that are but a guess."""
    return chain[: max(n for n, place in enumerate(chain, 1) if place.sure)]


def _and_above(manifest: Manifest) -> dict[str, str]:
    """The Git paths of the folder and of those above it."""
    names = components(manifest.path)
    in_git = manifest.git_path.split("/") if manifest.git_path else []
    if len(names) != len(in_git):
        return {}
    found = {}
    for depth in range(1, len(names) + 1):
        found["/" + "/".join(names[:depth])] = "/".join(in_git[:depth])
    return found | {"/": ""}
