from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shared.adapters.metering import (
    Meter,
    MeteredGitHistory,
    MeteredGitReader,
    MeteredGitWriter,
    MeteredWorkspace,
    MeteredWorkspaceWriter,
)
from shared.adapters.pacing import (
    PacedWorkspace,
    PacedWorkspaceWriter,
    RetryingGitHistory,
    RetryingGitReader,
    Slots,
)
from shared.domain.git import Change, ChangeKind, Push
from shared.domain.objects import NOTEBOOK, Format, NewObject
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    ExportDisabled,
    Throttled,
    Unavailable,
)
from shared.ports import RequestKind
from tests.fakes.remotes import FakeGit, FakeWorkspace, Fault
from tests.fakes.storage import FakeEvents

EVENTS = FakeEvents()


class SleptClock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class CountedBudget:
    def __init__(self) -> None:
        self.taken: list[RequestKind] = []
        self.slowed: list[tuple[RequestKind, float | None]] = []

    def take(self, kind: RequestKind) -> None:
        self.taken.append(kind)

    def throttled(self, kind: RequestKind, retry_after: float | None) -> bool:
        self.slowed.append((kind, retry_after))
        return len(self.slowed) == 1


def failing(times: int, error: Callable[[], BackupError]) -> Fault:
    left = iter(range(times))

    def fault(call: str, subject: str) -> None:  # noqa: ARG001
        if next(left, None) is not None:
            raise error()

    return fault


def paced(
    workspace: FakeWorkspace,
) -> tuple[PacedWorkspace, CountedBudget, SleptClock]:
    budget, clock = CountedBudget(), SleptClock()
    return PacedWorkspace(workspace, Slots(budget, clock, EVENTS)), budget, clock


def test_each_request_takes_a_slot_of_its_kind() -> None:
    workspace = FakeWorkspace()
    workspace.add_notebook("/a", "1")
    asked, budget, _ = paced(workspace)

    asked.list("/")
    asked.export("/a", Format.SOURCE)
    asked.git_folders("/Repos")
    asked.identity()

    assert budget.taken == ["list", "export", "list", "list"]


def test_each_attempt_takes_a_slot_and_pauses_grow() -> None:
    workspace = FakeWorkspace()
    workspace.fault = failing(3, lambda: Unavailable("down"))
    asked, budget, clock = paced(workspace)

    asked.list("/")

    assert budget.taken == ["list"] * 4
    assert clock.slept == [1.0, 3.0, 9.0]
    assert budget.slowed == []


def test_fourth_attempt_is_the_last() -> None:
    workspace = FakeWorkspace()
    workspace.fault = failing(9, lambda: Unavailable("down"))
    asked, budget, _ = paced(workspace)

    with pytest.raises(Unavailable):
        asked.list("/")

    assert len(budget.taken) == 4


def test_throttling_is_told_once_and_waited_for() -> None:
    workspace = FakeWorkspace()
    workspace.fault = failing(2, lambda: Throttled("slow", 20.0))
    asked, budget, clock = paced(workspace)
    EVENTS.emitted.clear()

    asked.list("/")

    assert budget.slowed == [("list", 20.0)] * 2
    assert clock.slept == [20.0] * 2
    assert EVENTS.facts("throttled") == [
        {"remote": "databricks", "kind": "list", "retry_after": 20.0}
    ]


def test_pause_that_is_too_long_is_the_callers() -> None:
    workspace = FakeWorkspace()
    workspace.fault = failing(1, lambda: Throttled("slow", 300.0))
    asked, budget, clock = paced(workspace)

    with pytest.raises(Throttled):
        asked.list("/")

    assert budget.slowed == [("list", 300.0)]
    assert clock.slept == []


def test_what_will_not_heal_is_not_tried_again() -> None:
    workspace = FakeWorkspace()
    workspace.fault = failing(1, lambda: AccessDenied("no"))
    asked, budget, _ = paced(workspace)

    with pytest.raises(AccessDenied):
        asked.list("/")

    assert budget.taken == ["list"]


