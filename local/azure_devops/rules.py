"""RULES: who may move which ref and what a push may hold; knows no HTTP.

Documented: Azure Repos, "Set Git repository permissions", "Branch policies",
"Git limits", "Cross-platform compatibility". All of it is state that tests set.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from local.azure_devops import errors
from local.azure_devops.errors import ApiError
from local.azure_devops.identities import Identity
from local.azure_devops.repository import BRANCHES, TAGS, Repository
from local.azure_devops.texts import RawText

PATH_LIMIT = 32_766
COMPONENT_LIMIT = 4_096
SKIP_SECRETS = "skip-secret-scanning:true"
BITS = {
    "GenericRead": 2,
    "GenericContribute": 4,
    "ForcePush": 8,
    "CreateBranch": 16,
    "CreateTag": 32,
    "ManageNote": 64,
    "PolicyExempt": 128,
    "CreateRepository": 256,
    "DeleteRepository": 512,
    "RenameRepository": 1024,
    "EditPolicies": 2048,
}
PERMISSIONS = tuple(BITS)
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?")
_RESERVED_SIGNS = frozenset('\\/:*?"<>|')


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a ref stays: as a result of POST refs, and as a refused push."""

    status: str
    error: ApiError


@dataclass(frozen=True, slots=True)
class BranchPolicy:
    """A branch that wants pull requests; `bypass` exempts every caller.

    One that is not `blocking` is a wish: nothing is refused for it. One with `folder`
    is of every branch whose name begins so.
    """

    require_pull_request: bool
    bypass: bool
    blocking: bool = True
    folder: bool = False


@dataclass(frozen=True, slots=True)
class SecretPattern:
    """What push protection takes for a secret, and what it calls it."""

    pattern: re.Pattern[str]
    rule: str
    name: str


@dataclass(frozen=True, slots=True)
class PathRules:
    """Repository settings about names and sizes; all off unless set."""

    reserved_names: bool = False
    max_path_length: int = PATH_LIMIT
    max_file_size: int | None = None


@dataclass(frozen=True, slots=True)
class RefMove:
    """One ref on its way; None stands for its absence."""

    name: str
    old: str | None
    new: str | None


def _all_granted() -> dict[str, bool]:
    granted = dict.fromkeys(PERMISSIONS, True)
    granted["PolicyExempt"] = False  # documented: set for no group by default
    return granted


