"""ERRORS: what can go wrong, whether trying again helps, and whose turn it is.

BackupError
├── Transient                    trying again helps
│   ├── Throttled                the remote's turn: wait, then ask again
│   ├── Unavailable              the remote's turn: down, cut off, or too slow
│   └── Conflict                 ours: somebody was faster; read again, decide again
│       ├── AlreadyExists        a create met an existing row, blob or tag
│       ├── RefMoved             the branch is no longer at the expected commit
│       ├── StaleDecision        the tree no longer is what the decision was made on
│       ├── LeaseHeld            another worker holds the lease
│       └── PlaceTaken           another restore writes; one does at a time
└── Permanent                    trying the same again does not help
    ├── SettingError             the operator's: a setting is missing or wrong
    ├── InvalidRequest           the caller's: a field of the request is wrong
    ├── RestoreDisabled          the operator's: only plans are allowed here
    ├── CredentialsRefused       the operator's: the remote does not accept who we are
    ├── AccessDenied             the operator's: accepted, but not allowed here
    │   ├── ExportDisabled       the workspace does not allow any export
    │   ├── GitCredentialMissing the workspace cannot sign in for us where it clones
    │   └── AddressBlocked       the remote takes no requests from where we are
    ├── NotFound                 nobody's: it is not there (or not visible to us)
    ├── TooLarge                 nobody's: over a limit of the remote
    ├── NotExportable            nobody's: the remote cannot export this object
    ├── RequestRefused           ours: the remote does not take the request as it is
    ├── PushRefused              the operator's: a policy or rule refused the push
    │   ├── ContentRefused       the object's: something in the push is not taken
    │   └── PathBlocked          the folder's: what others put there is in the way
    └── UnknownVersion           ours: written by a newer version of this code
"""


class BackupError(Exception):
    """Anything this product raises on purpose.

    `step` is the step of a run in which it came up, empty outside of one.
    """

    step: str = ""


class Transient(BackupError):
    """Trying again, later or after a fresh read, can succeed."""


class Throttled(Transient):
    """The remote asks us to slow down; `retry_after` is in seconds, if it said."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(Transient):
    """The remote is down, cut the connection or did not answer in time.

    Of a write it is unknown whether it took effect.
    """


class Conflict(Transient):
    """Somebody was faster; what we decided on is no longer so."""


class AlreadyExists(Conflict):
    """A create met what is already there."""


class RefMoved(Conflict):
    """The branch is not (or no longer) at the commit the push expected."""


class StaleDecision(Conflict):
    """The push was refused because the tree is not what it was decided on."""


class LeaseHeld(Conflict):
    """Another worker holds the lease."""


class PlaceTaken(Conflict):
    """Another restore writes into the workspace; `holder` is its id."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} is open, and one restore writes at a time")
        self.holder = holder


class Permanent(BackupError):
    """Trying the same thing again does not help."""


class SettingError(Permanent):
    """A setting is missing or has a value that cannot be used."""

    def __init__(self, setting: str, problem: str, example: str) -> None:
        super().__init__(f"{setting} {problem}; for example: {setting}={example}")
        self.setting = setting
        self.example = example


class InvalidRequest(Permanent):
    """A field of a request is wrong; `field` names it."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class RestoreDisabled(Permanent):
    """The deployment's settings allow no restore to be applied."""


class CredentialsRefused(Permanent):
    """The remote does not accept the credential at all."""


class AccessDenied(Permanent):
    """The identity is known but may not do this."""


class ExportDisabled(AccessDenied):
    """The workspace's settings do not allow any notebook to be exported."""


class GitCredentialMissing(AccessDenied):
    """The workspace holds no credential of ours that the Git provider accepts."""


class AddressBlocked(AccessDenied):
    """The remote takes no requests from the network we are in, whoever we are."""


class NotFound(Permanent):
    """It does not exist, or the identity may not see it."""


class TooLarge(Permanent):
    """Over a size limit of the remote; `size` in bytes, if the remote said."""

    def __init__(self, message: str, size: int | None = None) -> None:
        super().__init__(message)
        self.size = size


class NotExportable(Permanent):
    """The remote has no export for this object."""


class RequestRefused(Permanent):
    """The remote does not take this request, for a reason we know nothing of."""


class PushRefused(Permanent):
    """A policy, a permission or a path rule of the repository refused the push."""


class ContentRefused(PushRefused):
    """Some path or content in the push is not taken; without it, the rest may be."""


class PathBlocked(PushRefused):
    """Something of somebody else's lies where a folder or a file has to go."""


class UnknownVersion(Permanent):
    """Written by a newer version of this code than the one that reads it."""
