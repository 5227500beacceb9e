"""CLIENT: which deployment is meant, and what opens it; asks it nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

STACK = Path(".local") / "endpoints.json"
"""Where a stack on this machine writes down its address and its key."""

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class NotMeantError(Exception):
    """It is not clear which deployment is meant, or nothing opens it."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """An address, and the headers that open it."""

    url: str
    headers: Mapping[str, str] = field(repr=False)


def deployment(url: str, key: str, token: str, *, stack: Path = STACK) -> Deployment:
    """The one that was named, else the stack that runs here. `NotMeantError`.

    A key goes only where somebody said: without a `url` none is sent but the stack's.
    """
    if not url:
        if key or token:
            raise NotMeantError(
                "a key or token is there, but no address that it is for:"
                " name it with --url or BACKUP_URL"
            )
        return _of_stack(stack)
    address = _address(url)
    if key and token:
        raise NotMeantError(
            "a key and a token are there, and only one is meant: take BACKUP_KEY or"
            " BACKUP_TOKEN away"
        )
    if not key and not token:
        raise NotMeantError(
            "nothing opens it: put the function key into BACKUP_KEY, or, where Entra"
            " stands in front, a token into BACKUP_TOKEN"
        )
    opener = _header("BACKUP_KEY", "x-functions-key", key) if key else _bearer(token)
    return Deployment(address, opener)


def proxy_to(url: str) -> str:
    """What the environment says (HTTPS_PROXY, NO_PROXY); never on this machine."""
    host = urlsplit(url).hostname or ""
    if host in _HERE or proxy_bypass(host):
        return ""
    return getproxies().get(urlsplit(url).scheme, "")


def _bearer(token: str) -> dict[str, str]:
    bare = token.strip().removeprefix("Bearer ")
    return _header("BACKUP_TOKEN", "Authorization", f"Bearer {bare}")


def _header(source: str, name: str, text: str) -> dict[str, str]:
    text = text.strip()
    if not (text.isascii() and text.isprintable()):
        raise NotMeantError(f"{source} holds what no key or token has")
    return {name: text}


def _of_stack(stack: Path) -> Deployment:
    try:
        written = json.loads(stack.read_bytes())
        url, key = written["functions"], written["functionsKey"]
    except (OSError, ValueError, KeyError, TypeError):
        raise NotMeantError(
            "no deployment is named: name it with --url or BACKUP_URL."
            f" Nor does a stack of this checkout run ({stack}; `make up` starts one)"
        ) from None
    return Deployment(str(url), {"x-functions-key": str(key)})


def _address(text: str) -> str:
    """`https://host[:port][/base]`; secrets in it are not repeated in errors."""
    named = text.strip() if "://" in text else f"https://{text.strip()}"
    try:
        parts = urlsplit(named)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise NotMeantError("the address is none: it is https://HOST") from None
    if not host or parts.scheme not in {"http", "https"} or not named.isprintable():
        raise NotMeantError("the address is none: it is https://HOST")
    if parts.username is not None or parts.query or parts.fragment:
        raise NotMeantError(
            "the address is more than https://HOST: a key does not belong into it"
        )
    if parts.scheme == "http" and host not in _HERE:
        raise NotMeantError(
            f"http://{host} would send the key for everybody to read: it is https"
        )
    base = parts.path.rstrip("/").removesuffix("/api")
    return f"{parts.scheme}://{parts.netloc}{base}"
