"""A Git folder as the last step of a setup: when it is looked at, and how patiently."""

import threading
from dataclasses import dataclass, replace

import pytest

from shared.domain.diagnostics import (
    LATE,
    About,
    Case,
    Finding,
    Result,
    failed,
    to_do,
    well,
)
from shared.services import git_folder_cases as cases
from shared.services.make_git_folder import MakeGitFolder, WantedGitFolder
from shared.services.set_up import SetUp
from shared.services.setup_steps.git_folder import GIT_FOLDER, ShowBackup
from shared.services.setup_steps.grounds import GROUND, LATER
from tests.fakes.storage import FakeClock
from tests.unit.services.test_make_git_folder import PLACE, Scene


@dataclass(frozen=True)
class Stub:
    """A check, or a step, that always ends in the same way."""

    name: str
    case: Case
    planned: Case = LATER

    @property
    def about(self) -> About:
        return About(self.name, "this", (self.case,))

    def look(self) -> Finding:
        return Finding(self.case)

    plan = apply = look


def a_setup(scene: Scene, first: Stub, step: Stub) -> SetUp:
    return SetUp(
        first=(first,),
        steps=(step,),
        last=(Stub("exports", well("Fine.")),),
        clock=FakeClock(),
        scrub=str,
        seconds=60,
        on_request=(ShowBackup(lambda: scene.make, WantedGitFolder(PLACE)),),
        patience=60,
    )


FINE = Stub("databricks_identity", well("Fine."))
THERE = Stub(GROUND, well("There."))


def last(results: tuple[Result, ...]) -> Result:
    assert results[-1].name == GIT_FOLDER.name
    return results[-1]


def test_it_is_the_last_step_and_made_only_where_that_is_said() -> None:
    scene = Scene()
    setup = a_setup(scene, FINE, THERE)

    planned = last(setup.plan().results)
    assert (planned.verdict, scene.made()) == ("to_do", [])

    made, again = last(setup.apply().results), last(setup.apply().results)
    assert (made.verdict, again.verdict) == ("done", "ok")
    assert scene.made() == [PLACE]


def test_while_there_is_no_repository_it_is_planned_for_later() -> None:
    scene = Scene()
    missing = Stub(GROUND, to_do("Missing.", "Apply."))

    told = last(a_setup(scene, FINE, missing).plan().results)

    assert told.means == LATER.means
    assert scene.git_folders.calls == []


@pytest.mark.parametrize("name", ["databricks_identity", "azure_devops_sign_in"])
def test_on_what_failed_it_is_not_built(name: str) -> None:
    scene = Scene()
    broken = Stub(name, failed("Broken.", "Mend it."))

    told = last(a_setup(scene, broken, THERE).apply().results)

    assert (told.verdict, "not tried" in told.means) == ("warning", True)
    assert name in told.do
    assert scene.git_folders.calls == []


def test_it_has_a_patience_of_its_own() -> None:
    scene, never = Scene(), threading.Event()

    def slowly() -> MakeGitFolder:
        never.wait()
        return scene.make

    step = ShowBackup(slowly, WantedGitFolder(PLACE))
    setup = replace(a_setup(scene, FINE, THERE), on_request=(step,), patience=0)
    told = last(setup.plan().results)
    never.set()

    assert told.means.startswith(LATE.means)


def test_every_way_it_can_end_is_described() -> None:
    described = {case for name, case in vars(cases).items() if name.isupper()}
    described = {case for case in described if isinstance(case, Case)}

    assert described | {LATER} == set(GIT_FOLDER.cases)


def a_broken_part() -> MakeGitFolder:
    raise AssertionError("made before it is needed")


def test_nothing_is_made_of_parts_before_the_step_is_taken() -> None:
    step = ShowBackup(a_broken_part, WantedGitFolder(PLACE))

    assert step.about is GIT_FOLDER