@dataclass(slots=True)
class Rules:
    """What is forbidden at the moment.

    A policy without a repository is one of every repository. With `own_branches`, who
    makes a branch may force it (documented: Repository settings, "Permissions
    management"; reported: david.gardiner.net.au 2019, that this holds for force push).
    """

    permissions: dict[str, bool] = field(default_factory=_all_granted)
    policies: dict[tuple[str | None, str], BranchPolicy] = field(default_factory=dict)
    own_branches: bool = False
    made: dict[tuple[str, str], Identity] = field(default_factory=dict)
    locks: dict[tuple[str, str], Identity] = field(default_factory=dict)
    secrets: list[SecretPattern] = field(default_factory=list)
    secrets_status: int = 403
    paths: PathRules = field(default_factory=PathRules)
    rawtext: RawText = "kept"

    def allows(self, permission: str) -> bool:
        """Whether the callers of this server hold the permission."""
        return self.permissions[permission]

    def require(self, permission: str, caller: Identity) -> None:
        """Raise the refusal for a permission that is not held."""
        if not self.allows(permission):
            raise errors.needs_permission(permission, caller.name)

    def rejection(
        self, repository: Repository, move: RefMove, caller: Identity
    ) -> Rejection | None:
        """Say why the ref may not move, or None; looks at rights, policies, locks."""
        permission, status = self._needed(repository, move)
        if not self.allows(permission) and not self._is_own(repository, move, caller):
            if permission == "ForcePush":
                return Rejection(status, errors.force_push_required(move.name))
            return Rejection(status, errors.needs_permission(permission, caller.name))
        if self.wants_pull_request(repository, move.name):
            return Rejection("rejectedByPolicy", errors.pull_request_required())
        if (repository.id, move.name) in self.locks:
            return Rejection("locked", errors.reference_locked(move.name))
        return None

    def _needed(self, repository: Repository, move: RefMove) -> tuple[str, str]:
        if move.name.startswith("refs/notes/"):
            return "ManageNote", "manageNotePermissionRequired"
        if move.old is None:
            if move.name.startswith(TAGS):
                return "CreateTag", "createTagPermissionRequired"
            if not self.allows("GenericContribute"):
                return "GenericContribute", "writePermissionRequired"
            return "CreateBranch", "createBranchPermissionRequired"
        if move.new is None or not _fast_forward(repository, move.old, move.new):
            return "ForcePush", "forcePushRequired"
        return "GenericContribute", "writePermissionRequired"

    def wants_pull_request(self, repository: Repository, name: str) -> bool:
        """Whether a policy keeps the callers from pushing to the ref."""
        return any(
            policy.require_pull_request
            and policy.blocking
            and not (policy.bypass or self.allows("PolicyExempt"))
            for (of, ref), policy in self.policies.items()
            if of in (repository.id, None)
            if name == ref or (policy.folder and name.startswith(ref))
        )

    def _is_own(self, repository: Repository, move: RefMove, caller: Identity) -> bool:
        """Whether the branch is the caller's own, who may then force it."""
        maker = self.made.get((repository.id, move.name))
        return self.own_branches and move.old is not None and maker == caller

    def was_made(self, repository: Repository, name: str, maker: Identity) -> None:
        """Remember who made a branch."""
        if name.startswith(BRANCHES):
            self.made[repository.id, name] = maker

    def check_paths(self, commit: str, paths: Iterable[tuple[str, ...]]) -> None:
        """Raise a refusal for a new path that is too long or has a reserved name."""
        for path in paths:
            shown = "/" + "/".join(path)
            self._check_length(commit, path, shown)
            if self.paths.reserved_names and any(map(_is_reserved, path)):
                raise _by_policy(
                    f"VS403730: The push was rejected because commit '{commit}'"
                    f" contains a path with a reserved name: '{shown}'."  # guess
                )

    def _check_length(self, commit: str, path: tuple[str, ...], shown: str) -> None:
        limit = self.paths.max_path_length
        if len(shown) > limit:  # documented: Azure Repos, "Git limits"
            raise _by_policy(
                f"VS403729: The push was rejected because commit '{commit}' contains a"
                f" path, which exceeds the maximum length of {limit} characters."
            )
        if any(len(component) > COMPONENT_LIMIT for component in path):
            raise _by_policy(
                f"VS403729: The push was rejected because commit '{commit}' contains a"
                " path, which exceeds the maximum component length of"
                f" {COMPONENT_LIMIT} characters."
            )

    def check_size(self, commit: str, shown: str, size: int) -> None:
        """Raise a refusal for a file above the size policy; sizes in bytes."""
        limit = self.paths.max_file_size
        if limit is not None and size > limit:
            raise _by_policy(
                f"VS403658: The push was rejected because commit '{commit}' contains"
                f" the file '{shown}' of {size} bytes; {limit} are allowed."  # guess
            )

    def check_secrets(
        self, commit: str, comment: str, files: Iterable[tuple[str, bytes]]
    ) -> None:
        """Raise a refusal that names every file with a secret in it.

        Reported: texts from public logs of `git push`. Documented: "Secret scanning",
        the line in the commit message that skips it. Over REST the status is a guess.
        """
        if not self.secrets or SKIP_SECRETS in comment:
            return
        found = [
            f"{path}{place} : {secret.rule} : {secret.name}"
            for path, content in files
            for secret in self.secrets
            for place in _places(secret.pattern, content.decode("utf-8", "replace"))
        ]
        if found:
            raise _secrets_found(commit, found, self.secrets_status)


def _secrets_found(commit: str, found: list[str], status: int) -> ApiError:
    lines = [
        "VS403654: The push was rejected because it contains one or more secrets.",
        "",
        "Secrets:",
        f"commit: {commit}",
        *(f"paths: {line}" for line in found),
    ]
    by = "Policy" if status == 403 else "Plugin"
    return ApiError(status, f"GitRefUpdateRejectedBy{by}Exception", "\r\n".join(lines))


def _by_policy(message: str) -> ApiError:
    return ApiError(403, "GitRefUpdateRejectedByPolicyException", message)


def _places(pattern: re.Pattern[str], text: str) -> list[str]:
    return [
        f"({number},{match.start() + 1}-{match.end() + 1})"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in pattern.finditer(line)
    ]


def _is_reserved(name: str) -> bool:
    ends_badly = name.endswith((".", " "))
    signs = bool(_RESERVED_SIGNS & set(name))
    return ends_badly or signs or _RESERVED.fullmatch(name) is not None


def _fast_forward(repository: Repository, old: str, new: str) -> bool:
    if not (repository.objects.exists(old) and repository.objects.exists(new)):
        return True  # the missing object is refused elsewhere
    return repository.is_ancestor(repository.peel(old), repository.peel(new))


def full_branch_name(name: str) -> str:
    """Return the full name of a branch given with or without `refs/heads/`."""
    return name if name.startswith("refs/") else BRANCHES + name
