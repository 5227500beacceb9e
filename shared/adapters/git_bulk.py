"""OUTSIDE: the package's Git client, with its two bulky calls as plain JSON.

The package makes a model of each row and checks it field by field, in both directions:
a tenth of the CPU of a backup, for rows that are read once. Documented: Azure Repos
REST 7.1, Pushes - Create and Items - Get Items Batch; the ids of their routes are the
package's own.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from shared.adapters.azure_devops_package import package

_PUSHES = {
    "location_id": "ea98d07b-3c87-4971-8ede-a613694ffb55",
    "version": "7.1-preview.2",
}
_ITEMS_BATCH = {
    "location_id": "630fd2e4-fb88-4f85-ad21-13f3fd1fbca9",
    "version": "7.1-preview.1",
}


def items_batch(wanted: Iterable[tuple[str, str, str]]) -> dict[str, object]:
    """What `get_items_batch` is asked: paths, how deep each, and at which commit."""
    return {
        "itemDescriptors": [
            {
                "path": path,
                "recursionLevel": level,
                "version": commit,
                "versionType": "commit",
            }
            for path, level, commit in wanted
        ]
    }


@functools.cache
def bulk_git_client() -> Any:
    """The class, a `GitClient` in all else; its package is imported by now."""
    base: Any = package("git.git_client").GitClient

    class BulkGitClient(base):  # type: ignore[misc]
        """What the two are given, and the rows that one gives, are as they travel."""

        def create_push(self, push: bytes, repository_id: str, project: str) -> Any:
            """A push that was made, as a model; the body of its request is `push`."""
            answer = self._posted(_PUSHES, push, repository_id, project)
            return self._deserialize("GitPush", answer)

        def get_items_batch(
            self, request_data: Mapping[str, object], repository_id: str, project: str
        ) -> Any:
            """All items that were found, as JSON has them."""
            answer = self._posted(_ITEMS_BATCH, request_data, repository_id, project)
            # Whatever is no object fails here, where the client hears it.
            told = answer.json()["value"]
            return [{**row} for some in told for row in some or ()]

        def _posted(
            self,
            route: Mapping[str, str],
            body: Mapping[str, object] | bytes,
            repository_id: str,
            project: str,
        ) -> Any:
            where = {"project": project, "repositoryId": repository_id}
            values = {k: self._serialize.url(k, v, "str") for k, v in where.items()}
            return self._send(
                http_method="POST", route_values=values, content=body, **route
            )

    return BulkGitClient