@pytest.mark.parametrize("kind", [CredentialsRefused, ExportDisabled])
def test_who_waits_for_a_slot_does_not_ask_after_a_refusal(
    kind: type[BackupError],
) -> None:
    workspace = FakeWorkspace()
    workspace.fault = failing(1, lambda: kind("not you"))
    asked, _, _ = paced(workspace)

    for _ in range(3):
        with pytest.raises(kind, match="not you"):
            asked.list("/")

    assert workspace.calls == [("list", "/")]


def test_reads_of_the_repository_are_repeated() -> None:
    git = FakeGit()
    commit = git.push(Push(None, "first", (Change(ChangeKind.ADD, "a", b"1"),)))
    reader = RetryingGitReader(git, SleptClock())
    history = RetryingGitHistory(git, SleptClock())
    reads: list[Callable[[], object]] = [
        reader.tip,
        lambda: reader.items(commit, [""], []),
        lambda: reader.tree(commit),
        lambda: reader.blobs([]),
        lambda: reader.compare(commit, commit),
        lambda: reader.log(commit, 1),
        lambda: history.changes(commit, "a", 1),
        lambda: history.blob_at("a", [commit]),
    ]

    for read in reads:
        git.fault = failing(3, lambda: Unavailable("down"))
        read()


def test_requests_are_counted_by_their_endpoint() -> None:
    meter, git = Meter(), FakeGit()
    workspace = FakeWorkspace()
    workspace.add_notebook("/a", "1")
    metered = MeteredWorkspace(workspace, meter)
    reader, writer = MeteredGitReader(git, meter), MeteredGitWriter(git, meter)

    metered.list("/")
    metered.list("/")
    metered.export("/a", Format.SOURCE)
    metered.git_folders("/Repos")
    metered.identity()
    commit = writer.push(Push(None, "1", (Change(ChangeKind.ADD, "a", b"1"),)))
    writer.tag("t", commit, "m")
    reader.tip()
    reader.items(commit, [], [])
    reader.tree(commit)
    reader.blobs([])
    reader.compare(commit, commit)
    reader.log(commit, 1)
    MeteredGitHistory(git, meter).changes(commit, "a", 1)
    MeteredGitHistory(git, meter).blob_at("a", [commit])

    assert meter.counts() == {
        "databricks.list": 2,
        "databricks.export": 1,
        "databricks.repos": 1,
        "databricks.identity": 1,
        "azuredevops.push": 1,
        "azuredevops.tag": 1,
        "azuredevops.tip": 1,
        "azuredevops.items": 1,
        "azuredevops.tree": 1,
        "azuredevops.blobs": 1,
        "azuredevops.compare": 1,
        "azuredevops.log": 1,
        "azuredevops.changes": 1,
        "azuredevops.blob_at": 1,
    }


def test_attempts_that_failed_are_counted() -> None:
    workspace, meter = FakeWorkspace(), Meter()
    workspace.fault = failing(2, lambda: Unavailable("down"))
    metered = MeteredWorkspace(workspace, meter)

    PacedWorkspace(metered, Slots(CountedBudget(), SleptClock(), EVENTS)).list("/")

    assert meter.counts() == {"databricks.list": 3}


NEW = NewObject("/a", NOTEBOOK, Format.SOURCE, b"1", "PYTHON")


class Written:
    """A workspace whose writes fail as often as they are told to."""

    def __init__(self, *errors: BackupError) -> None:
        self.errors = list(errors)
        self.calls: list[str] = []

    def make_folder(self, path: str) -> None:  # noqa: ARG002 - the port's
        self._called("make_folder")

    def put(self, new: NewObject, *, replace: bool) -> None:  # noqa: ARG002
        self._called("put")

    def delete(self, path: str) -> None:  # noqa: ARG002
        self._called("delete")

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if self.errors:
            raise self.errors.pop(0)


