"""PACKS: writes a pack file and its index; knows only kinds, bytes and ids.

Documented: Git, "gitformat-pack" (pack version 2, index version 2). The objects are
stored whole: deltas would cost time at every push and the copies are on one disk.
"""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

_TYPE_NUMBERS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_LARGE_OFFSET = 0x80000000


class Packable(Protocol):
    """What is needed of an object to put it into a pack."""

    @property
    def kind(self) -> str:
        """One of commit, tree, blob, tag."""

    @property
    def content(self) -> bytes:
        """The object's bytes."""

    @property
    def deflated(self) -> bytes:
        """The object's bytes as a zlib stream."""

    @property
    def oid(self) -> str:
        """The object's id in hexadecimal digits."""


def write_pack(directory: Path, objects: Sequence[Packable]) -> str:
    """Add one pack with these distinct objects; returns its name.

    The index is moved into place last: until then no reader sees the pack.
    """
    directory.mkdir(parents=True, exist_ok=True)
    pack, places = _pack_bytes(objects)
    checksum = pack[-20:]
    name = f"pack-{checksum.hex()}"
    _place(directory / f"{name}.pack", pack)
    _place(directory / f"{name}.idx", _index_bytes(places, checksum))
    return name


def _place(path: Path, content: bytes) -> None:
    partial = path.with_name(f"tmp_{path.name}")
    partial.write_bytes(content)
    partial.rename(path)


def _pack_bytes(
    objects: Sequence[Packable],
) -> tuple[bytes, list[tuple[bytes, int, int]]]:
    parts = [b"PACK" + struct.pack(">II", 2, len(objects))]
    offset = len(parts[0])
    places = []
    for one in objects:
        part = _entry_header(one.kind, len(one.content)) + one.deflated
        places.append((bytes.fromhex(one.oid), zlib.crc32(part), offset))
        parts.append(part)
        offset += len(part)
    body = b"".join(parts)
    return body + hashlib.sha1(body, usedforsecurity=False).digest(), places


def _entry_header(kind: str, size: int) -> bytes:
    first = (_TYPE_NUMBERS[kind] << 4) | (size & 0x0F)
    size >>= 4
    header = bytearray()
    while size:
        header.append(first | 0x80)
        first = size & 0x7F
        size >>= 7
    header.append(first)
    return bytes(header)


def _index_bytes(places: list[tuple[bytes, int, int]], checksum: bytes) -> bytes:
    ordered = sorted(places)
    counts = [0] * 256
    for oid, _, _ in ordered:
        counts[oid[0]] += 1
    fanout = []
    total = 0
    for count in counts:
        total += count
        fanout.append(total)
    large = [offset for _, _, offset in ordered if offset >= _LARGE_OFFSET]
    positions = iter(range(len(large)))
    offsets = [
        offset if offset < _LARGE_OFFSET else _LARGE_OFFSET | next(positions)
        for _, _, offset in ordered
    ]
    body = b"".join(
        (
            b"\xfftOc" + struct.pack(">I", 2),
            struct.pack(">256I", *fanout),
            b"".join(oid for oid, _, _ in ordered),
            struct.pack(f">{len(ordered)}I", *(crc for _, crc, _ in ordered)),
            struct.pack(f">{len(offsets)}I", *offsets),
            struct.pack(f">{len(large)}Q", *large),
            checksum,
        )
    )
    return body + hashlib.sha1(body, usedforsecurity=False).digest()
