"""USE CASE PARTS: all the ways in which a Git folder of the backup can (not) come."""

from shared.domain.diagnostics import Case, Verdict, done, failed, to_do, warning, well

_ELSEWHERE = "Name a path at which nothing is. What is there is left as it is."
_UPDATE = "`databricks repos update {id} --branch {branch}`"

RIGHT = well("The folder is a Git folder of the backup, at its newest commit.")
BEHIND = Case(
    Verdict.OK,
    "The folder is a Git folder of the backup. It shows an earlier commit, for nothing"
    " updates it by itself.",
    "To see the newest: in the workspace, the folder's Git dialog, Pull; or " + _UPDATE,
)
WOULD_BE_MADE = to_do(
    "Nothing is there. Whoever may read the folder above it would read all that a Git"
    " folder of the backup shows.",
    "Apply: it is made, and the folder above it.",
)
WOULD_BE_LARGE = to_do(
    "Nothing is there. Whoever may read the folder above it would read all that a Git"
    " folder of the backup shows. The repository is larger than what one Git operation"
    " may write (4 GB), so cloning may fail, sparse or not.",
    "Apply: it is tried. If it fails, clone the repository to a computer and read it"
    " there.",
)
MADE = done("The Git folder was made.")
UNDER_WAY = warning(
    "The workspace did not answer in time; it may still be cloning.",
    "Ask again in some minutes.",
)
OTHER_BRANCH = failed(
    "The folder is a Git folder of the backup repository, at another branch. It is left"
    " as it is.",
    "If nobody works in it: " + _UPDATE + ". Or name another path.",
)
OTHER_REPOSITORY = failed(
    "The folder is a Git folder of another repository.", _ELSEWHERE
)
TAKEN = failed(
    "Something else is at the path, and nothing turns a folder into a Git folder.",
    _ELSEWHERE,
)
INSIDE = failed(
    "A Git folder cannot be made there, for {above} is {what}.",
    "Name a path in an ordinary folder.",
)
NO_HOME = failed(
    "{above} is nobody's folder: the workspace has no user of that name.",
    "Name a path below /Shared, /Repos, or the folder of somebody who is there.",
)
NO_BACKUP = warning(
    "There is no backup yet that could be shown.",
    "Start a run (`POST /api/runs`), then ask again.",
)
NOT_STORED = failed(
    "The backup holds no folder {missing}.",
    "Name folders as the workspace does, in the same letters.",
)
TOO_MUCH = failed(
    "That cannot be one Git folder: {why}.",
    "Ask for fewer folders, and for the others in another Git folder. These would fit:"
    " {fitting}.",
)
NO_CREDENTIAL = failed(
    "The workspace clones with a credential of its own for Azure DevOps, and has none"
    " of {identity} that is accepted.",
    "In the workspace: Settings, Identity and access, Service principals, Manage, the"
    " identity, Git integration, Add Git credential: Azure DevOps Services (Microsoft"
    " Entra ID). With a token: `databricks git-credentials create azureDevOpsServices"
    " --git-username NAME --personal-access-token TOKEN`, as that identity. The"
    " credential needs Read on the repository.",
)
NOT_ALLOWED = failed(
    "We may not make a Git folder there.",
    "In the workspace, on the folder above: Share, add {identity} with *Can manage*. Or"
    " name a path below /Repos or /Shared.",
)
NOT_TAKEN = failed(
    "The workspace did not make it.",
    "See what it says. Git folders must be enabled: Settings, Workspace admin,"
    " Development.",
)
LEFT_BEHIND = failed(
    "Cloning failed, and left a Git folder behind that may not be whole.",
    "Remove what the message names; delete the folder in the workspace, or"
    " `databricks repos delete {id}`; then ask again.",
)

CASES = (
    *(RIGHT, BEHIND, WOULD_BE_MADE, WOULD_BE_LARGE, MADE, UNDER_WAY),
    *(OTHER_BRANCH, OTHER_REPOSITORY, TAKEN, INSIDE, NO_HOME),
    *(NO_BACKUP, NOT_STORED, TOO_MUCH),
    *(NO_CREDENTIAL, NOT_ALLOWED, NOT_TAKEN, LEFT_BEHIND),
)
