"""What goes wrong in a night, drawn by hypothesis: faults that last, and moments."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import strategies as st

from shared.domain.messages import Message, PlanMessage, ShardMessage
from shared.domain.objects import NOTEBOOK, Identity
from shared.errors import (
    AccessDenied,
    ContentRefused,
    CredentialsRefused,
    NotExportable,
    NotFound,
    PushRefused,
    Throttled,
    TooLarge,
    Unavailable,
)
from tests.backup_app import BackupApp
from tests.crashes import Crash, CrashPoint
from tests.fakes.remotes import Fault, no_fault
from tests.unit.services.ledger import Ledger
from tests.unit.services.people import HUGE, Edit, do, edits
from tests.unit.services.scenes import stranger_commits

LISTING = [AccessDenied("403"), NotFound("404"), Unavailable("500")]
EXPORTING = [
    AccessDenied("403"),
    NotFound("404"),
    Unavailable("500"),
    NotExportable(""),
]

CALLS = [
    *("workspace.list", "workspace.export", "workspace.identity", "workspace.export"),
    *(
        "git.tip",
        "git.items",
        "git.push",
        "git.push",
        "git.blobs",
        "git.log",
        "git.tag",
    ),
    *("store.write", "store.write", "store.run", "store.shard", "store.shards"),
    *("blobs.create", "blobs.put", "blobs.get", "queue.shard", "queue.plan"),
    *("index.open", "index.close", "index.enter", "index.waiting", "lease.hold"),
]


@dataclass(frozen=True, slots=True)
class Lasting:
    """A fault that lasts all night, at the object that `pick` chooses."""

    what: str
    pick: int
    number: int


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens at one call of a port."""

    what: str
    call: str
    number: int
    after: bool
    pick: int
    edit: Edit


lasting = st.builds(
    Lasting,
    st.sampled_from(
        [
            *("unlistable", "unlistable", "unreadable", "unreadable", "every second"),
            *("slow", "throttled", "down", "no admin", "expired", "git down"),
            *("short deadline", "short deadline"),
        ]
    ),
    st.integers(0, 15),
    st.integers(0, 11),
)
moments = st.builds(
    Moment,
    st.sampled_from(
        [
            *("crash", "crash", "cut", "cut", "stranger", "person", "person", "twin"),
            *("cancel", "refused", "content refused", "lost message", "sweep"),
            *("poison", "sweep", "outage"),
        ]
    ),
    st.sampled_from(CALLS),
    st.integers(1, 6),
    st.booleans(),
    st.integers(0, 15),
    edits(["add", "edit", "delete", "move", "renew", "become"]),
)


