"""LOCAL: host.json as the Functions host reads it; knows none of the app's functions.

Documented: functions-host-json.md, functions-bindings-storage-queue.md. Stricter than
Azure in one thing: an unknown key under `extensions.queues` or `extensions.http` is
refused, because a misspelt setting is silently the default there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.refusal import Refused

TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?")
QUEUE_KEYS = {
    "batchSize",
    "newBatchThreshold",
    "maxPollingInterval",
    "visibilityTimeout",
    "maxDequeueCount",
    "messageEncoding",
}
HTTP_KEYS = {
    "routePrefix",
    "maxOutstandingRequests",
    "maxConcurrentRequests",
    "dynamicThrottlesEnabled",
    "hsts",
    "customHeaders",
}
DEFAULT_TIMEOUT = 1800.0  # Flex Consumption: 30 minutes


@dataclass(frozen=True)
class QueueOptions:
    """`extensions.queues`, durations in seconds."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_polling_interval: float = 60.0
    visibility_timeout: float = 0.0
    max_dequeue_count: int = 5
    base64: bool = True


@dataclass(frozen=True)
class HostOptions:
    """What host.json decides here. A timeout of None means unbounded."""

    function_timeout: float | None = DEFAULT_TIMEOUT
    route_prefix: str = "api"
    queues: QueueOptions = QueueOptions()


def read_host_json(app_dir: Path) -> HostOptions:
    """Read `host.json` of the app; raises `Refused` with the key and the problem."""
    path = app_dir / "host.json"
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise Refused(f"{path} does not exist") from None
    except ValueError as error:
        raise Refused(
            f"{path} is not plain JSON ({error}); comments are not"
        ) from error
    if not isinstance(document, dict) or document.get("version") != "2.0":
        raise Refused(f'{path}: "version" must be "2.0"')
    extensions = _section(document, "extensions")
    http = _known(_section(extensions, "http"), "http", HTTP_KEYS)
    return HostOptions(
        function_timeout=_timeout(document.get("functionTimeout")),
        route_prefix=_text(http, "routePrefix", "api").strip("/"),
        queues=_queues(_known(_section(extensions, "queues"), "queues", QUEUE_KEYS)),
    )


def _queues(section: Mapping[str, Any]) -> QueueOptions:
    batch = _integer(section, "batchSize", 16, low=1, high=32)
    encoding = _text(section, "messageEncoding", "base64").lower()
    if encoding not in {"base64", "none"}:
        raise Refused(f"host.json: messageEncoding {encoding!r} is not base64 or none")
    polling = _span(section, "maxPollingInterval", 60.0)
    if polling < 0.1:
        raise Refused("host.json: maxPollingInterval must be at least 00:00:00.100")
    return QueueOptions(
        batch_size=batch,
        new_batch_threshold=_integer(section, "newBatchThreshold", batch // 2, low=0),
        max_polling_interval=polling,
        visibility_timeout=_span(section, "visibilityTimeout", 0.0),
        max_dequeue_count=_integer(section, "maxDequeueCount", 5, low=1),
        base64=encoding == "base64",
    )


def _section(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = parent.get(key, {})
    if not isinstance(section, dict):
        raise Refused(f"host.json: {key} must be an object")
    return section


def _known(section: Mapping[str, Any], name: str, keys: set[str]) -> Mapping[str, Any]:
    if unknown := sorted(section.keys() - keys):
        raise Refused(f"host.json: extensions.{name}.{unknown[0]} is not a setting")
    return section


def _text(section: Mapping[str, Any], key: str, default: str) -> str:
    value = section.get(key, default)
    if not isinstance(value, str):
        raise Refused(f"host.json: {key} must be a string, not {value!r}")
    return value


def _integer(
    section: Mapping[str, Any], key: str, default: int, low: int, high: int = 1 << 31
) -> int:
    value = section.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(f"host.json: {key} must be a whole number, not {value!r}")
    if not low <= value <= high:
        raise Refused(f"host.json: {key} is {value}; it must be {low} to {high}")
    return value


def _span(section: Mapping[str, Any], key: str, default: float) -> float:
    return default if key not in section else time_span(section[key], key)


def time_span(text: object, key: str) -> float:
    """Return the seconds of a .NET TimeSpan such as `00:20:00` or `1.02:03:04`."""
    match = TIME_SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Refused(f"host.json: {key} must look like 00:20:00, not {text!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise Refused(f"host.json: {key} {text!r} is not a time span")
    fraction = float(f"0.{match[5] or 0}")
    return days * 86400 + hours * 3600 + minutes * 60 + seconds + fraction


def _timeout(value: object) -> float | None:
    if value is None:
        return DEFAULT_TIMEOUT
    if value == "-1":
        return None
    seconds = time_span(value, "functionTimeout")
    if seconds <= 0:
        raise Refused("host.json: functionTimeout must be longer than nothing")
    return seconds
