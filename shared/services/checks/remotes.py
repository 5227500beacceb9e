"""USE CASE PARTS: checks that every remote has: it answers, and how we sign in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.credentials import Credential
from shared.domain.diagnosis_limits import skew_verdict
from shared.domain.diagnostics import (
    About,
    Fact,
    Finding,
    Verdict,
    failed,
    warning,
    well,
)
from shared.errors import CredentialsRefused, Transient
from shared.ports import Clock
from shared.ports.diagnostics import Credentials, Site

type Given[Port] = Callable[[], Port]
"""A port when it is needed; `SettingError` where a setting keeps it from being made."""

ANSWERS = well("It answers.")
NO_ANSWER = failed(
    "Nobody answers there: the address is wrong, the remote is down, or the network"
    " keeps the app from it.",
    "Check {setting}; look at the remote's status page; from the app's network try"
    " `curl -sv {address}`. With a private endpoint: is its DNS zone linked to the"
    " app's virtual network?",
)
ITS_TURN = failed(
    "It is there, but answers that it cannot answer.",
    "Wait and ask again; look at the remote's status page. Runs wait for it, too.",
)

SIGNED_IN_BY = well("There is a credential, and it is meant for this remote.")
NO_CREDENTIAL = failed(
    "There is no credential to be had.",
    "Assign the managed identity to the app (`az functionapp identity show`), and put"
    " its client id into AZURE_CLIENT_ID; or put a token into {setting}.",
)
OTHER_AUDIENCE = failed(
    "The credential is meant for somebody else, who is named as `audience`.",
    "Put a token for this remote into {setting}, or none, so that the managed identity"
    " signs in.",
)
EXPIRED = failed(
    "The credential says that it has expired.",
    "Put a new token into {setting} and restart the app; or none, so that the managed"
    " identity signs in.",
)
EXPIRES_SOON = warning(
    "The credential expires within minutes, and nobody renews it.",
    "Put a new token into {setting} and restart the app.",
)

IN_TIME = well("Our clock and those of the remotes agree.")
SKEWED = warning(
    "Our clock is more than a minute off: times of runs are not to be relied on.",
    "Restart the app. On a machine of your own: switch on NTP (`timedatectl set-ntp"
    " true`).",
)
FAR_OFF = failed(
    "Our clock is so far off that tokens and signatures are refused.",
    "Restart the app. On a machine of your own: switch on NTP (`timedatectl set-ntp"
    " true`).",
)
_CLOCK = {Verdict.OK: IN_TIME, Verdict.WARNING: SKEWED, Verdict.FAILED: FAR_OFF}

DATABRICKS_REACHABLE = About(
    "databricks_reachable",
    "whether anything answers at DATABRICKS_HOST, without signing in",
    (ANSWERS, NO_ANSWER, ITS_TURN),
)
AZURE_DEVOPS_REACHABLE = About(
    "azure_devops_reachable",
    "whether anything answers at AZURE_DEVOPS_ORG_URL, without signing in",
    (ANSWERS, NO_ANSWER, ITS_TURN),
)
_CREDENTIAL = (SIGNED_IN_BY, NO_CREDENTIAL, OTHER_AUDIENCE, EXPIRED, EXPIRES_SOON)
DATABRICKS_CREDENTIAL = About(
    "databricks_credential",
    "how the app signs in to Databricks, and the claims aud, tid, oid, appid and exp",
    _CREDENTIAL,
)
AZURE_DEVOPS_CREDENTIAL = About(
    "azure_devops_credential",
    "how the app signs in to Azure DevOps, likewise",
    _CREDENTIAL,
)
STORAGE_CREDENTIAL = About(
    "storage_credential",
    "how the app signs in to its storage account, likewise",
    _CREDENTIAL,
)
CLOCK = About(
    "clock",
    "our clock against the Date that the remotes and storage answer with",
    (IN_TIME, SKEWED, FAR_OFF),
    after=("databricks_reachable", "azure_devops_reachable", "storage_blobs"),
)


@dataclass(frozen=True, slots=True)
class Reachable:
    """Whether a remote answers at all."""

    about: About
    site: Given[Site]
    setting: str

    def look(self) -> Finding:
        """Any answer will do, but one that says that it is none."""
        site = self.site()
        fill = {"setting": self.setting, "address": site.address}
        try:
            status = site.ask().status
        except Transient as error:
            return Finding(NO_ANSWER, str(error), fill)
        case = ITS_TURN if status >= 500 or status == 429 else ANSWERS
        return Finding(case, f"{site.address} answers {status}", fill)


@dataclass(frozen=True, slots=True)
class SignsIn:
    """Which credential there is for a remote; whether it is let in is seen there."""

    about: About
    credentials: Given[Credentials]
    clock: Clock
    resource: str
    setting: str

    def look(self) -> Finding:
        """By what the credential says of itself."""
        fill = {"setting": self.setting}
        try:
            credential = self.credentials().describe()
        except CredentialsRefused as error:
            return Finding(NO_CREDENTIAL, str(error), fill)
        case = SIGNED_IN_BY
        if not credential.is_for(self.resource):
            case = OTHER_AUDIENCE
        elif credential.expired(self.clock.now()):
            case = EXPIRED
        elif credential.expires_soon(self.clock.now()):
            case = EXPIRES_SOON
        return Finding(case, credential.kind.value, fill, _claims(credential))


def _claims(credential: Credential) -> Mapping[str, Fact]:
    expires = credential.expires_at
    claims = {
        "audience": credential.audience,
        "tenant": credential.tenant,
        "object_id": credential.object_id,
        "app_id": credential.app_id,
        "expires_at": expires.isoformat().replace("+00:00", "Z") if expires else "",
    }
    return {name: claim for name, claim in claims.items() if claim}


@dataclass(frozen=True, slots=True)
class InTime:
    """Our clock against the remotes'."""

    sites: Mapping[str, Given[Site]]
    clock: Clock
    about: About = CLOCK

    def look(self) -> Finding:
        """The largest difference counts; who does not answer has no say.

        Half the time an answer takes is taken off; a Date tells whole seconds.
        """
        skews: dict[str, float] = {}
        reason: Exception | None = None
        for name, site in self.sites.items():
            try:
                skew = self._skew(site)
            except Exception as error:  # noqa: BLE001 - the others can still tell
                reason = error
                continue
            if skew is not None:
                skews[name] = skew
        if not skews:
            raise reason or Transient("no answer has a date")
        apart = max(skews.values(), key=abs)
        facts = {f"{name}_seconds": round(skew, 1) for name, skew in skews.items()}
        case = _CLOCK[skew_verdict(timedelta(seconds=apart))]
        return Finding(case, f"{apart:+.0f} seconds", facts=facts)

    def _skew(self, site: Given[Site]) -> float | None:
        before = self.clock.now()
        date = site().ask().date
        after = self.clock.now()
        if date is None:
            return None
        return (before + (after - before) / 2 - date).total_seconds()
