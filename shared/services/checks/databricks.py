"""USE CASE PARTS: checks of the workspace: who we are there, and what we may read."""

from collections import deque
from dataclasses import dataclass, replace

from shared.domain.diagnosis_limits import latency_verdict
from shared.domain.diagnostics import (
    About,
    Fact,
    Finding,
    Verdict,
    failed,
    warning,
    well,
)
from shared.domain.objects import NOTEBOOK, Format
from shared.domain.scope import Scope
from shared.errors import (
    AccessDenied,
    AddressBlocked,
    BackupError,
    CredentialsRefused,
    ExportDisabled,
    NotFound,
)
from shared.ports import Clock, Workspace
from shared.services.checks.remotes import Given
from shared.services.side_by_side import side_by_side

_AFTER = ("databricks_reachable", "databricks_identity", "databricks_ip_access")

ADMIN = well("The workspace knows us, as an administrator: we see all there is.")
NO_ADMIN = warning(
    "The workspace knows us, but not as an administrator: what was not shared with us"
    " cannot be seen, so nobody can say that it is missing.",
    "In the workspace: Settings, Identity and access, Groups, admins, Add members:"
    " {identity}. Or grant it *Can view* on every folder that is to be backed up.",
)
UNKNOWN_HERE = failed(
    "The workspace does not accept us.",
    "In the workspace: Settings, Identity and access, Service principals, Add: the"
    " identity's client id. With a token in DATABRICKS_TOKEN: make a new one.",
)
OPEN_TO_US = well("The workspace takes requests from where the app is.")
BLOCKED_ADDRESS = failed(
    "The workspace takes no requests from the app's address: an IP access list, or a"
    " private endpoint as the only way in.",
    "Add the address that the message names: `databricks ip-access-lists create --json"
    ' \'{{"label": "backup", "list_type": "ALLOW", "ip_addresses": ["ADDRESS/32"]}}\'`.'
    " An app without a fixed address has several: give it a NAT gateway, or a private"
    " endpoint (`privateNetwork` in infra/README.md).",
)
ROOTS_LISTED = well("Every backup root can be listed.")
ROOT_MISSING = failed(
    "A backup root is not there, or cannot be seen: every run will be incomplete.",
    "Correct BACKUP_ROOTS; or in the workspace, on that folder: Share, add {identity}"
    " with *Can view*.",
)
ROOT_DENIED = failed(
    "A backup root may not be listed: every run will be incomplete.",
    "In the workspace, on that folder: Share, add {identity} with *Can view*; or make"
    " the identity an administrator.",
)
QUICK = well("Listings are quick enough.")
SLOW = warning(
    "Listings are slow: a run needs one a folder, so it will take long.",
    "Run the app in the workspace's region; look at the workspace's status page. If it"
    " stays, start full runs early enough for RUN_DEADLINE.",
)
EXPORTS = well("An object was exported, and its bytes forgotten at once.")
EXPORT_OFF = failed(
    "The workspace does not allow anything to be exported: no run can store anything.",
    "In the workspace: Settings, Security, Notebook exporting: on; or `databricks"
    ' workspace-conf set-status --json \'{{"enableExportNotebook": "true"}}\'`.',
)
EXPORT_DENIED = failed(
    "The workspace lists an object, but does not let us export it.",
    "In the workspace, on its folder: Share, add {identity} with *Can view*; or make"
    " the identity an administrator.",
)
NOTHING_TO_EXPORT = warning(
    "No notebook was found near the roots, so exporting could not be tried.",
    "Look whether exporting is on in the workspace: Settings, Security, Notebook"
    " exporting. `make doctor` again once there is a notebook.",
)

IDENTITY = About(
    "databricks_identity",
    "who the workspace takes us for (SCIM Me), and whether as an administrator",
    (ADMIN, NO_ADMIN, UNKNOWN_HERE),
    after=("databricks_reachable", "databricks_credential", "databricks_ip_access"),
)
IP_ACCESS = About(
    "databricks_ip_access",
    "whether an IP access list or a private endpoint keeps the app out",
    (OPEN_TO_US, BLOCKED_ADDRESS),
    after=("databricks_reachable", "databricks_identity"),
)
ROOTS = About(
    "databricks_roots",
    "whether every path of BACKUP_ROOTS can be listed",
    (ROOTS_LISTED, ROOT_MISSING, ROOT_DENIED),
    after=_AFTER,
)
LATENCY = About(
    "databricks_latency",
    "how long a listing takes: the middle one of three",
    (QUICK, SLOW),
    after=_AFTER,
)
EXPORT = About(
    "databricks_export",
    "whether the workspace lets a notebook be exported",
    (EXPORTS, EXPORT_OFF, EXPORT_DENIED, NOTHING_TO_EXPORT),
    after=_AFTER,
)