def paced_writes(
    writes: Written,
) -> tuple[PacedWorkspaceWriter, Slots, CountedBudget]:
    budget = CountedBudget()
    slots = Slots(budget, SleptClock(), EVENTS)
    return PacedWorkspaceWriter(writes, slots), slots, budget


def test_each_attempt_of_a_write_takes_a_slot_for_imports() -> None:
    writes = Written(Unavailable("down"), Throttled("slower"))
    writer, _, budget = paced_writes(writes)

    writer.make_folder("/a")
    writer.put(NEW, replace=True)
    writer.delete("/a")

    assert writes.calls == ["make_folder"] * 3 + ["put", "delete"]
    assert budget.taken == ["import"] * 5


def test_what_creates_is_not_repeated_where_it_may_have_taken_effect() -> None:
    writes = Written(Throttled("slower"), Unavailable("cut off"))
    writer, _, _ = paced_writes(writes)

    with pytest.raises(Unavailable):
        writer.put(NEW, replace=False)

    assert writes.calls == ["put", "put"]


def test_what_writes_over_is_repeated() -> None:
    writes = Written(Unavailable("cut off"), Unavailable("again"))
    writer, _, _ = paced_writes(writes)

    writer.put(NEW, replace=True)

    assert writes.calls == ["put"] * 3


def test_a_refusal_that_a_reader_met_is_heard_by_the_writer() -> None:
    workspace, writes = FakeWorkspace(), Written()
    workspace.fault = failing(1, lambda: CredentialsRefused("not you"))
    writer, slots, _ = paced_writes(writes)
    with pytest.raises(CredentialsRefused):
        PacedWorkspace(workspace, slots).list("/")

    with pytest.raises(CredentialsRefused, match="not you"):
        writer.put(NEW, replace=False)

    assert writes.calls == []


def test_writes_are_counted_per_endpoint() -> None:
    meter = Meter()
    metered = MeteredWorkspaceWriter(Written(), meter)

    metered.make_folder("/a")
    metered.put(NEW, replace=False)
    metered.put(NEW, replace=True)
    metered.delete("/a")

    assert meter.counts() == {
        "databricks.mkdirs": 1,
        "databricks.import": 2,
        "databricks.delete": 1,
    }


def test_attempts_of_a_write_that_failed_are_counted() -> None:
    meter = Meter()
    metered = MeteredWorkspaceWriter(
        Written(Unavailable("down"), Throttled("slower")), meter
    )

    PacedWorkspaceWriter(metered, Slots(CountedBudget(), SleptClock(), EVENTS)).put(
        NEW, replace=True
    )

    assert meter.counts() == {"databricks.import": 3}


def test_a_write_that_was_throttled_slows_imports_down_and_is_told_once() -> None:
    writes = Written(Throttled("slow", 20.0), Throttled("slow", 20.0))
    writer, _, budget = paced_writes(writes)
    EVENTS.emitted.clear()

    writer.put(NEW, replace=False)

    assert budget.slowed == [("import", 20.0)] * 2
    assert EVENTS.facts("throttled") == [
        {"remote": "databricks", "kind": "import", "retry_after": 20.0}
    ]


def test_a_refusal_that_the_writer_met_is_heard_by_a_reader() -> None:
    workspace, writes = FakeWorkspace(), Written(CredentialsRefused("not you"))
    writer, slots, _ = paced_writes(writes)
    with pytest.raises(CredentialsRefused):
        writer.put(NEW, replace=False)

    with pytest.raises(CredentialsRefused, match="not you"):
        PacedWorkspace(workspace, slots).list("/")

    assert workspace.calls == []


def test_a_fourth_attempt_to_write_is_the_last() -> None:
    writes = Written(*(Unavailable("down") for _ in range(9)))
    writer, _, budget = paced_writes(writes)

    with pytest.raises(Unavailable):
        writer.delete("/a")

    assert (writes.calls, budget.taken) == (["delete"] * 4, ["import"] * 4)
