"""ERRORS: refusals in the words of the service; knows no Git, only what was refused.

Documented: Azure DevOps REST, error envelope. The texts and keys are reported in
public issues unless a line says otherwise.
"""

from dataclasses import dataclass

_GIT = "Microsoft.TeamFoundation.Git.Server"
_WEB = "Microsoft.TeamFoundation.SourceControl.WebServer"
GIT_EVENT = 3000

NEW_PUSH = "newPush"
CONTENT_STREAM = "contentStream"


@dataclass(eq=False)
class ApiError(Exception):
    """A refusal: status and what the error envelope says."""

    status: int
    type_key: str
    message: str
    event_id: int = GIT_EVENT
    namespace: str = _GIT

    def envelope(self) -> dict[str, object]:
        """Build the JSON body that the service sends with the status."""
        return {
            "$id": "1",
            "innerException": None,
            "message": self.message,
            "typeName": f"{self.namespace}.{self.type_key}, {self.namespace}",
            "typeKey": self.type_key,
            "errorCode": 0,
            "eventId": self.event_id,
        }


def invalid_argument(message: str, parameter: str) -> ApiError:
    """Refuse a request that is wrong in itself; reported: mburumaxwell/paklo#2069."""
    return ApiError(
        400,
        "InvalidArgumentValueException",
        f"{message}\r\nParameter name: {parameter}",
        event_id=0,
        namespace=_WEB,
    )


def invalid_json() -> ApiError:
    """Refuse broken JSON; reported: microsoft/azure-devops-python-api#448."""
    return invalid_argument(
        "The body of the request contains invalid Json.", CONTENT_STREAM
    )


def body_too_large(limit: int) -> ApiError:
    """Refuse a push body over the limit; reported: mburumaxwell/paklo#2069."""
    return invalid_argument(
        f"The maximum request size of {limit} bytes was exceeded.", CONTENT_STREAM
    )


def stale_reference(name: str) -> ApiError:
    """Refuse a moved branch; reported: microsoft/terraform-provider-azuredevops."""
    return ApiError(
        409,
        "GitReferenceStaleException",
        f"TF401028: The reference '{name}' has already been updated by another client,"
        " so you cannot update it. Please try again.",
    )


def missing_object(oid: str, status: int = 500) -> ApiError:
    """Refuse an id that names nothing; 500 in a push is reported: paklo#1413."""
    return ApiError(
        status,
        "GitObjectDoesNotExistException",
        f"TF401035: The object '{oid}' does not exist.",
    )


def needs_permission(permission: str, identity: str) -> ApiError:
    """Refuse a right that the caller lacks; reported: NuKeeperDotNet/NuKeeper#556."""
    return ApiError(
        403,
        "GitNeedsPermissionException",
        f"TF401027: You need the Git '{permission}' permission to perform this action."
        f" Details: identity '{identity}', scope 'repository'.",
    )


def pull_request_required() -> ApiError:
    """Refuse a branch policy in the way; reported: cjohnstoniv/wardyn."""
    return ApiError(
        403,
        "GitRefUpdateRejectedByPolicyException",
        "TF402455: Pushes to this branch are not permitted; you must use a pull request"
        " to update this branch.",
    )


def force_push_required(name: str) -> ApiError:
    """Refuse to rewrite history; the text is a guess."""
    return ApiError(
        403,
        "GitForcePushDeniedException",
        f"TF401027: You need the Git 'ForcePush' permission to update '{name}'.",
    )


def reference_locked(name: str) -> ApiError:
    """Refuse a locked branch; the text is a guess."""
    return ApiError(403, "GitRefLockedException", f"The reference '{name}' is locked.")


def invalid_reference_name(name: str) -> ApiError:
    """Refuse a name that no ref can have; the text is a guess."""
    return ApiError(
        400,
        "InvalidGitRefNameException",
        f"TF401027: The reference name '{name}' is not valid.",
    )


def reference_name_conflict(name: str) -> ApiError:
    """Refuse a name beside which another cannot exist; the text is a guess."""
    return ApiError(
        400,
        "GitRefNameConflictException",
        f"The reference '{name}' conflicts with the name of an existing reference.",
    )


def reference_exists(name: str) -> ApiError:
    """Refuse a tag that is there; status and key documented, the text a guess."""
    return ApiError(
        409,
        "GitRefNameAlreadyExistsException",
        f"TF401029: The reference '{name}' already exists.",
    )


def repository_not_found(name: str) -> ApiError:
    """Refuse an unknown or unreadable repository; reported: cjohnstoniv/wardyn."""
    return ApiError(
        404,
        "GitRepositoryNotFoundException",
        f"TF401019: The Git repository with name or identifier {name} does not exist or"
        " you do not have permissions for the operation you are attempting.",
    )


def project_not_found(name: str) -> ApiError:
    """Refuse an unknown project; reported in many public issues."""
    return ApiError(
        404,
        "ProjectDoesNotExistWithNameException",
        f"TF200016: The following project does not exist: {name}. Verify that the name"
        " of the project is correct and that the project exists on the specified Azure"
        " DevOps Server.",
        namespace="Microsoft.TeamFoundation.Core.WebApi",
    )


def item_not_found(path: str, repository: str, version: str, commit: str) -> ApiError:
    """Refuse an unknown path; the code is reported, the wording likely."""
    return ApiError(
        404,
        "GitItemNotFoundException",
        f"TF401174: The item '{path}' could not be found in the repository"
        f" '{repository}' at the version specified by '{version}'"
        f" (resolved to commit '{commit}')",
    )


def unresolvable_version(version: str, repository: str) -> ApiError:
    """Refuse an unknown branch, tag or commit; reported in many public issues."""
    return ApiError(
        404,
        "GitUnresolvableToCommitException",
        f"TF401175: The version descriptor {version} could not be resolved to a version"
        f" in the repository {repository}",
    )


def no_branches(repository: str) -> ApiError:
    """Refuse to read from an empty repository; reported in many public issues."""
    return ApiError(
        404,
        "GitItemNotFoundException",
        f"VS403403: Cannot find any branches for the {repository} repository.",
    )


def commit_not_found(oid: str) -> ApiError:
    """Refuse an unknown commit; the key is likely, the text is a guess."""
    return ApiError(
        404,
        "GitCommitDoesNotExistException",
        f"TF401179: The commit '{oid}' does not exist or you do not have permissions to"
        " access it.",
    )


def not_found(path: str) -> ApiError:
    """Refuse an address without a resource; reported in many public issues."""
    return ApiError(
        404,
        "HttpException",
        f"The controller for path '{path}' was not found or does not implement"
        " IController.",
        event_id=0,
        namespace="System.Web",
    )
