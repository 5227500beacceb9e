"""TRIGGERS: what nobody expected, told to the log; knows no answer to it."""

import logging
import traceback

_log = logging.getLogger(__name__)


def log_unexpected(error: Exception, doing: str) -> None:
    """Type and place only: a message may quote what must not be logged."""
    where = "".join(traceback.format_tb(error.__traceback__))
    _log.error("unexpected %s while %s, at\n%s", type(error).__name__, doing, where)
