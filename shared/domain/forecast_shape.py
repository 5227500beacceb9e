"""DECISIONS: what a forecast has to know of a workspace: folders without names."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from shared.domain import room
from shared.domain.blob_ids import blob_id
from shared.domain.folder import decide
from shared.domain.held import Exported, Held, exported_format
from shared.domain.objects import NOTEBOOK, Format
from shared.domain.plan import PlannedFolder

LEVEL = 6
"""zlib's own default, and Git's (documented: git-config, core.compression)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderShape:
    """A folder as far as it matters; sizes are in bytes.

    `objects` have bytes of their own; of them `untimed` carry no time in the listing,
    and `unsized` no size, the others have `sized_bytes` together. `change` is what one
    of them adds to a push besides its content, `manifest` what the manifest does,
    `line` what one of them does to that; `manifest_stored` is the manifest as Git
    compresses it.
    """

    objects: int = 0
    notebooks: int = 0
    untimed: int = 0
    unsized: int = 0
    sized_bytes: int = 0
    change: int = 0
    manifest: int = 0
    line: int = 0
    manifest_stored: int = 0

    def content(self, mean: float) -> float:
        """The mean size of its objects, where those without a size have `mean`."""
        whole = self.sized_bytes + self.unsized * mean
        return whole / self.objects if self.objects else 0.0

    def part(self, some: int, of: int) -> "FolderShape":
        """The folder with `some` of each `of` of its objects, rounded up."""

        def cut(number: int) -> int:
            return -(-number * some // of)

        return FolderShape(
            objects=cut(self.objects),
            notebooks=cut(self.notebooks),
            untimed=cut(self.untimed),
            unsized=cut(self.unsized),
            sized_bytes=cut(self.sized_bytes),
            change=self.change,
            manifest=cut(self.manifest),
            line=self.line,
            manifest_stored=cut(self.manifest_stored),
        )


TYPICAL = FolderShape(
    objects=7,
    notebooks=7,
    unsized=7,
    change=300,
    manifest=5_000,
    line=430,
    manifest_stored=700,
)
"""Where nothing was listed: seven notebooks a folder, as in infra/README.md (guess)."""


class SizeSource(StrEnum):
    """Where the size of objects is known from."""

    SAMPLE = "sample"
    LAST_RUN = "last_run"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Sizes:
    """The mean size, in bytes, of objects whose listing tells none.

    `compressed` is the share of it that zlib leaves.
    """

    mean: float = 5_000.0
    compressed: float = 0.4
    source: SizeSource = SizeSource.GUESS
    sampled: int = 0


def shape_of(folder: PlannedFolder, notebook_format: Format) -> FolderShape:
    """The shape of a folder that would be stored for the first time."""
    storable = [obj for obj in folder.objects if obj.storable]
    sizes = [obj.size for obj in storable if obj.size is not None]
    path, names = folder.git_path, [obj.name for obj in folder.objects]
    changes = [room.object_bytes(0, path, obj.name) for obj in storable]
    lines = [room.line_bytes(obj.name) for obj in storable]
    clones = sum(obj.is_clone for obj in folder.objects)
    return FolderShape(
        objects=len(storable),
        notebooks=sum(obj.type == NOTEBOOK for obj in storable),
        untimed=sum(obj.modified_at is None for obj in storable),
        unsized=len(storable) - len(sizes),
        sized_bytes=sum(sizes),
        change=_mean(changes),
        manifest=room.manifest_bytes(path, names, clones),
        line=_mean(lines),
        manifest_stored=_manifest_stored(folder, notebook_format),
    )


def _mean(sizes: Sequence[int]) -> int:
    return -(-sum(sizes) // max(1, len(sizes)))


def _manifest_stored(folder: PlannedFolder, notebook_format: Format) -> int:
    """Of the manifest that would be written, with ids as good as any for content."""
    results = {
        obj.object_id: Exported(
            b"",
            blob_id(obj.path.encode("utf-8", "surrogatepass")),
            exported_format(obj, notebook_format),
        )
        for obj in folder.objects
        if obj.storable
    }
    decision = decide(folder, Held(), results, notebook_format)
    raw = decision.manifest.to_bytes() if decision.manifest else b""
    return len(zlib.compress(raw, LEVEL))


def tiled(
    shapes: Sequence[FolderShape], wanted: int, size: Callable[[FolderShape], int]
) -> Iterator[FolderShape]:
    """The shapes again and again until their `size` together is `wanted`.

    More is always a continuation of less. The last one may be a part; those of no size
    that follow it are there, too. At least one has a size.
    """
    left = wanted
    for number in count():
        shape = shapes[number % len(shapes)]
        measured = size(shape)
        if wanted <= 0 or (left <= 0 and measured):
            return
        yield shape if measured <= max(0, left) else shape.part(left, measured)
        left -= measured
