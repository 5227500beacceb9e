"""TRIGGERS: the Git folder that a caller asks for, checked field by field."""

from functions.request_bodies import MAX_PATHS, Fields
from functions.request_fields import checked_path
from shared.domain.git_folder import place_of
from shared.errors import InvalidRequest
from shared.services.make_git_folder import WantedGitFolder


def wanted_git_folder(value: object) -> WantedGitFolder:
    """The field's value; the first thing that is wrong with it is raised."""
    if not isinstance(value, dict):
        raise ValueError("is an object with a path and, if wanted, folders")  # noqa: TRY004 - the caller's value
    fields = Fields(dict(value))
    wanted = WantedGitFolder(
        fields.take("path", _place, ""), fields.take("folders", _folders, ())
    )
    fields.end()
    if not wanted.path and not fields.errors:
        fields.errors.append(InvalidRequest("path", "is needed"))
    for error in fields.errors:
        raise InvalidRequest(f"git_folder.{error.field}", str(error))
    return wanted


def _place(value: object) -> str:
    try:
        return place_of(checked_path(value, "path"))
    except InvalidRequest as error:
        raise ValueError(str(error)) from None


def _folders(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_PATHS:
        raise ValueError(f"is a list of 1 to {MAX_PATHS} workspace paths")
    folders = [checked_path(path, f"folders[{n}]") for n, path in enumerate(value)]
    if "/" in folders:
        raise ValueError("names no /: without folders, as much is shown as fits")
    return tuple(dict.fromkeys(folders))
