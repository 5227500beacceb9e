"""LOCAL: what the worker is given for each trigger; knows no process and no storage.

Shapes as the .NET host sends them, measured against the worker library: a queue
message's text is a string, its metadata JSON, timestamps JSON strings.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure.storage.queue import QueueMessage

from local.host.channel import Call
from local.host.frames import Frame, value
from local.host.functions import Function

NO_TIME = datetime(1, 1, 1, tzinfo=UTC)  # .NET's default(DateTime)


class UndecodableError(Exception):
    """A message is not the base64 that host.json promised."""


@dataclass(frozen=True)
class ScheduleStatus:
    """What is kept of a timer between runs; all UTC."""

    last: datetime
    next: datetime
    updated: datetime

    def to_json(self) -> str:
        """Return the text of the status blob."""
        return json.dumps(
            {
                "Last": self.last.isoformat(),
                "Next": self.next.isoformat(),
                "LastUpdated": self.updated.isoformat(),
            }
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> "ScheduleStatus":
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        return cls(*(_moment(fields[name]) for name in ("Last", "Next", "LastUpdated")))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def decode_text(raw: str, *, base64_encoded: bool) -> str:
    """Return a message's text; raises `UndecodableError`."""
    if not base64_encoded:
        return raw
    try:
        return base64.b64decode(raw, validate=True).decode()
    except ValueError as error:
        raise UndecodableError(str(error)) from error


def queue_call(function: Function, text: str, message: QueueMessage | None) -> Call:
    """Return the call for one message; without a message it is run by hand."""
    metadata = {"QueueTrigger": value("string", text)}
    if message is not None:
        metadata |= {
            "Id": value("string", message.id),
            "DequeueCount": value("json", json.dumps(message.dequeue_count)),
            "PopReceipt": value("string", message.pop_receipt),
            "InsertionTime": _time(message.inserted_on),
            "ExpirationTime": _time(message.expires_on),
            "NextVisibleTime": _time(message.next_visible_on),
        }
    inputs = {function.parameter: value("string", text)}
    return Call(function.id, function.name, inputs, metadata)


def _time(moment: datetime | None) -> Frame:
    return value("json", json.dumps((moment or NO_TIME).isoformat()))


def timer_call(
    function: Function,
    status: ScheduleStatus | None,
    *,
    past_due: bool,
    retry_count: int = 0,
) -> Call:
    """Return the call for one run of a timer."""
    info = {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": json.loads(status.to_json()) if status else None,
        "IsPastDue": past_due,
    }
    return Call(
        function.id,
        function.name,
        {function.parameter: value("json", json.dumps(info))},
        retry_count=retry_count,
        max_retry_count=function.retry.max_count if function.retry else 0,
    )


def http_call(function: Function, request: Mapping[str, Any]) -> Call:
    """Return the call for a request: method, url, headers, query, params, body."""
    inputs = {function.parameter: value("http", dict(request))}
    return Call(function.id, function.name, inputs)