MOST_ROOTS = 20
MOST_FOLDERS = 12
_TRIES = 3
_ROOTS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class WhoWeAre:
    """Who the workspace takes us for."""

    workspace: Given[Workspace]
    about: About = IDENTITY

    def look(self) -> Finding:
        """By SCIM Me."""
        workspace = self.workspace()
        try:
            me = workspace.identity()
        except AddressBlocked:
            raise
        except (CredentialsRefused, AccessDenied) as error:
            return Finding(UNKNOWN_HERE, str(error))
        facts: dict[str, Fact] = {"identity": me.name, "admin": me.admin}
        return Finding(
            ADMIN if me.admin else NO_ADMIN, me.name, {"identity": me.name}, facts
        )


@dataclass(frozen=True, slots=True)
class LetIn:
    """Whether requests from where we are are taken."""

    workspace: Given[Workspace]
    about: About = IP_ACCESS

    def look(self) -> Finding:
        """Any answer that is about something else comes from behind the list."""
        workspace = self.workspace()
        try:
            workspace.list("/")
        except AddressBlocked as error:
            return Finding(BLOCKED_ADDRESS, str(error))
        return Finding(OPEN_TO_US)


@dataclass(frozen=True, slots=True)
class RootsListed:
    """Whether every backup root can be listed."""

    workspace: Given[Workspace]
    scope: Given[Scope]
    about: About = ROOTS

    def look(self) -> Finding:
        """The first root that cannot is named; no more than 20 are tried."""
        roots = self.scope().roots[:MOST_ROOTS]
        workspace = self.workspace()

        def refusal_of(root: str) -> Finding | None:
            try:
                workspace.list(root)
            except AddressBlocked:
                raise
            except NotFound as error:
                return Finding(ROOT_MISSING, str(error))
            except AccessDenied as error:
                return Finding(ROOT_DENIED, str(error))
            return None

        for _, refusal in side_by_side(refusal_of, roots, _ROOTS_AT_ONCE):
            if refusal is not None:
                return replace(refusal, fill=_who(workspace))
        return Finding(ROOTS_LISTED, facts={"roots": "; ".join(roots)})


@dataclass(frozen=True, slots=True)
class QuickEnough:
    """How long a listing takes."""

    workspace: Given[Workspace]
    scope: Given[Scope]
    clock: Clock
    about: About = LATENCY

    def look(self) -> Finding:
        """The middle one of three of the first root."""
        root = self.scope().roots[0]
        workspace = self.workspace()
        took = sorted(self._seconds(workspace, root) for _ in range(_TRIES))[
            _TRIES // 2
        ]
        case = QUICK if latency_verdict(took) is Verdict.OK else SLOW
        return Finding(case, f"{took:.2f} seconds", facts={"seconds": round(took, 3)})

    def _seconds(self, workspace: Workspace, root: str) -> float:
        start = self.clock.monotonic()
        workspace.list(root)
        return self.clock.monotonic() - start


@dataclass(frozen=True, slots=True)
class Exports:
    """Whether anything may be exported at all."""

    workspace: Given[Workspace]
    scope: Given[Scope]
    about: About = EXPORT

    def look(self) -> Finding:
        """Exports one notebook that lies near the roots, and keeps none of it."""
        workspace = self.workspace()
        path = _a_notebook(workspace, self.scope())
        if path is None:
            return Finding(NOTHING_TO_EXPORT)
        try:
            size = len(workspace.export(path, Format.SOURCE))
        except ExportDisabled as error:
            return Finding(EXPORT_OFF, str(error))
        except AddressBlocked:
            raise
        except AccessDenied as error:
            return Finding(EXPORT_DENIED, str(error), _who(workspace))
        return Finding(EXPORTS, path, facts={"path": path, "bytes": size})


def _a_notebook(workspace: Workspace, scope: Scope) -> str | None:
    """A notebook in scope, looked for in no more than a dozen folders."""
    folders = deque(scope.roots)
    for _ in range(MOST_FOLDERS):
        if not folders:
            return None
        try:
            objects = workspace.list(folders.popleft())
        except NotFound:
            continue
        seen = [each for each in objects if scope.covers(each.path)]
        for each in seen:
            if each.type == NOTEBOOK:
                return each.path
        folders.extend(each.path for each in seen if each.descended)
    return None


def _who(workspace: Workspace) -> dict[str, str]:
    """Our name there, if it can be had."""
    try:
        return {"identity": workspace.identity().name}
    except BackupError:
        return {}
