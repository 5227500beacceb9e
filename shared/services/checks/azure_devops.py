"""USE CASE PARTS: checks of the backup repository: there, writable, small enough."""

from dataclasses import dataclass

from shared.domain.diagnosis_limits import size_verdict
from shared.domain.diagnostics import (
    About,
    Finding,
    Verdict,
    failed,
    warning,
    well,
)
from shared.errors import (
    AccessDenied,
    CredentialsRefused,
    NotFound,
    Permanent,
)
from shared.ports import GitReader
from shared.ports.diagnostics import RepositoryHost
from shared.services.checks.remotes import Given

_AFTER = ("azure_devops_reachable", "azure_devops_sign_in", "azure_devops_repository")
SECURITY = (
    "In Azure DevOps: Project settings, Repositories, {repository}, Security: search"
    " the identity and set to Allow:"
)

ACCEPTED = well("Azure DevOps accepts the credential.")
NOT_ACCEPTED = failed(
    "Azure DevOps does not accept the credential.",
    "In Azure DevOps: Organization settings, Users, Add users: the identity, access"
    " level Basic; the organization must be of its tenant. With a token in"
    " AZURE_DEVOPS_PAT: make a new one with the scope Code (read & write).",
)
FOUND = well("The repository is there, and we may read it.")
NOT_FOUND = failed(
    "The repository is not there, or we may not see it.",
    "Correct AZURE_DEVOPS_PROJECT and AZURE_DEVOPS_REPOSITORY, or create it: `az repos"
    " create --name {repository} --project {project} --organization {organization}`. "
    + SECURITY
    + " Read.",
)
NOT_READABLE = failed("We may not read the repository.", SECURITY + " Read.")
DISABLED = failed(
    "The repository is disabled: it can be neither read nor written.",
    "In Azure DevOps: Project settings, Repositories, {repository}, Settings: switch"
    " Disable repository off.",
)
BRANCH_THERE = well("The backup branch is there.")
NO_BRANCH = well("There is no backup branch yet: the first run makes it.")
BRANCH_GONE = failed(
    "The backup branch is not there, though runs have been recorded on it.",
    "Correct AZURE_DEVOPS_BRANCH; or bring the branch back (in Azure DevOps: Repos,"
    " Branches, search it by its exact name, Restore). Else the next run begins anew.",
)
MAY_WRITE = well(
    "We hold every right that a backup needs. A branch policy or push protection could"
    " still refuse a push, which only a push shows."
)
MAY_NOT_WRITE = failed(
    "A right is missing: nothing can be stored.",
    SECURITY + " {rights}.",
)
NOT_TOLD = warning(
    "Azure DevOps does not tell which rights we hold, and only a push would prove it.",
    "{rights} must be allowed. " + SECURITY + " {rights}.",
)
SMALL_ENOUGH = well("The repository's size is within the limits.")
LARGE = warning(
    "The repository is larger than Azure DevOps recommends (10 GB): it becomes slow.",
    "Exclude what is large and changes often (BACKUP_EXCLUDE); or name a new"
    " repository in AZURE_DEVOPS_REPOSITORY and keep this one for the past.",
)
TOO_LARGE = failed(
    "The repository has reached the size (250 GB) at which Azure DevOps takes no more.",
    "Name a new repository in AZURE_DEVOPS_REPOSITORY and keep this one for the past.",
)
_SIZE = {
    Verdict.OK: SMALL_ENOUGH,
    Verdict.WARNING: LARGE,
    Verdict.FAILED: TOO_LARGE,
}

SIGN_IN = About(
    "azure_devops_sign_in",
    "whether Azure DevOps accepts the credential",
    (ACCEPTED, NOT_ACCEPTED),
    after=("azure_devops_reachable", "azure_devops_credential"),
)
REPOSITORY = About(
    "azure_devops_repository",
    "whether the repository is there, readable and not disabled",
    (FOUND, NOT_FOUND, NOT_READABLE, DISABLED),
    after=_AFTER[:2],
)
BRANCH = About(
    "azure_devops_branch",
    "whether the backup branch is there",
    (BRANCH_THERE, NO_BRANCH, BRANCH_GONE),
    after=_AFTER,
)
RIGHTS = About(
    "azure_devops_rights",
    "whether we hold the rights that a backup needs, as far as reading can tell",
    (MAY_WRITE, MAY_NOT_WRITE, NOT_TOLD),
    after=_AFTER,
)
SIZE = About(
    "azure_devops_size",
    "the repository's size against the limits of Azure DevOps",
    (SMALL_ENOUGH, LARGE, TOO_LARGE),
    after=_AFTER,
)

