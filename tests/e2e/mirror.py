"""Whether a commit of the backup repository holds the workspace, to the byte."""

import subprocess
from collections.abc import Mapping, Sequence

from shared.domain.decision import inside
from shared.domain.manifest import folder_of_manifest
from shared.domain.run_ids import record_path
from tests.builders import manifests_of
from tests.e2e.trial import Clone, Workspace

TOP_FILES = {".gitattributes", "README.md"}

type Ids = Mapping[str, str]
"""Git's blob ids by path."""


def shown(workspace: Workspace) -> Ids:
    """What the workspace has of bytes, by its own paths."""
    return {
        path: row["blob_id"]
        for path, row in workspace.objects().items()
        if "blob_id" in row
    }


def mirrored(clone: Clone, commit: str = "HEAD") -> tuple[Ids, set[str]]:
    """What a commit holds by workspace path, as its manifests say; and all the rest."""
    tree = _tree(clone, commit)
    ours = [path for path in tree if folder_of_manifest(path) is not None]
    contents = _contents(clone, [tree[path] for path in ours])
    held: dict[str, str] = {}
    rest = {path for path in tree if not path.startswith(".backup/")} - TOP_FILES
    manifests = manifests_of(dict(zip(ours, contents, strict=True)))
    for manifest in manifests.values():
        for entry in manifest.entries:
            path = inside(manifest.git_path, entry.file)
            held[f"{manifest.path.rstrip('/')}/{entry.name}"] = tree.get(path, "")
            rest.discard(path)
    return held, rest


def records_of(clone: Clone, run_id: str) -> list[str]:
    """The commits that added, changed or removed the run's record."""
    return clone.git("log", "--format=%H", "--", record_path(run_id)).split()


def tags_of(clone: Clone, run_id: str) -> list[str]:
    """The commits that the run's tags name."""
    tags = clone.git("tag", "--list", f"*{run_id}*").split()
    return [clone.git("rev-list", "-n", "1", tag).strip() for tag in tags]


def _tree(clone: Clone, commit: str) -> Ids:
    listing = clone.git("ls-tree", "-rz", commit)
    rows = (line.split("\t", 1) for line in listing.split("\0") if line)
    return {path: facts.split()[-1] for facts, path in rows}


def _contents(clone: Clone, blobs: Sequence[str]) -> list[bytes]:
    """The contents of blobs, in one go."""
    said = subprocess.run(
        ["git", "-C", str(clone.path), "cat-file", "--batch"],
        input="".join(f"{blob}\n" for blob in blobs).encode(),
        check=True,
        capture_output=True,
    ).stdout
    found = []
    for _ in blobs:
        head, _, said = said.partition(b"\n")
        size = int(head.split()[-1])
        found.append(said[:size])
        said = said[size + 1 :]
    return found
