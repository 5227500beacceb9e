"""TRIGGERS: what nobody expected, told to the log; knows no answer to it."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import BackupError

_log = logging.getLogger(__name__)


def log_unexpected(error: Exception, doing: str) -> None:
    """Type and place only: a message may quote what must not be logged."""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("unexpected %s while %s, at\n%s", type(error).__name__, doing, where)


class UnexpectedError(Exception):
    """What nobody expected, without its words; the log has its type and place."""


@contextmanager
def without_words(doing: str) -> Iterator[None]:
    """Let only what quotes nothing reach the platform, which logs what it gets."""
    try:
        yield
    except BackupError:
        raise
    except Exception as error:  # noqa: BLE001 - the outermost edge of a trigger
        log_unexpected(error, doing)
        told = f"unexpected {type(error).__name__} while {doing}"
        raise UnexpectedError(told) from None
