"""LOCAL: what host and worker say to each other; knows neither.

A frame is a 4-byte length and JSON. A value is `{"type": ..., "value": ...}`, the
worker library's own Datum; bytes travel as base64.
"""

import asyncio
import base64
import json
import struct
from typing import Any

LENGTH = struct.Struct(">I")
Frame = dict[str, Any]


def encode(frame: Frame) -> bytes:
    """Return the bytes of one frame."""
    body = json.dumps(frame, default=_bytes).encode()
    return LENGTH.pack(len(body)) + body


async def read(reader: asyncio.StreamReader) -> Frame:
    """Return the next frame; raises `IncompleteReadError` when the other end died."""
    size = LENGTH.unpack(await reader.readexactly(LENGTH.size))[0]
    body = await reader.readexactly(size)
    frame: Frame = json.loads(body, object_hook=_unbytes)
    return frame


def value(kind: str, content: Any) -> Frame:
    """Return one typed value."""
    return {"type": kind, "value": content}


def _bytes(thing: object) -> Frame:
    if isinstance(thing, bytes):
        return {"$bytes": base64.b64encode(thing).decode()}
    raise TypeError(f"{type(thing).__name__} does not travel")


def _unbytes(found: Frame) -> Any:
    return base64.b64decode(found["$bytes"]) if "$bytes" in found else found
