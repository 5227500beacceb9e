"""What an app can live through while it crashes: each story once undisturbed, or not.

Together they lead a run through all its steps, and call every method of every port.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial

from shared.domain.messages import Message, PlanMessage
from shared.domain.retention import ListedRun, Poisoned
from shared.domain.runs import Run
from shared.errors import AccessDenied, Throttled, Unavailable
from shared.services.open_run import TIMER
from tests.backup_app import BackupApp
from tests.fakes.remotes import no_fault
from tests.unit.services.scenes import failing, forget_calls, stranger_commits

MINUTES = 60.0
HOURS = 60 * MINUTES
DAYS = 24 * HOURS


type Make = Callable[..., BackupApp]
"""Makes an app over whatever workspace and repository; takes its limits."""


@dataclass(frozen=True)
class Story:
    """`before` gives the app in which a process is to die while it does `act`.

    `exports_a_push` is how many objects may have to be exported twice: what one push
    holds, and the one or two that are exported meanwhile.
    """

    name: str
    before: Callable[[Make], BackupApp]
    act: Callable[[BackupApp], object]
    exports_a_push: int = 2


def an_app(make: Make) -> BackupApp:
    """A few folders that make several small shards, nothing stored yet."""
    app = make(largest_shard=2, window=2)
    for path in ("/a/x", "/a/y", "/b/x", "/b/c/z", "/d"):
        app.workspace.add_notebook(path, path)
    app.workspace.add("/board", "DASHBOARD", b"{}")
    return app


def a_day(make: Make) -> BackupApp:
    """After a first backup: an edit, a new object, a deletion, a move, a dashboard."""
    app = an_app(make)
    app.run()
    app.workspace.edit("/a/x", b"edited")
    app.workspace.add_notebook("/b/new", "new")
    app.workspace.delete("/a/y")
    app.workspace.move("/b/c", "/e")
    app.workspace.rewrite("/board", b"{1}")
    forget_calls(app)
    return app


def an_edit(make: Make, **limits: object) -> BackupApp:
    """After a first backup of two notebooks, one was edited."""
    app = make(**limits)
    app.workspace.add_notebook("/a/x", "x")
    app.workspace.add_notebook("/b/x", "x")
    app.run()
    app.workspace.edit("/a/x", b"edited")
    forget_calls(app)
    return app


def run_by_timer(app: BackupApp) -> None:
    app.run(trigger=TIMER)


def is_half_done(run: Run) -> bool:
    """Whether one of two shards is done."""
    return (run.shards, run.shards_open) == (2, 1)


def go_on(app: BackupApp) -> None:
    """Deliver one message; where none is left, let the sweep run."""
    app.receive()
    if app.pending:
        app.step()
    else:
        app.repair()


def until_complete(app: BackupApp) -> None:
    """Let time pass and the sweep run until the newest run is complete."""
    for _ in range(5):
        if app.row(app.run_ids[0]).status == "complete":
            return
        app.clock.advance(31 * MINUTES)
        app.repair()
        app.pump()


def a_start_that_waits(app: BackupApp) -> None:
    app.clock.advance(HOURS)
    app.begin(paths=("/a",))
    app.clock.advance(MINUTES)
    app.begin(trigger=TIMER)
    app.pump()


def tried_again(app: BackupApp) -> None:
    """W5: what could not be stored can be half an hour later."""
    app.workspace.fault = failing(AccessDenied("no"), "/a/x")
    app.run()
    app.workspace.fault = no_fault
    until_complete(app)


def too_late(app: BackupApp) -> None:
    """W4: the run's deadline passes in the midst of it, and W5 tries again."""
    app.clock.advance(HOURS)
    run_id = app.begin()
    while not is_half_done(app.row(run_id)):
        go_on(app)
    app.clock.advance(5 * HOURS)
    while not app.row(run_id).stop:
        app.repair()
    app.pump()
    until_complete(app)


@dataclass
class Losses:
    """Loses the first message of a shard, and three that plan or finish."""

    lost: list[Message] = field(default_factory=list)

    def __call__(self, message: Message) -> bool:
        plans = isinstance(message, PlanMessage)
        lost = [m for m in self.lost if isinstance(m, PlanMessage) == plans]
        loses = len(lost) < (3 if plans else 1) and message not in self.lost[-1:]
        self.lost += [message] if loses else []
        return loses


def two_edits(make: Make) -> BackupApp:
    """After a first backup, edits that make two shards, one after the other."""
    app = an_edit(make, largest_shard=1, window=1)
    app.workspace.edit("/b/x", b"edited")
    return app


