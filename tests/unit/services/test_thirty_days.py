"""Thirty days of any edits and faults: the repository never lies, and always heals."""

import random
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from shared.domain.decision import inside
from shared.domain.deletions import Fuse
from shared.domain.git import MAX_PUSH_BYTES
from shared.domain.manifest import manifest_path
from shared.domain.runs import Mode, Run, RunStatus
from shared.services import side_by_side, walk_workspace
from tests.backup_app import BackupApp
from tests.builders import manifests_of
from tests.unit.services.ledger import (
    Ledger,
    Told,
    exceptions_in,
    exceptions_of,
    of_git,
    of_workspace,
)
from tests.unit.services.people import Edit, do, edits
from tests.unit.services.scenes import (
    exports,
    forget_calls,
    record_of,
    strays,
)
from tests.unit.services.troubles import (
    Lasting,
    Moment,
    Troubles,
    by_hand,
    lasting,
    moments,
)

DAY = 86_400
TIGHT, LOOSE = Fuse(25, 3), Fuse(100, 10_000)

some_edits = st.lists(edits(), max_size=5)


class AtOnce(Executor):
    """Does at once what it is given, so that each life plays the same way again."""

    def __init__(self, _threads: int) -> None:
        pass

    def submit(self, fn: Any, /, *args: Any, **facts: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **facts))
        except BaseException as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


