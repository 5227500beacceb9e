"""OUTSIDE: rows of Azure DevOps answers, as our words for Git; asks for nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.domain.git import TreeItem
from shared.errors import Unavailable


def said(value: Any) -> Any:
    """What an answer must say; nothing at all would read as "not there"."""
    if value is None:
        raise Unavailable("reading: an answer without what was asked for")
    return value


def row_of(model: Any) -> dict[str, Any]:
    """The row that a model of the package was made of, as far as we read it."""
    return {
        "path": model.path,
        "objectId": model.object_id,
        "isFolder": model.is_folder,
        "gitObjectType": model.git_object_type,
        "commitId": model.commit_id,
    }


def item_of(row: Mapping[str, Any]) -> TreeItem:
    """The file or folder that a row tells of."""
    is_folder = bool(row.get("isFolder")) or row.get("gitObjectType") == "tree"
    path, object_id = said(row.get("path")), said(row.get("objectId"))
    return TreeItem(path.strip("/"), object_id, is_folder)


def selected(
    items: Iterable[TreeItem], folders: set[str], files: set[str]
) -> Iterator[TreeItem]:
    """The items that were asked for, to the letter.

    Where nothing has the very name, the service answers with what has it but for
    case (reported): so an answer counts only under the path it names itself.
    """
    for item in items:
        inside = item.path and item.path.rpartition("/")[0] in folders
        if inside or (item.path in files and not item.is_folder):
            yield item


def with_folders(files: Iterable[TreeItem]) -> dict[str, TreeItem]:
    """The files by path, and the folders they are in, whose ids nobody needs."""
    found = {item.path: item for item in files}
    for path in list(found):
        folder = path.rpartition("/")[0]
        while folder:
            found.setdefault(folder, TreeItem(folder, "", is_folder=True))
            folder = folder.rpartition("/")[0]
    return found


def changed_by(row: Mapping[str, Any]) -> Iterator[TreeItem]:
    """The files that one row of a comparison tells of; an empty id: gone."""
    item = row["item"]
    if item.get("gitObjectType") == "tree" or item.get("isFolder"):
        return
    kinds = {kind.strip().lower() for kind in str(row["changeType"]).split(",")}
    gone = bool(kinds & {"delete", "sourcerename"})
    yield TreeItem(item["path"].strip("/"), "" if gone else item["objectId"])
    source = row.get("sourceServerItem") or row.get("originalPath")
    if source and "rename" in kinds:
        yield TreeItem(source.strip("/"), "")
