"""SETTINGS: single values out of text; knows no setting by name, reads no environment.

Each function takes the text of a setting and returns its value, or raises
`ValueError` with what is wrong, in words that go on after the setting's name.
"""

import re
from datetime import timedelta
from urllib.parse import urlsplit

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DURATION = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)")
_BAD_IN_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.lock(/|$)|(^|/)\.")

_MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

type _Names = tuple[str, ...]
_CRON: tuple[tuple[str, int, int, _Names], ...] = (
    ("seconds", 0, 59, ()),
    ("minutes", 0, 59, ()),
    ("hours", 0, 23, ()),
    ("days", 1, 31, ()),
    ("months", 1, 12, _MONTHS),
    ("weekdays", 0, 6, _DAYS),
)


class Secret:
    """A text that no print, log or error shows; `reveal` gives it to who needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not to be written anywhere")


def secret(text: str) -> Secret:
    """A token or key; never named in the error."""
    if text.startswith("@Microsoft.KeyVault"):
        raise ValueError(
            "is a Key Vault reference that the platform could not resolve"
            " (may the app's identity read the vault's secrets?)"
        )
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has characters that no token has, and no address")
    return Secret(text)


def flag(text: str) -> bool:
    """`true` or `false`."""
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(f"is {text!r}, neither true nor false")
    return text.lower() in _TRUE


def number(text: str, lowest: int, highest: int) -> int:
    """A whole number within bounds."""
    bounds = f"a whole number from {lowest} to {highest}"
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(f"is {text!r}, not {bounds}")
    if not lowest <= int(text) <= highest:
        raise ValueError(f"is {text}, not {bounds}")
    return int(text)


def duration(text: str, lowest: timedelta, highest: timedelta) -> timedelta:
    """Hours, minutes and seconds, `hh:mm:ss`, within bounds."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"is {text!r}, not hours:minutes:seconds")
    hours, minutes, seconds = map(int, match.groups())
    value = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not lowest <= value <= highest:
        raise ValueError(f"is {text}, not between {lowest} and {highest}")
    return value


def word(text: str, words: tuple[str, ...]) -> str:
    """One of the words, whatever its case, as it is spelt there."""
    for candidate in words:
        if candidate.lower() == text.lower():
            return candidate
    raise ValueError(f"is {text!r}, none of {', '.join(words)}")


def url(text: str) -> str:
    """An address without a slash at its end; `https`, or `http` to this machine.

    An address with a name or token in it is refused: it would end up in logs.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in {"https", "http"} or not host:
        raise ValueError("is not a URL that begins with https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("has more in it than host and path")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ValueError("would send tokens unencrypted: it must begin with https://")
    return text.rstrip("/")


def host_url(text: str) -> str:
    """A server's address, with or without `https://`, without a path."""
    value = url(text if "://" in text else f"https://{text}")
    if urlsplit(value).path:
        raise ValueError("has a path; only the host is wanted")
    return value


def secret_url(text: str) -> Secret:
    """An address that is a credential in itself, such as a webhook's.

    `https`, or `http` to this machine; no part of it is named in the error.
    """
    value = secret(text)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in {"https", "http"} or not host or "\\" in text:
        raise ValueError("is not a URL that begins with https://")
    if parts.username is not None or parts.fragment:
        raise ValueError("has more in it than host, path and query")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ValueError("would be sent unencrypted: it must begin with https://")
    return value


def connection_string(text: str) -> Secret:
    """A storage account's connection string."""
    parts = {part.partition("=")[0].strip().lower() for part in text.split(";")}
    if text.lower() == "usedevelopmentstorage=true":
        return Secret(text)
    signed = {"accountname", "accountkey"} <= parts or "sharedaccesssignature" in parts
    if not signed:
        raise ValueError("is not a storage account's connection string")
    return Secret(text)


def branch(text: str) -> str:
    """A branch's name as Git allows it, without `refs/heads/`."""
    if text.startswith("refs/"):
        raise ValueError(f"is {text!r}; the name without refs/heads/ is wanted")
    bad_end = text.endswith(("/", ".")) or text.startswith(("/", "-"))
    if bad_end or _BAD_IN_BRANCH.search(text):
        raise ValueError(f"is {text!r}, which Git does not take as a branch's name")
    return text


def schedule(text: str) -> str:
    """Six fields: second, minute, hour, day, month, weekday; UTC.

    The grammar of the timer trigger (documented: Azure Functions, NCRONTAB).
    """
    parts = text.split()
    if len(parts) != len(_CRON):
        raise ValueError(f"has {len(parts)} fields, not six (seconds come first)")
    for part, (name, low, high, names) in zip(parts, _CRON, strict=True):
        for item in part.split(","):
            _check_cron(item, name, range(low, high + 1), names)
    return " ".join(parts)


def _check_cron(item: str, field: str, allowed: range, names: _Names) -> None:
    span, slash, step = item.partition("/")
    wrong = ValueError(f"has {item!r} for the {field}, which a schedule does not know")
    if slash and not (step.isdecimal() and int(step) > 0):
        raise wrong
    if span == "*":
        return
    ends = [_cron_number(end, names, allowed.start) for end in span.split("-")]
    if len(ends) > 2 or any(end not in allowed for end in ends):
        raise wrong
    if ends[0] > ends[-1]:
        raise wrong


def _cron_number(text: str, names: _Names, first: int) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + first
    return int(text) if re.fullmatch(r"\d{1,2}", text, re.ASCII) else -1
