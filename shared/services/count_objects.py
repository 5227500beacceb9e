"""USE CASE PARTS: how many objects a folder of the workspace holds."""

from collections import deque
from dataclasses import dataclass

from shared.domain.objects import DIRECTORY
from shared.errors import AccessDenied, AddressBlocked, NotFound, Throttled
from shared.ports import Workspace

LISTINGS = 100
"""At most: one a folder, and somebody waits for the answer."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`whole`: every folder inside was listed; else there are more."""

    objects: int
    folders: int
    whole: bool


def count_objects(workspace: Workspace, folder: str) -> Counted:
    """What is inside, at any depth; folders are not counted as objects."""
    waiting, objects, folders, whole = deque([folder]), 0, 0, True
    for _ in range(LISTINGS):
        if not waiting:
            return Counted(objects, folders, whole)
        try:
            children = workspace.list(waiting.popleft())
        except AddressBlocked:
            raise
        except (AccessDenied, NotFound):
            whole = False
            continue
        except Throttled:
            return Counted(objects, folders, whole=False)
        inside = [child.path for child in children if child.type == DIRECTORY]
        folders += len(inside)
        objects += len(children) - len(inside)
        waiting.extend(inside)
    return Counted(objects, folders, whole and not waiting)
