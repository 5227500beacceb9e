"""I5 with real processes: SIGKILL at every kind of call of every step, then go on.

The stories are those that `tests/unit/services/test_crashes.py` tells in memory. Here
every invocation is a process, the storage is Azurite, both remotes answer over HTTP.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from shared.adapters.push_lease import PATIENCE_SECONDS
from shared.services.steps import AnyStep
from tests.crashes import CrashPoint
from tests.matrix.forks import ForkServer, fork_server
from tests.matrix.killing import KilledApp, killed_app
from tests.matrix.site import Site
from tests.unit.services.endings import assert_as_undisturbed, lost_exports
from tests.unit.services.scenes import Tree, without_records
from tests.unit.services.stories import STORIES, Story, undisturbed

LATER = {"status": 429, "headers": {"Retry-After": "100"}, "times": 1}
LOST_ANSWERS = {"effect": "cut", "when": "after", "times": 2}
PUSHES = {"method": "POST", "path": "/pushes"}
TROUBLED = "trouble"
"""In this story the servers fail; a fake's faults would stay in their process."""

IN_MEMORY = {"a retry"}
"""Its fault is a fake's; what it does, other stories do, too."""


def points() -> Iterator[tuple[Story, AnyStep, str, bool]]:
    """Every kind of call of every step, in the first story that makes it."""
    found: dict[tuple[AnyStep, str], Story] = {}
    for story in STORIES:
        for call in undisturbed(story).calls.log:
            if call.step is not None and story.name not in IN_MEMORY:
                found.setdefault((call.step, call.name), story)
    for (step, name), story in sorted(found.items(), key=lambda item: item[0]):
        yield story, step, name, False
        yield story, step, name, True


POINTS = [*points()]


class Apps:
    """Makes the app before a story, and once the one after it that was not killed."""

    def __init__(
        self, site: Site, storage: str, fork: ForkServer, folder: Path
    ) -> None:
        self._where = (site, storage, fork, folder)
        self.undisturbed = cache(self._undisturbed)

    def before(self, story: Story) -> KilledApp:
        app = killed_app(story, *self._where)
        if story.name == TROUBLED:
            site = app.scene.site
            site.databricks.arm({"path": "/workspace/list", **LATER})
            site.azure_devops.arm({**PUSHES, **LATER}, {**PUSHES, **LOST_ANSWERS})
        return app

    def _undisturbed(self, story: Story) -> KilledApp:
        app = self.before(story)
        story.act(app)
        return app


@pytest.fixture(scope="module")
def apps(
    site: Site, storage: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Apps]:
    with fork_server() as fork:
        yield Apps(site, storage, fork, tmp_path_factory.mktemp("journals"))


@pytest.mark.parametrize(
    ("story", "step", "call", "after"),
    POINTS,
    ids=[
        f"{step.name} {call}, {'after' if after else 'before'}: {story.name}"
        for story, step, call, after in POINTS
    ],
)
def test_i5_a_process_killed_anywhere_is_made_good(
    apps: Apps,
    story: Story,
    step: AnyStep,
    call: str,
    after: bool,  # noqa: FBT001
) -> None:
    plain = apps.undisturbed(story)
    app = apps.before(story)
    app.crash = first(plain, step, call, after=after)

    story.act(app)

    assert app.killed == 1, "the point was never reached"
    assert app.errors == []
    assert without_ids(app.scene.tree()) == without_ids(plain.scene.tree())
    assert app.scene.differs() == set()
    assert len(lost_exports(app)) <= story.exports_a_push
    assert_as_undisturbed(app, plain)
    assert waited(app) - waited(plain) <= app.calls["lease.acquire"] * (
        PATIENCE_SECONDS + 2
    )


def first(plain: KilledApp, step: AnyStep, call: str, *, after: bool) -> CrashPoint:
    """The first call of that kind in that step."""
    found = [c for c in plain.calls.log if (c.step, c.name) == (step, call)]
    assert found, "the story does not make such a call"
    return CrashPoint(call, found[0].number, after, step)


def waited(app: KilledApp) -> float:
    return sum(app.clock.slept)


def without_ids(tree: Tree) -> Tree:
    """The tree without records, ids and times, which differ from case to case."""
    return {
        path: re.sub(rb'"(object_id|modified_at)": \d+', b"", raw)
        for path, raw in without_records(tree).items()
    }
