"""What is met at remotes: their sites, credentials and clocks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from shared.domain.credentials import Credential, CredentialKind
from shared.errors import CredentialsRefused, Unavailable
from shared.services.checks import remotes
from shared.services.diagnose import Check
from tests.fakes.diagnostics import FakeCredentials, FakeSite
from tests.fakes.storage import FakeClock
from tests.unit.services.checks.rows import Row

NOW = FakeClock().now()
REACHABLE = (remotes.DATABRICKS_REACHABLE, remotes.AZURE_DEVOPS_REACHABLE)
CREDENTIALS = (
    remotes.DATABRICKS_CREDENTIAL,
    remotes.AZURE_DEVOPS_CREDENTIAL,
    remotes.STORAGE_CREDENTIAL,
)


def reachable(about: Any, **site: Any) -> Callable[[], Check]:
    return lambda: remotes.Reachable(about, lambda: FakeSite(**site), "THE_SETTING")


def signs_in(about: Any, error: Any = None, **claims: Any) -> Callable[[], Check]:
    credential = Credential(**{"kind": CredentialKind.TOKEN, **claims})
    return lambda: remotes.SignsIn(
        about,
        lambda: FakeCredentials(credential, error),
        FakeClock(),
        "the-resource",
        "THE_SETTING",
    )


def in_time(*seconds: float) -> Callable[[], Check]:
    sites = {
        f"remote_{number}": (
            lambda apart=apart: FakeSite(date=NOW - timedelta(seconds=apart))
        )
        for number, apart in enumerate(seconds)
    }
    return lambda: remotes.InTime(sites, FakeClock())


ROWS = (
    *(
        row
        for about in REACHABLE
        for row in (
            Row("it answers", reachable(about), remotes.ANSWERS),
            Row("404", reachable(about, status=404), remotes.ANSWERS),
            Row("401", reachable(about, status=401), remotes.ANSWERS),
            Row("429", reachable(about, status=429), remotes.ITS_TURN),
            Row("503", reachable(about, status=503), remotes.ITS_TURN),
            Row(
                "silence", reachable(about, error=Unavailable("no")), remotes.NO_ANSWER
            ),
        )
    ),
    *(
        row
        for about in CREDENTIALS
        for row in (
            Row("says nothing", signs_in(about), remotes.SIGNED_IN_BY),
            Row(
                "for it",
                signs_in(
                    about,
                    audience="the-resource",
                    expires_at=NOW + timedelta(hours=1),
                ),
                remotes.SIGNED_IN_BY,
            ),
            Row(
                "for another",
                signs_in(about, audience="another"),
                remotes.OTHER_AUDIENCE,
            ),
            Row(
                "expired",
                signs_in(about, expires_at=NOW - timedelta(seconds=1)),
                remotes.EXPIRED,
            ),
            Row(
                "expires",
                signs_in(about, expires_at=NOW + timedelta(minutes=1)),
                remotes.EXPIRES_SOON,
            ),
            Row(
                "none",
                signs_in(about, error=CredentialsRefused("none")),
                remotes.NO_CREDENTIAL,
            ),
        )
    ),
    Row("same time", in_time(0, 1), remotes.IN_TIME),
    Row("one is off", in_time(0, -61), remotes.SKEWED),
    Row("one is far off", in_time(5, 400, 61), remotes.FAR_OFF),
)
