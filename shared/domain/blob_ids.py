"""DECISIONS: the id Git gives a file's content; knows no repository."""

import hashlib


def blob_id(content: bytes) -> str:
    """Git's id of the content as a blob: 40 hex digits."""
    head = f"blob {len(content)}\0".encode("ascii")
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
