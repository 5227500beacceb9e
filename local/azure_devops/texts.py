"""TEXTS: what the service does to text between JSON and blob; knows no Git.

Likely (known second-hand from the on-premises server): `rawtext` is stored as UTF-8
without a mark when a file is added; an edit keeps the encoding and the byte order mark
that the file had (`kept`). Whether it still does is unsure (else `plain`). The service
of 2014 put a mark before all text (`marked`), as the ids of its examples show. So only
base64 is exact. That bytes which are no UTF-8 count as Windows-1252 is a guess.
"""

import codecs
from typing import Literal, get_args

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE_PAGES = {
    "utf-8": 65001,
    "utf-16-le": 1200,
    "utf-16-be": 1201,
    "utf-32-le": 12000,
    "utf-32-be": 12001,
    "cp1252": 1252,
}
BINARY_PAGE = -1
RawText = Literal["kept", "plain", "marked"]
RAW_TEXTS: tuple[RawText, ...] = get_args(RawText)
_LOOKED_AT = 8_000


def encoding_of(content: bytes) -> tuple[bytes, str]:
    """Detect byte order mark and encoding."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return mark, name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return b"", "cp1252"
    return b"", "utf-8"


def stored_text(
    text: str, existing: bytes | None = None, way: RawText = "kept"
) -> bytes:
    """Encode `rawtext` as the service would, over the file's former content if any."""
    if way != "kept":
        existing = codecs.BOM_UTF8 if way == "marked" else None
    mark, name = encoding_of(existing) if existing is not None else (b"", "utf-8")
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return mark + whole.removeprefix("\ufeff" if mark else "").encode(name, "replace")


def shown_text(content: bytes) -> str:
    """Decode a blob for a reply in JSON or as text, without its mark."""
    mark, name = encoding_of(content)
    return content.removeprefix(mark).decode(name, "replace")


def is_binary(content: bytes) -> bool:
    """Whether Git, too, would take the content for binary: a NUL near its start."""
    mark, _ = encoding_of(content[:4])
    return not mark and b"\0" in content[:_LOOKED_AT]


def code_page(content: bytes) -> int:
    """Name the encoding by its Windows number, as contentMetadata does."""
    if is_binary(content):
        return BINARY_PAGE
    return _CODE_PAGES[encoding_of(content)[1]]