def loses_messages(make: Make) -> BackupApp:
    """W1 to W3."""
    app = an_edit(make)
    app.loses = Losses()
    return app


def a_place_without_a_run(make: Make) -> BackupApp:
    """W3: a start died when it had the place, and another one waits."""
    app = an_edit(make)
    app.clock.advance(HOURS)
    app.open(paths=("/a",))
    (held,) = (r for r in app.index.runs.values() if not r.full_scope)
    app.store.forget(held.run_id)
    app.index.leave(ListedRun(held.run_id, held.opened_at))
    app.open(trigger=TIMER)
    app.queue.sent.clear()
    forget_calls(app)
    return app


def a_place_that_was_kept(make: Make) -> BackupApp:
    """W3: a run has ended and its finisher died; a start waits."""
    app = an_edit(make)
    ended = app.run(paths=("/a",))
    app.index.holder = ended.request
    app.clock.advance(MINUTES)
    app.open(trigger=TIMER)
    forget_calls(app)
    return app


def swept(app: BackupApp) -> None:
    app.repair()
    app.pump()


def an_old_app(make: Make) -> BackupApp:
    """W6: what the first run left is older than it is kept, and more is."""
    app = an_edit(make, retention=timedelta(days=90))
    app.restore("/a/x")
    app.blobs.put("runs/20260101T000000Z-3f9a1c/plan", b"nobody knows it")
    poisoned = app.clock.now()
    app.poison.messages.append(Poisoned("backup-plans-poison", "1", poisoned, "{}"))
    app.clock.advance(90 * DAYS)
    for number in range(7):
        app.workspace.edit("/a/x", str(number).encode())
        app.run()
    forget_calls(app)
    return app


def forgotten(app: BackupApp) -> None:
    """W6, and then a night like any other."""
    while len(app.run_ids) > 7 or len([*app.blobs.names("index/")]) > 7:
        app.repair()
    app.run()


def slow_remotes(make: Make) -> BackupApp:
    """A folder of several pushes and invocations, and a walk of several, too."""
    app = make(
        push_bytes=30_000,
        plan_seconds=70,
        shard_seconds=100,
        window=1,
        # Exports go on beside the shard's own thread: slow ones would race with it.
        seconds={"workspace.list": 31, "git.items": 50, "git.push": 60},
    )
    for number in range(6):
        app.workspace.add_notebook(f"/big/{number}", f"{number}" * 6_000)
    for path in ("/small/a/x", "/small/a/y", "/small/b/x", "/small/b/y"):
        app.workspace.add_notebook(path, path)
    return app


def in_trouble(make: Make) -> BackupApp:
    """Both remotes fail for a while, answers get lost, and a stranger commits."""
    app = an_edit(make)
    stranger_commits(app, {"docs/mine.md": b"mine"})
    troubles: dict[str, list[Exception]] = {
        "identity": [Unavailable("down")],
        "list": [Throttled("slow down", 7)],
        "items": [Unavailable("down")],
        "push": [Throttled("slow down")],
        "tip": [Unavailable("down")],
    }
    app.workspace.fault = app.git.fault = partial(trouble, troubles)
    answers: dict[str, list[Exception]] = {
        "push": [Unavailable("the answer got lost")] * 2
    }
    app.git.after = partial(trouble, answers)
    return app


def trouble(left: dict[str, list[Exception]], call: str, _: str) -> None:
    if left.get(call):
        raise left[call].pop()


def without_state(make: Make) -> BackupApp:
    """I6: every table and blob is lost."""
    app = an_edit(make)
    app.index.runs.clear()
    app.store.rows.clear()
    app.blobs.contents.clear()
    return app


STORIES = (
    Story("an edit", an_edit, BackupApp.run),
    Story("lost state", without_state, BackupApp.run),
    Story("a first backup", an_app, run_by_timer),
    Story("a place that was kept", a_place_that_was_kept, swept),
    Story("a start that waits", an_edit, a_start_that_waits),
    Story("trouble", in_trouble, BackupApp.run),
    Story("lost messages", loses_messages, BackupApp.run),
    Story("a place without a run", a_place_without_a_run, swept),
    Story("old runs", an_old_app, forgotten),
    Story("a day of all changes", a_day, BackupApp.run),
    Story("several invocations", slow_remotes, BackupApp.run, 4),
    Story("a retry", an_edit, tried_again),
    Story("a deadline", two_edits, too_late),
)


@cache
def undisturbed(story: Story) -> BackupApp:
    """The app after the story, without a crash."""
    app = story.before(BackupApp)
    story.act(app)
    return app
