"""STATE: everything one server holds, in one place; it decides nothing."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from local.azure_devops.access_lists import Access
from local.azure_devops.identities import Credentials, Identity
from local.azure_devops.organization import Organization
from local.azure_devops.rules import Rules
from local.azure_devops.throttle import Throttle


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Server:
    """One organization being served."""

    organization: Organization
    credentials: Credentials
    anonymous_clone: bool = True
    rules: Rules = field(default_factory=Rules)
    access: Access = field(default_factory=Access)
    throttle: Throttle = field(default_factory=Throttle)
    now: Callable[[], datetime] = utc_now
    numbering: threading.Lock = field(default_factory=threading.Lock)


SERVER = web.AppKey("server", Server)
CALLER: web.RequestKey[Identity] = web.RequestKey("caller", Identity)
