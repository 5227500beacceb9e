"""DECISIONS: what a person can do about a failure, or that nothing need be done."""

from enum import StrEnum

from shared.errors import (
    AccessDenied,
    BackupError,
    ContentRefused,
    NotFound,
    PathBlocked,
    PushRefused,
    TooLarge,
    Transient,
)


class Remedy(StrEnum):
    """What makes a failure good; the sentence for people is its `advice`."""

    WAIT = "wait"
    GRANT_READ = "grant-read"
    CHECK_ROOTS = "check-roots"
    SPLIT_FOLDER = "split-folder"
    SAVE_ANEW = "save-anew"
    CLEAN_CONTENT = "clean-content"
    MOVE_ASIDE = "move-aside"
    ALLOW_PUSH = "allow-push"

    @property
    def heals(self) -> bool:
        """Whether the next run makes it good without anybody doing anything."""
        return self is Remedy.WAIT

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        return _ADVICE[self]


_ADVICE = {
    Remedy.WAIT: "Nothing: the next run tries it again.",
    Remedy.GRANT_READ: (
        "Give the backup's identity CAN READ on it or on a folder above it (a workspace"
        " admin sees everything), or leave it out with BACKUP_EXCLUDE."
    ),
    Remedy.CHECK_ROOTS: (
        "Check the path in BACKUP_ROOTS, and that the backup's identity may see it."
    ),
    Remedy.SPLIT_FOLDER: (
        "Move some of the folder's objects to folders of their own: the workspace does"
        " not list so many at once."
    ),
    Remedy.SAVE_ANEW: (
        "The workspace refuses it as it is: open it there and save it anew, or leave it"
        " out with BACKUP_EXCLUDE."
    ),
    Remedy.CLEAN_CONTENT: (
        "Take out of the object what Azure DevOps objects to (a secret, a name, its"
        " size), or leave it out with BACKUP_EXCLUDE."
    ),
    Remedy.MOVE_ASIDE: (
        "Move or remove the file in the backup repository that lies in its way."
    ),
    Remedy.ALLOW_PUSH: (
        "Let the backup's identity push to the backup branch: the permission"
        " Contribute, and Bypass policies when pushing where the branch has policies."
    ),
}


def remedy_of_read(error: BackupError) -> Remedy:
    """For what the workspace did not give."""
    if isinstance(error, Transient):
        return Remedy.WAIT
    if isinstance(error, AccessDenied | NotFound):
        return Remedy.GRANT_READ
    return Remedy.SPLIT_FOLDER if isinstance(error, TooLarge) else Remedy.SAVE_ANEW


def remedy_of_push(error: BackupError) -> Remedy:
    """For what the repository did not take."""
    if isinstance(error, ContentRefused | TooLarge):
        return Remedy.CLEAN_CONTENT
    if isinstance(error, PathBlocked):
        return Remedy.MOVE_ASIDE
    refused = isinstance(error, PushRefused | AccessDenied | NotFound)
    return Remedy.ALLOW_PUSH if refused else Remedy.WAIT
