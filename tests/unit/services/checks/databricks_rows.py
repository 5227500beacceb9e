"""What is met in a workspace."""

from collections.abc import Callable

from shared.domain.diagnosis_limits import SLOW_LIST_SECONDS
from shared.domain.objects import Identity, WorkspaceObject
from shared.domain.scope import Scope
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    ExportDisabled,
    NotFound,
)
from shared.errors import AddressBlocked as Blocked
from shared.services.checks import databricks
from shared.services.diagnose import Check
from tests.fakes.remotes import FakeWorkspace
from tests.fakes.storage import FakeClock
from tests.unit.services.checks.rows import Row

SCOPE = Scope(("/Clients", "/Shared"))


def workspace(**errors: BackupError) -> FakeWorkspace:
    """With a notebook in a folder below a root; calls by name may fail."""
    found = FakeWorkspace()
    found.add_notebook("/Clients/etl/load", "print('not to be told')")
    found.mkdir("/Shared")

    def fault(call: str, subject: str) -> None:
        error = errors.get(call) or errors.get(subject.strip("/"))
        if error:
            raise error

    found.fault = fault
    return found


class SlowWorkspace(FakeWorkspace):
    """Each listing takes as long as a test says."""

    def __init__(self, clock: FakeClock, *seconds: float) -> None:
        super().__init__()
        self.clock, self.seconds = clock, list(seconds)

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        self.clock.advance(self.seconds.pop(0))
        return super().list("/" if folder else folder)


def who(admin: bool = True, **errors: BackupError) -> Callable[[], Check]:  # noqa: FBT001, FBT002
    found = workspace(**errors)
    found.me = Identity("backup", admin)
    return lambda: databricks.WhoWeAre(lambda: found)


def over(kind: Callable[..., Check], **errors: BackupError) -> Callable[[], Check]:
    return lambda: kind(lambda: workspace(**errors), lambda: SCOPE)


def took(*seconds: float) -> Callable[[], Check]:
    def made() -> Check:
        clock = FakeClock()
        slow = SlowWorkspace(clock, *seconds)
        return databricks.QuickEnough(lambda: slow, lambda: SCOPE, clock)

    return made


def nothing_there() -> Check:
    return databricks.Exports(FakeWorkspace, lambda: Scope(("/",)))


ROWS = (
    Row("an administrator", who(), databricks.ADMIN),
    Row("a user", who(admin=False), databricks.NO_ADMIN),
    Row("401", who(identity=CredentialsRefused("no")), databricks.UNKNOWN_HERE),
    Row("403", who(identity=AccessDenied("no")), databricks.UNKNOWN_HERE),
    Row(
        "let in",
        lambda: databricks.LetIn(workspace),
        databricks.OPEN_TO_US,
    ),
    Row(
        "kept out",
        lambda: databricks.LetIn(lambda: workspace(list=Blocked("by Databricks"))),
        databricks.BLOCKED_ADDRESS,
    ),
    Row("all roots", over(databricks.RootsListed), databricks.ROOTS_LISTED),
    Row(
        "a root is gone",
        over(databricks.RootsListed, Shared=NotFound("/Shared")),
        databricks.ROOT_MISSING,
    ),
    Row(
        "a root is closed",
        over(databricks.RootsListed, Shared=AccessDenied("/Shared")),
        databricks.ROOT_DENIED,
    ),
    Row("quick", took(9, 0.1, SLOW_LIST_SECONDS - 0.1), databricks.QUICK),
    Row("slow", took(0.1, SLOW_LIST_SECONDS, 9), databricks.SLOW),
    Row("exported", over(databricks.Exports), databricks.EXPORTS),
    Row(
        "export is off",
        over(databricks.Exports, export=ExportDisabled("off")),
        databricks.EXPORT_OFF,
    ),
    Row(
        "export denied",
        over(databricks.Exports, export=AccessDenied("no")),
        databricks.EXPORT_DENIED,
    ),
    Row("nothing to export", nothing_there, databricks.NOTHING_TO_EXPORT),
)
