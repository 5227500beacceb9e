"""What is told to be done about an error; only what heals says that nothing need be."""

import pytest

from shared import errors
from shared.domain.remedies import Remedy, remedy_of_push, remedy_of_read


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (errors.Unavailable, Remedy.WAIT),
        (errors.Throttled, Remedy.WAIT),
        (errors.AccessDenied, Remedy.GRANT_READ),
        (errors.NotFound, Remedy.GRANT_READ),
        (errors.TooLarge, Remedy.SPLIT_FOLDER),
        (errors.RequestRefused, Remedy.SAVE_ANEW),
        (errors.NotExportable, Remedy.SAVE_ANEW),
    ],
)
def test_what_the_workspace_did_not_give(
    kind: type[errors.BackupError], remedy: Remedy
) -> None:
    assert remedy_of_read(kind("")) is remedy


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (errors.Unavailable, Remedy.WAIT),
        (errors.ContentRefused, Remedy.CLEAN_CONTENT),
        (errors.TooLarge, Remedy.CLEAN_CONTENT),
        (errors.PathBlocked, Remedy.MOVE_ASIDE),
        (errors.PushRefused, Remedy.ALLOW_PUSH),
        (errors.AccessDenied, Remedy.ALLOW_PUSH),
        (errors.NotFound, Remedy.ALLOW_PUSH),
    ],
)
def test_what_the_repository_did_not_take(
    kind: type[errors.BackupError], remedy: Remedy
) -> None:
    assert remedy_of_push(kind("")) is remedy


@pytest.mark.parametrize("remedy", Remedy)
def test_only_what_heals_needs_nothing(remedy: Remedy) -> None:
    assert remedy.advice.startswith("Nothing:") is remedy.heals
