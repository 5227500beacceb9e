"""OUTSIDE: reads of an Azure DevOps repository as our port; knows no backup.

Documented: Azure Repos REST 7.1 (refs, items batch, trees, blobs, diffs, commits).
"""

import itertools
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any, Self

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.azure_devops_package import package
from shared.adapters.git_bulk import items_batch
from shared.adapters.git_rows import (
    changed_by,
    item_of,
    row_of,
    said,
    selected,
    with_folders,
)
from shared.domain.blob_ids import blob_id
from shared.domain.git import Commit, Comparison, TreeItem
from shared.errors import NotFound, Permanent, Unavailable

BLOBS_A_REQUEST = 500
CHANGES_A_PAGE = 1000
_ZIP_IN_MEMORY = 16 * 1024 * 1024
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # by an unknown method, on an unknown system
    RuntimeError,  # with a password
    OSError,
    ValueError,
    lzma.LZMAError,
    struct.error,
)


def _nobody() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class AzureDevOpsReader:
    """The port `GitReader` over a repository's REST API.

    `on_request` is called before each request, also where a method makes several.
    """

    client: AzureDevOpsClient
    branch: str
    on_request: Callable[[], None] = _nobody

    def telling(self, on_request: Callable[[], None]) -> Self:
        """The same reader, which tells somebody of each request."""
        return replace(self, on_request=on_request)

    def tip(self) -> str | None:
        """The branch's commit; see the port."""
        refs = self.ask("tip", "get_refs", filter=f"heads/{self.branch}")
        # The filter is a prefix: `main` finds `main2`, too.
        wanted = f"refs/heads/{self.branch}"
        return next((ref.object_id for ref in refs if ref.name == wanted), None)

    def items(
        self, commit: str, folders: Sequence[str], files: Sequence[str]
    ) -> tuple[TreeItem, ...]:
        """The folders' children and the files that exist; see the port.

        Reported: where nothing at all is found, the answer is an error. So the top
        is asked for, too, and what is missing then must not fail the rest; should
        the service refuse such a batch all the same, the whole tree is read.
        """
        batch = _batch(commit, folders, files)
        try:
            rows = self.ask("items", "get_items_batch", request_data=batch)
        except (NotFound, Permanent) as error:
            if type(error) not in {NotFound, Permanent}:
                raise
            found = with_folders(self.tree(commit))
        else:
            found = {item.path: item for item in map(item_of, rows)}
        return tuple(selected(found.values(), set(folders), set(files)))

    def tree(self, commit: str, folder: str = "") -> tuple[TreeItem, ...]:
        """Every file below the folder; see the port.

        All of a commit takes two requests, its tree's id and the tree: the list of a
        folder's items, which takes one, says three times as much of each.
        """
        if folder:
            return self._tree_below(commit, folder)
        root = self.ask("tree", "get_commit", commit_id=commit).tree_id
        tree = self.ask("tree", "get_tree", sha1=said(root), recursive=True)
        return tuple(
            TreeItem(entry.relative_path.strip("/"), entry.object_id, size=entry.size)
            for entry in said(tree.tree_entries)
            if entry.git_object_type != "tree"
        )

    def blobs(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """The blobs, each proved by its id; see the port."""
        found: dict[str, bytes] = {}
        unique = dict.fromkeys(ids)
        for chunk in itertools.batched(unique, BLOBS_A_REQUEST, strict=False):
            found |= self._blobs(chunk)
        return found

    def compare(self, base: str, target: str) -> Comparison:
        """The plain difference of two commits, all of it; see the port."""
        changed: dict[str, TreeItem] = {}
        try:
            for page in self._pages(base, target):
                if page.common_commit != base:
                    return Comparison(descends=False, changed=())
                for item in itertools.chain.from_iterable(
                    map(changed_by, page.changes or [])
                ):
                    # What is gone at one row and there at another is there.
                    if item.object_id or item.path not in changed:
                        changed[item.path] = item
        except NotFound:
            # Which of the two is unknown? A missing target is an error.
            self.ask("compare", "get_commit", commit_id=target)
            return Comparison(descends=False, changed=())
        return Comparison(descends=True, changed=tuple(changed.values()))

    def log(self, commit: str, limit: int) -> tuple[Commit, ...]:
        """The commit and its ancestors; see the port."""
        models = package("git.models")
        criteria = models.GitQueryCommitsCriteria(
            item_version=models.GitVersionDescriptor(
                version=commit, version_type="commit"
            )
        )
        rows = self.ask("log", "get_commits", search_criteria=criteria, top=limit)
        return tuple(self.whole(row, "log") for row in rows)

    def ask(self, action: str, method: str, **arguments: Any) -> Any:
        """What the package's method answers, in one request; the client's errors."""
        self.on_request()
        with self.client.asking(f"reading ({action})") as git:
            answer = getattr(git, method)(**self.client.where, **arguments)
        return said(answer)

    def whole(self, row: Any, action: str) -> Commit:
        """The commit that a row of a list tells of, with its parents and all it says.

        A list may leave the parents out and cut messages short (documented:
        `commentTruncated`); the commit itself, asked for alone, has them.
        """
        if row.parents is None or row.comment_truncated:
            row = self.ask(action, "get_commit", commit_id=row.commit_id)
        return Commit(
            id=row.commit_id,
            parents=tuple(row.parents or ()),
            comment=(row.comment or "").rstrip("\n"),
            author=f"{row.author.name} <{row.author.email}>",
            committed_at=row.committer.date,
        )

    def _tree_below(self, commit: str, folder: str) -> tuple[TreeItem, ...]:
        version = package("git.models").GitVersionDescriptor(
            version=commit, version_type="commit"
        )
        try:
            rows = self.ask(
                "tree",
                "get_items",
                scope_path=f"/{folder}",
                recursion_level="full",
                version_descriptor=version,
            )
        except NotFound:
            return ()
        items = (item_of(row_of(model)) for model in rows)
        # Of another case, the service finds it, too (reported).
        below = f"{folder}/"
        return tuple(i for i in items if i.path.startswith(below) and not i.is_folder)

    def _blobs(self, ids: tuple[str, ...]) -> dict[str, bytes]:
        self.on_request()
        with (
            self.client.asking("reading (blobs)") as git,
            tempfile.SpooledTemporaryFile(_ZIP_IN_MEMORY) as archive,
        ):
            try:
                chunks = git.get_blobs_zip(blob_ids=list(ids), **self.client.where)
            except Permanent as error:
                # An unknown id is a 400 of no further meaning (reported).
                raise _as_missing(error, ids) from None
            archive.writelines(chunks)
            # By content, not by the entries' names: so each is proved.
            found = {blob_id(content): content for content in _unpacked(archive)}
        if missing := [wanted for wanted in ids if wanted not in found]:
            raise NotFound(f"{len(missing)} blobs, {missing[0]} among them")
        return {wanted: found[wanted] for wanted in ids}

    def _pages(self, base: str, target: str) -> Iterator[Any]:
        models = package("git.models")
        versions = {
            "base_version_descriptor": models.GitBaseVersionDescriptor(
                base_version=base, base_version_type="commit"
            ),
            "target_version_descriptor": models.GitTargetVersionDescriptor(
                target_version=target, target_version_type="commit"
            ),
        }
        skip, last = 0, None
        while True:
            page = self.ask(
                "compare",
                "get_commit_diffs",
                # Else it is the merge base that is compared with.
                diff_common_commit=False,
                top=CHANGES_A_PAGE,
                skip=skip,
                **versions,
            )
            said(page.changes if page.target_commit is None else page)
            yield page
            if page.all_changes_included or not page.changes:
                return
            if page.changes == last:
                raise Unavailable("reading (compare): a page comes again and again")
            skip, last = skip + len(page.changes), page.changes


def _batch(commit: str, folders: Sequence[str], files: Sequence[str]) -> Any:
    levels = {f"/{path}": "none" for path in ("", *files)}
    levels |= {f"/{path}": "oneLevel" for path in folders}
    return items_batch((path, level, commit) for path, level in levels.items())


def _unpacked(archive: IO[bytes]) -> Iterator[bytes]:
    """The contents of an archive; one that is damaged is `Unavailable`."""
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                yield opened.read(entry)
    except _DAMAGED as error:
        raise Unavailable(f"reading (blobs): a damaged archive, {error}") from None


def _as_missing(error: Permanent, ids: Sequence[str]) -> Permanent:
    if type(error) is Permanent:
        return NotFound(f"some of {len(ids)} blobs: {error}")
    return error