RIGHTS_NEEDED = ("Read", "Contribute", "Create branch", "Create tag")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the backup goes, for people."""

    organization: str
    project: str
    repository: str
    branch: str

    @property
    def fill(self) -> dict[str, str]:
        """What the texts have fields for."""
        return {
            "organization": self.organization,
            "project": self.project,
            "repository": self.repository,
            "branch": self.branch,
        }


@dataclass(frozen=True, slots=True)
class Accepted:
    """Whether the credential is accepted."""

    host: Given[RepositoryHost]
    about: About = SIGN_IN

    def look(self) -> Finding:
        """Who is told that there is no such repository is signed in, too."""
        host = self.host()
        try:
            host.repository()
        except CredentialsRefused as error:
            return Finding(NOT_ACCEPTED, str(error))
        except (AccessDenied, NotFound):
            return Finding(ACCEPTED)
        return Finding(ACCEPTED)


@dataclass(frozen=True, slots=True)
class RepositoryThere:
    """Whether the repository is there for us."""

    host: Given[RepositoryHost]
    target: Given[Target]
    about: About = REPOSITORY

    def look(self) -> Finding:
        """By its name."""
        fill = self.target().fill
        host = self.host()
        try:
            found = host.repository()
        except NotFound as error:
            return Finding(NOT_FOUND, str(error), fill)
        except AccessDenied as error:
            return Finding(NOT_READABLE, str(error), fill)
        facts = {"repository": found.name, "default_branch": found.default_branch}
        return Finding(
            DISABLED if found.disabled else FOUND, found.name, fill, {**facts}
        )


@dataclass(frozen=True, slots=True)
class BranchThere:
    """Whether the backup branch is there, or is still to be made."""

    reader: Given[GitReader]
    target: Given[Target]
    recorded: Given[bool]
    about: About = BRANCH

    def look(self) -> Finding:
        """A branch that never was is no fault; one that is gone is."""
        target = self.target()
        tip = self.reader().tip()
        if tip is not None:
            return Finding(
                BRANCH_THERE,
                f"{target.branch} is at {tip[:10]}",
                facts={"branch": target.branch, "commit": tip},
            )
        case = BRANCH_GONE if self._recorded() else NO_BRANCH
        return Finding(case, target.branch)

    def _recorded(self) -> bool:
        """Whether a run says that it stored something; unknown is no."""
        try:
            return self.recorded()
        except Exception:  # noqa: BLE001 - storage has checks of its own
            return False


@dataclass(frozen=True, slots=True)
class MayWrite:
    """Whether we may push, as far as reading can tell."""

    host: Given[RepositoryHost]
    target: Given[Target]
    about: About = RIGHTS

    def look(self) -> Finding:
        """By asking for our own rights; a push would write."""
        fill = self.target().fill
        host = self.host()
        host.repository()
        try:
            held = host.rights()
        except CredentialsRefused:
            raise
        except Permanent as error:
            needed = ", ".join(RIGHTS_NEEDED)
            return Finding(NOT_TOLD, str(error), {**fill, "rights": needed})
        missing = [right for right, has in held.items() if not has]
        facts = dict(held.items())
        if missing:
            fill = {**fill, "rights": ", ".join(missing)}
            return Finding(MAY_NOT_WRITE, ", ".join(missing), fill, facts)
        return Finding(MAY_WRITE, facts=facts)


@dataclass(frozen=True, slots=True)
class SmallEnough:
    """The repository's size."""

    host: Given[RepositoryHost]
    about: About = SIZE

    def look(self) -> Finding:
        """As Azure DevOps counts it, packs and all."""
        size = self.host().repository().size
        found = f"{size / 2**30:.2f} GB"
        return Finding(_SIZE[size_verdict(size)], found, facts={"bytes": size})
