"""OUTSIDE: state changes as log lines (port `Events`); alerts read them.

The message is the event as JSON and stands for itself where fields get lost on the
way; the same facts are fields of the record as well.
"""

import json
import logging
from typing import Any

from shared.domain.events import Event

LOGGER_NAME = "backup.events"

_TAKEN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""Names that a log record keeps for itself."""


class LoggedEvents:
    """One log line a state change."""

    def __init__(self) -> None:
        self._log = logging.getLogger(LOGGER_NAME)
        # Whatever LOG_LEVEL says: without events, alerts would be blind.
        self._log.setLevel(logging.INFO)

    def emit(self, event: Event) -> None:
        """Write it; never raises."""
        facts = _facts(event)
        fields = {
            f"{name}_" if name in _TAKEN else name: _flat(value)
            for name, value in facts.items()
        }
        text = json.dumps(facts, separators=(",", ":"), default=str)
        self._log.info("%s", text, extra=fields)


def _facts(event: Event) -> dict[str, Any]:
    """The name first: queries find events by how their message begins."""
    named: dict[str, Any] = {"event": str(event.name), "run_id": event.run_id}
    if event.shard is not None:
        named["shard_id"] = event.shard
    return {**named, **event.facts, **named}


def _flat(value: object) -> object:
    """A list as JSON: as a field, its Python form would be logged."""
    return json.dumps(value) if isinstance(value, list) else value
