"""OUTSIDE: the past of an Azure DevOps repository's paths; knows no backup.

Documented: Azure Repos REST 7.1 (commits with `searchCriteria.itemPath`, which tells of
deletions, too; items batch with a version of its own for each descriptor).
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from shared.adapters.azure_devops_package import package
from shared.adapters.git_bulk import items_batch
from shared.adapters.git_reader import AzureDevOpsReader
from shared.adapters.git_rows import item_of, row_of, said
from shared.domain.git import Commit
from shared.errors import NotFound, Permanent

COMMITS_A_REQUEST = 100


@dataclass(frozen=True, slots=True)
class AzureDevOpsHistory:
    """The port `GitHistory` over a repository's REST API."""

    reader: AzureDevOpsReader

    def telling(self, on_request: Callable[[], None]) -> Self:
        """The same history, which tells somebody of each request."""
        return type(self)(self.reader.telling(on_request))

    def changes(
        self, tip: str, path: str, limit: int, skip: int = 0
    ) -> tuple[Commit, ...]:
        """The commits that changed the path; see the port.

        One request, and one for each commit of which the list does not say all.
        """
        if limit < 1:
            return ()
        models = package("git.models")
        criteria = models.GitQueryCommitsCriteria(
            item_path=f"/{path}",
            item_version=models.GitVersionDescriptor(
                version=tip, version_type="commit"
            ),
        )
        rows = self.reader.ask(
            "changes", "get_commits", search_criteria=criteria, top=limit, skip=skip
        )
        return tuple(self.reader.whole(row, "changes") for row in rows)

    def blob_at(self, path: str, commits: Sequence[str]) -> Mapping[str, str]:
        """The file's blob id at each of the commits; see the port."""
        found: dict[str, str] = {}
        unique = dict.fromkeys(commits)
        for chunk in itertools.batched(unique, COMMITS_A_REQUEST, strict=False):
            found |= _blobs(path, self._rows(path, chunk))
        return found

    def _rows(self, path: str, commits: Sequence[str]) -> Iterator[Any]:
        """What the batch finds; should the service refuse it, each by itself.

        Reported: where nothing at all is found, the answer is an error. So a tree's
        top is asked for, too.
        """
        batch = _batch(path, commits)
        try:
            rows = self.reader.ask("blob_at", "get_items_batch", request_data=batch)
        except (NotFound, Permanent) as error:
            if type(error) not in {NotFound, Permanent}:
                raise
            for commit in commits:
                yield from self._row(path, commit)
        else:
            yield from rows

    def _row(self, path: str, commit: str) -> Iterator[Any]:
        version = package("git.models").GitVersionDescriptor(
            version=commit, version_type="commit"
        )
        try:
            model = self.reader.ask(
                "blob_at", "get_item", path=f"/{path}", version_descriptor=version
            )
        except NotFound:
            return
        yield row_of(model)


def _batch(path: str, commits: Sequence[str]) -> Any:
    wanted = [("/", commits[0]), *((f"/{path}", commit) for commit in commits)]
    return items_batch((place, "none", commit) for place, commit in wanted)


def _blobs(path: str, rows: Iterator[Any]) -> dict[str, str]:
    """By the commits that the rows themselves name; of another case none counts."""
    found: dict[str, str] = {}
    for row in rows:
        item = item_of(row)
        if item.path == path and not item.is_folder:
            found[said(row.get("commitId"))] = item.object_id
    return found