@dataclass
class Troubles:
    """Arms an app for one night, and disarms it in the morning."""

    app: BackupApp
    ledger: Ledger
    _faults: list[Fault] = field(default_factory=list)

    def arm(self, faults: list[Lasting], happenings: list[Moment]) -> None:
        """From now on."""
        self.app.calls.clear()
        for fault in faults:
            self._last(fault)
        for moment in happenings:
            point = CrashPoint(moment.call, moment.number, moment.after)
            self.app.happenings[point] = self._act(moment)

    def __post_init__(self) -> None:
        """What is too large is so by day and by night."""
        self.app.workspace.fault = self._all

    def disarm(self) -> None:
        """All is well again."""
        self._faults.clear()
        self.app.happenings.clear()
        self.app.git.fault = no_fault
        self.app.deadline = timedelta(hours=4)
        self.app.workspace.me = Identity("backup", admin=True)

    def _all(self, call: str, subject: str) -> None:
        content = self.app.workspace.contents.get(subject, b"")
        if call == "export" and content.startswith(HUGE):
            raise TooLarge("over 10 MB")
        for fault in self._faults:
            fault(call, subject)

    # --- what lasts

    def _last(self, fault: Lasting) -> None:
        {
            "no admin": self._no_admin,
            "unlistable": self._keep_from_us,
            "unreadable": self._keep_from_us,
            "slow": self._slow,
            "every second": self._every_second,
            "throttled": self._throttled,
            "down": self._workspace_down,
            "short deadline": self._short_deadline,
            "git down": self._git_down,
            "expired": self._expired,
        }[fault.what](fault)

    def _no_admin(self, _: Lasting) -> None:
        self.app.workspace.me = replace(self.app.workspace.me, admin=False)

    def _keep_from_us(self, fault: Lasting) -> None:
        folders = fault.what == "unlistable"
        objects = sorted(self.app.workspace.objects.items())
        wanted = [path for path, found in objects if found.descended == folders]
        if wanted:
            self._spoil(wanted[fault.pick % len(wanted)], fault)

    def _slow(self, fault: Lasting) -> None:
        seconds = dict.fromkeys(("list", "export"), fault.number % 6)
        self._faults.append(
            lambda call, _: self.app.clock.advance(seconds.get(call, 0))
        )

    def _every_second(self, fault: Lasting) -> None:
        self._faults.append(_each(1 + fault.pick % 3, Unavailable("500")))

    def _throttled(self, fault: Lasting) -> None:
        self._faults.append(_first(1 + fault.number, Throttled("429", fault.pick)))

    def _workspace_down(self, fault: Lasting) -> None:
        self._faults.append(self._down(60.0 * fault.pick))

    def _short_deadline(self, fault: Lasting) -> None:
        self.app.deadline = timedelta(minutes=fault.number)

    def _git_down(self, fault: Lasting) -> None:
        self.app.git.fault = self._down(60.0 * fault.pick)

    def _expired(self, fault: Lasting) -> None:
        self._faults.append(_nth(fault.number, CredentialsRefused("expired")))

    def _spoil(self, path: str, fault: Lasting) -> None:
        is_notebook = self.app.workspace.objects[path].type == NOTEBOOK
        calls = "list" if fault.what == "unlistable" else "export"
        errors = LISTING if calls == "list" else EXPORTING[: 4 if is_notebook else 3]
        error = errors[fault.number % len(errors)]

        def spoilt(call: str, subject: str) -> None:
            if (call, subject) == (calls, path):
                raise error

        self._faults.append(spoilt)

    def _down(self, seconds: float) -> Fault:
        until = self.app.clock.monotonic() + seconds

        def down(_call: str, _subject: str) -> None:
            if self.app.clock.monotonic() < until:
                raise Unavailable("down")

        return down

    # --- moments

    def _act(self, moment: Moment) -> Callable[[], object]:
        return {
            "crash": lambda: _raise(Crash("killed")),
            "cut": lambda: _raise(Unavailable("cut")),
            "refused": lambda: self._refuse(moment, PushRefused("a policy")),
            "content refused": lambda: self._refuse(moment, ContentRefused("a path")),
            "stranger": lambda: self._stranger(moment.pick, moment.number),
            "person": lambda: self._person(moment.edit),
            "twin": lambda: self._twin(moment.pick, moment.number),
            "cancel": self._cancel,
            "lost message": self._lose,
            "sweep": lambda: self._sweep(moment.pick),
            "poison": lambda: self._poison(moment.pick),
            "outage": lambda: self._faults.append(self._down(60.0 * moment.pick)),
        }[moment.what]

    def _refuse(self, moment: Moment, error: PushRefused) -> None:
        if moment.call == "git.push" and not moment.after:
            raise error

    def _person(self, edit: Edit) -> None:
        self.ledger.look()
        do(self.app.workspace, edit)
        self.ledger.look()

    def _stranger(self, pick: int, how: int) -> None:
        by_hand(self.app, self.ledger, pick, how)

    def _open_run(self) -> str:
        holder = self.app.index.holder
        return holder.run_id if holder else ""

    def _cancel(self) -> None:
        run_id = self._open_run()
        if self.app.store.run(run_id):
            self.app.cancel_run(run_id)

    def _lose(self) -> None:
        if self.app.queue.sent:
            self.app.queue.sent.pop()

    def _twin(self, pick: int, number: int) -> None:
        """The worker sleeps; meanwhile a message is worked on by another."""
        run_id = self._open_run()
        self.app.clock.advance(60.0 * number)
        message: Message = PlanMessage(run_id)
        if pick % 4:
            message = ShardMessage(run_id, pick % 4)
        self.app.deliver(message)

    def _poison(self, pick: int) -> None:
        run_id = self._open_run()
        if pick % 3:
            self.app.bury_shard(run_id, pick % 3)
        else:
            self.app.bury_plan(run_id)

    def _sweep(self, pick: int) -> None:
        self.app.clock.advance(60.0 * pick)
        self.app.repair()


def by_hand(app: BackupApp, ledger: Ledger, pick: int, how: int) -> None:
    """A person's commit to the backup branch."""
    tree = app.git.files()
    ledger.note(tree)
    managed = sorted(p for p in tree if not p.startswith(".backup/runs"))
    if not managed:
        return
    path = managed[pick % len(managed)]
    if how % 4 == 0 or path in {"README.md", ".gitattributes"}:
        path = f"{path.rpartition('/')[0]}/own-{how}.txt".lstrip("/")
    gone = how % 3 == 0 and path in tree
    raw = None if gone else f"by hand {how}".encode()
    ledger.touch(path)
    stranger_commits(app, {path: raw})


def _raise(error: BaseException) -> None:
    raise error


def _each(number: int, error: Exception) -> Fault:
    """Every so many exports but one fail."""
    count = [0]

    def fault(call: str, _subject: str) -> None:
        if call == "export":
            count[0] += 1
            if count[0] % (number + 1):
                raise error

    return fault


def _first(number: int, error: Exception) -> Fault:
    left = [number]

    def fault(_call: str, _subject: str) -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return fault


def _nth(number: int, error: Exception) -> Fault:
    count = [0]

    def fault(_call: str, _subject: str) -> None:
        count[0] += 1
        if count[0] == number + 1:
            raise error

    return fault
