"""OUTSIDE: rights in Azure Repos, as bits and tokens of a security namespace.

Documented: Azure DevOps REST 7.1 (Permissions - Has Permissions); the namespace "Git
Repositories", its bits and its tokens in "Security namespace and permission reference".
That of a branch has each part of its name as UTF-16 in hex.
"""

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.errors import Unavailable

NAMESPACE = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"
ROOT = "repoV2"


def branch_parts(branch: str) -> tuple[str, ...]:
    """The branch's name as its token has it, part by part."""
    return tuple(part.encode("utf-16-le").hex() for part in branch.split("/"))


def branch_token(repository: str, branch: str) -> str:
    """The branch's token below the repository's."""
    return "/".join((repository, "refs", "heads", *branch_parts(branch)))


def has(client: AzureDevOpsClient, bit: int, token: str) -> bool:
    """Whether we hold the right that the bit stands for; one request."""
    with client.asking_for_rights("reading (rights)") as security:
        answers = security.has_permissions(NAMESPACE, bit, tokens=token)
    if not answers or not isinstance(answers[0], bool):
        raise Unavailable("reading (rights): the answer is none")
    return answers[0]
