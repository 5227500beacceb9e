"""COMMIT OBJECTS: the text of commits and annotated tags; knows no repository."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_UNWANTED = re.compile(r"[\0\r\n<>]")
_SIGNED = re.compile(rb"(.*?) ?<(.*)> (-?\d+) ([+-])(\d\d)(\d\d)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who and when, as a commit records it."""

    name: str
    email: str
    when: datetime

    def line(self) -> str:
        """Name, address, seconds since 1970 and offset, as Git writes them."""
        offset = self.when.utcoffset() or timedelta()
        minutes = int(offset.total_seconds()) // 60
        sign = "-" if minutes < 0 else "+"
        zone = f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
        seconds = int(self.when.timestamp())
        return f"{_clean(self.name)} <{_clean(self.email)}> {seconds} {zone}"

    @property
    def utc(self) -> str:
        """The time as the service shows it: in UTC, the stored offset dropped."""
        return self.when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as read from its object."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True, slots=True)
class Tag:
    """An annotated tag as read from its object."""

    oid: str
    target: str
    target_kind: str
    name: str
    tagger: Signature | None
    message: str


def commit_content(
    tree: str,
    parents: tuple[str, ...],
    author: Signature,
    committer: Signature,
    message: str,
) -> bytes:
    """Write a commit object; the message is taken as it is."""
    lines = [f"tree {tree}"]
    lines += [f"parent {parent}" for parent in parents]
    lines += [f"author {author.line()}", f"committer {committer.line()}", "", message]
    return "\n".join(lines).encode("utf-8", "replace")


def tag_content(
    target: str, kind: str, name: str, tagger: Signature, text: str
) -> bytes:
    """Write an annotated tag object; the text is taken as it is."""
    lines = [f"object {target}", f"type {kind}", f"tag {name}"]
    lines += [f"tagger {tagger.line()}", "", text]
    return "\n".join(lines).encode("utf-8", "replace")


def parse_commit(oid: str, content: bytes) -> Commit:
    """Read a commit object."""
    headers, message = _split(content)
    return Commit(
        oid=oid,
        tree=_one(headers, b"tree").decode(),
        parents=tuple(value.decode() for key, value in headers if key == b"parent"),
        author=_signature(_one(headers, b"author")),
        committer=_signature(_one(headers, b"committer")),
        message=message,
    )


def parse_tag(oid: str, content: bytes) -> Tag:
    """Read an annotated tag object."""
    headers, message = _split(content)
    tagger = _one(headers, b"tagger")
    return Tag(
        oid=oid,
        target=_one(headers, b"object").decode(),
        target_kind=_one(headers, b"type").decode(),
        name=_one(headers, b"tag").decode("utf-8", "replace"),
        tagger=_signature(tagger) if tagger else None,
        message=message,
    )


def _split(content: bytes) -> tuple[list[tuple[bytes, bytes]], str]:
    head, _, body = content.partition(b"\n\n")
    headers = []
    for line in head.split(b"\n"):
        if not line.startswith(b" "):  # a continued header, such as a signature
            key, _, value = line.partition(b" ")
            headers.append((key, value))
    return headers, body.decode("utf-8", "replace")


def _one(headers: list[tuple[bytes, bytes]], key: bytes) -> bytes:
    return next((value for name, value in headers if name == key), b"")


def _signature(text: bytes) -> Signature:
    match = _SIGNED.fullmatch(text)
    if match is None:
        return Signature(
            text.decode("utf-8", "replace"), "", datetime.fromtimestamp(0, UTC)
        )
    name, email, seconds, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    zone = timezone(-offset if sign == b"-" else offset)
    return Signature(
        name.decode("utf-8", "replace"),
        email.decode("utf-8", "replace"),
        datetime.fromtimestamp(int(seconds), zone),
    )


def _clean(text: str) -> str:
    return _UNWANTED.sub("", text).strip()