class Life(RuleBasedStateMachine):
    """A workspace, its backup, and what may be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.app = BackupApp()
        self.ledger = Ledger(self.app.workspace)
        self.troubles = Troubles(self.app, self.ledger)
        self.checked: set[str] = set()
        self.commits: set[str] = set()
        self.by_hand = False
        self.failed = False

    @initialize(
        first=st.lists(edits(["add"]), max_size=12),
        largest=st.integers(1, 6),
        window=st.integers(1, 3),
        concurrency=st.integers(1, 3),
        push_bytes=st.sampled_from([MAX_PUSH_BYTES, 40_000]),
        seconds=st.sampled_from([300.0, 60.0]),
    )
    def a_deployment(
        self,
        first: list[Edit],
        largest: int,
        window: int,
        concurrency: int,
        push_bytes: int,
        seconds: float,
    ) -> None:
        self.app.largest_shard = largest
        self.app.window = window
        self.app.concurrency = concurrency
        self.app.push_bytes = push_bytes
        self.app.plan_seconds = self.app.shard_seconds = seconds
        self.people(first)

    def people(self, day: list[Edit]) -> None:
        for edit in day:
            do(self.app.workspace, edit)
        self.app.clock.advance(DAY)

    @rule(
        day=some_edits,
        faults=st.lists(lasting, max_size=2),
        happenings=st.lists(moments, max_size=3),
        twice=st.booleans(),
        seed=st.integers(0, 99),
        fuse=st.sampled_from([TIGHT, LOOSE]),
        sweeps=st.integers(1, 5),
    )
    def a_troubled_night(
        self,
        day: list[Edit],
        faults: list[Lasting],
        happenings: list[Moment],
        twice: bool,  # noqa: FBT001 - drawn
        seed: int,
        fuse: Fuse,
        sweeps: int,
    ) -> None:
        self.people(day)
        self.app.twice, self.app.fuse = twice, fuse
        self.app.shuffled = random.Random(seed)
        self.troubles.arm(faults, happenings)
        self.night()
        for _ in range(sweeps):
            self.app.repair()
            self.app.pump()
            self.check()
        self.troubles.disarm()
        self.app.twice, self.app.fuse, self.app.shuffled = False, LOOSE, None

    @rule(day=some_edits, pick=st.integers(0, 40), how=st.integers(0, 11))
    def a_day_with_a_stranger(self, day: list[Edit], pick: int, how: int) -> None:
        by_hand(self.app, self.ledger, pick, how)
        self.by_hand = True
        self.people(day)

    @rule(which=st.sampled_from(["blobs", "tables", "both"]))
    def the_state_is_lost(self, which: str) -> None:
        if which != "tables":
            self.app.blobs.contents.clear()
        if which != "blobs":
            self.app.store.rows.clear()
            self.app.index.runs.clear()

    @rule(day=some_edits, folder=st.sampled_from(["/a", "/c"]))
    def a_run_of_one_folder(self, day: list[Edit], folder: str) -> None:
        self.people(day)
        if folder in self.app.workspace.objects:
            self.night(paths=(folder,))

    @rule(day=some_edits, full=st.booleans())
    def a_calm_night(
        self,
        day: list[Edit],
        full: bool,  # noqa: FBT001 - drawn
    ) -> None:
        self.people(day)
        run = self.night(mode=Mode.FULL if full else Mode.INCREMENTAL)
        for _ in range(2 if self.by_hand else 0):
            if run.status is RunStatus.INCOMPLETE:
                run = self.night()
        assert run.status is RunStatus.COMPLETE, f"{run.status} {run.error}"
        self.by_hand = False
        self.all_is_stored()
        self.nothing_is_done_again()

    def night(self, **wanted: Any) -> Run:
        self.failed = True
        self.ledger.begin(self.app.git.files())
        run_id = self.app.begin(**wanted)
        self.app.pump()
        self.check()
        self.failed = False
        return self.app.row(run_id)

    def check(self) -> None:
        """What the runs that have ended since the last time left behind."""
        self.every_commit_is_whole()
        ended = [r for r in sorted(self.app.index.runs) if r not in self.checked]
        for run_id in ended:
            self.checked.add(run_id)
            run = self.app.row(run_id)
            if run.status in {RunStatus.COMPLETE, RunStatus.INCOMPLETE}:
                self.check_restore_point(run)
        if ended:
            self.ledger.begin(self.app.git.files())

    def check_restore_point(self, run: Run) -> None:
        tree = self.app.git.files(run.commit)
        self.ledger.note(tree)
        complete = run.status is RunStatus.COMPLETE
        told = Told(frozenset(), frozenset(), frozenset())
        if not run.unchanged:
            record = record_of(self.app, run)
            assert record["status"] == run.status
            told = Told.by(record, self.ledger.homes)
        is_tagged = f"backup/{run.id}" in self.app.git.tags
        wanted = complete and run.request.full_scope and not run.unchanged
        assert is_tagged == wanted
        scope = run.request.scope.roots
        wrong = [*self.ledger.wrong(tree, told, complete=complete, scope=scope)]
        assert not wrong, "\n".join([run.id, *wrong, str(told)])
        if complete and run.request.full_scope:
            self.ledger.healed(tree, self.app.git.files())
        strangers = self.ledger.touched
        stray = {
            path
            for path in strays(tree) - strangers
            if manifest_path(path.rpartition("/")[0]) not in strangers
        }
        assert not stray, stray

    def every_commit_is_whole(self) -> None:
        """I3: each manifest describes what its tree holds, but for strangers' hands."""
        new = self.app.git.trees.keys() - self.commits
        for commit in new:
            held = self.app.git.trees[commit]
            for git_path, manifest in manifests_of(self.app.git.files(commit)).items():
                for entry in manifest.entries:
                    path = inside(git_path, entry.file)
                    fine = held.get(path) == entry.blob
                    assert fine or path in self.ledger.touched, f"{path} at {commit}"
        self.commits |= new

    def all_is_stored(self) -> None:
        tree = self.app.git.files()
        assert of_git(tree) == of_workspace(self.app.workspace)
        assert exceptions_in(tree) == exceptions_of(self.app.workspace)

    def nothing_is_done_again(self) -> None:
        forget_calls(self.app)
        head = self.app.git.head
        again = self.night()
        assert again.unchanged
        assert self.app.git.head == head
        objects = self.app.workspace.objects
        timed = [p for p in exports(self.app) if objects[p].modified_at is not None]
        assert not timed

    def teardown(self) -> None:
        if not self.failed:
            self.a_calm_night([], full=False)


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (side_by_side, walk_workspace):
        monkeypatch.setattr(module, "ThreadPoolExecutor", AtOnce)


def test_whatever_happens_in_thirty_days_is_told_and_heals() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            stateful_step_count=30,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
