from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shared.adapters.metering import (
    Meter,
    MeteredGitHistory,
    MeteredGitReader,
    MeteredGitWriter,
    MeteredWorkspace,
)
from shared.adapters.pacing import (
    PacedWorkspace,
    RetryingGitHistory,
    RetryingGitReader,
    Slots,
)
from shared.domain.git import Change, ChangeKind, Push
from shared.domain.objects import Format
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
    asked.git_folders()
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
    metered.git_folders()
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
