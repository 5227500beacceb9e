"""CLIENT, restores: the open restore that a new one finds: the same, or another's."""

from client.restores.api import Restore, Wanted
from client.restores.commands import Commands

_ALIAS = "/Workspace"


class OtherRestoreError(Exception):
    """Another restore writes; the message says which, and what can be done about it."""


def is_of_the_same(there: Restore, wanted: Wanted) -> bool:
    """Whether it was asked for in the same words, or in others for the same."""
    return (
        wanted.apply
        and set(there.paths) == _outermost(wanted.paths)
        and wanted.at in {there.at, there.run, there.commit}
        and there.to == (_normal(wanted.to) if wanted.to else "")
        and there.on_conflict == wanted.on_conflict
    )


def in_the_way(there: Restore, commands: Commands) -> OtherRestoreError:
    """What to tell of one that was asked for something else."""
    return OtherRestoreError(
        f"{there.id} is open, of other paths or to another point, and one restore"
        " writes at a time\n"
        f"  go on with it  {commands.apply(there)}\n"
        f"  cancel it      {commands.cancel(there)}"
    )


def _outermost(paths: tuple[str, ...]) -> set[str]:
    """As the app understands them: none inside another one."""
    normal = {_normal(path) for path in paths}
    return {path for path in normal if not normal & set(_above(path))}


def _above(path: str) -> list[str]:
    parts = path[1:].split("/") if path != "/" else []
    return ["/" + "/".join(parts[:number]) for number in range(len(parts))]


def _normal(path: str) -> str:
    """Without slashes at its end, and without the other name of the root."""
    bare = path.rstrip("/")
    if bare == _ALIAS or bare.startswith(f"{_ALIAS}/"):
        bare = bare.removeprefix(_ALIAS)
    return bare or "/"
