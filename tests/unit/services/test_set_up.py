"""Setting up: every way in which every step can end, and the order they stand in."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from shared.domain.access import (
    CHANGES_A_BRANCH,
    AccessList,
    Entry,
    Right,
    hidden,
    holders,
)
from shared.domain.diagnostics import (
    About,
    Case,
    Diagnosis,
    Finding,
    Verdict,
    done,
    failed,
    result_of,
    to_do,
    well,
)
from shared.domain.repository_texts import GITATTRIBUTES, README
from shared.domain.setup import changes_of
from shared.errors import Unavailable
from shared.services.checks import CATALOGUE as CHECKS
from shared.services.set_up import SetUp
from shared.services.setup_steps import CATALOGUE, FIRST, LAST, STEPS
from shared.services.setup_steps.branch import MakeBranch
from shared.services.setup_steps.grounds import GROUND, LATER, Step
from shared.services.setup_steps.guards import MOST_NAMES, OTHERS, OnlyUs
from shared.services.setup_steps.pushing import ProvePushing
from tests.fakes.diagnostics import FakeRepositoryHost
from tests.fakes.remotes import FakeGit
from tests.fakes.setup import US, FakeGuards, FakeProbe
from tests.fakes.storage import FakeClock
from tests.unit.services.setup_scenes import SCENES, TARGET, Scene, pushed

IDS = [f"{scene.step().about.name}-{scene.name}" for scene in SCENES]


@pytest.mark.parametrize("scene", SCENES, ids=IDS)
def test_a_step_ends_as_what_it_meets_says(scene: Scene) -> None:
    for way in scene.ways:
        step = scene.step()

        finding = way(step)

        assert finding.case is scene.case
        assert finding.case in step.about.cases


@pytest.mark.parametrize("scene", SCENES, ids=IDS)
def test_no_text_is_left_with_a_field_that_the_step_could_fill_in(
    scene: Scene,
) -> None:
    for way in scene.ways:
        step = scene.step()

        result = result_of(step.about, way(step), 0)

        text = result.means + result.do
        assert "<" not in text, text
        assert "{" not in text


def test_there_is_a_scene_for_every_case_of_every_step() -> None:
    met = {(scene.step().about.name, scene.case) for scene in SCENES}
    described = {
        (about.name, case) for about in STEPS for case in about.cases if case != LATER
    }

    assert met == described


@pytest.mark.parametrize("about", STEPS, ids=lambda about: about.name)
def test_who_has_to_act_is_told_what_to_do(about: About) -> None:
    for case in about.cases:
        nothing_left = case.verdict in (Verdict.OK, Verdict.DONE)
        assert (case.do == "") == nothing_left


def test_a_setup_shows_checks_of_the_diagnosis_and_steps_of_its_own() -> None:
    names = [about.name for about in CATALOGUE]

    assert len(set(names)) == len(names)
    assert {*FIRST, *LAST} <= set(CHECKS)
    assert not {about.name for about in STEPS} & {about.name for about in CHECKS}
    assert all(set(about.after) <= set(names) for about in STEPS)


def test_a_new_branch_holds_what_a_run_would_begin_with() -> None:
    git = FakeGit()
    step = MakeBranch(lambda: git, lambda: git, lambda: TARGET)

    step.apply()

    assert git.files() == {"README.md": README, ".gitattributes": GITATTRIBUTES}


def test_a_branch_with_somebody_s_work_is_left_as_it_is() -> None:
    git = pushed()
    before = git.head

    MakeBranch(lambda: git, lambda: git, lambda: TARGET).apply()

    assert git.head == before


def probing(probe: FakeProbe, guards: FakeGuards) -> ProvePushing:
    git = pushed()
    return ProvePushing(
        FakeRepositoryHost, lambda: git, lambda: guards, lambda: probe, lambda: TARGET
    )


def test_what_cannot_be_removed_again_is_not_tagged() -> None:
    probe = FakeProbe()

    probing(probe, FakeGuards(rights={Right.FORCE_PUSH: False})).apply()

    assert "tag" not in probe.calls
    assert probe.refs == {}


def test_a_probe_that_stays_is_the_last_one_that_is_made() -> None:
    probe = FakeProbe()
    probe.errors["remove"] = Unavailable("cut")
    step = probing(probe, FakeGuards())
    with pytest.raises(Unavailable):
        step.apply()
    with pytest.raises(Unavailable):
        step.apply()

    assert probe.calls.count("push") == 1
    del probe.errors["remove"]
    step.apply()
    assert probe.refs == {}


def test_others_are_told_by_name_where_they_have_one_and_not_all_of_them() -> None:
    rights = frozenset({Right.CONTRIBUTE, Right.FORCE_PUSH, Right.READ})
    many = tuple(Entry(f"who-{n:02}", rights) for n in range(MOST_NAMES + 2))
    known = {"who-00": "[Data]\\Contributors"}
    guards = FakeGuards(access=(AccessList("the project", many),), known=known)

    finding = OnlyUs(lambda: guards, lambda: TARGET).plan()

    assert finding.case is OTHERS
    assert "[Data]\\Contributors (Contribute, Force push)" in finding.fill["others"]
    assert finding.fill["others"].endswith("and 2 more")
    assert finding.facts == {"others": MOST_NAMES + 2}


def test_others_without_names_are_told_all_the_same() -> None:
    entry = Entry("who", frozenset({Right.CONTRIBUTE}))
    guards = FakeGuards(
        access=(AccessList("the project", (entry,)),),
        errors={"names": Unavailable("down")},
    )

    finding = OnlyUs(lambda: guards, lambda: TARGET).plan()

    assert finding.fill["others"] == "who (Contribute)"


PUSH, FORCE = frozenset({Right.CONTRIBUTE}), frozenset({Right.FORCE_PUSH})


@pytest.mark.parametrize(
    ("lists", "held"),
    [
        ([[Entry("a", PUSH)], []], {"a": PUSH}),
        ([[Entry("a", PUSH)], [Entry("a", FORCE)]], {"a": PUSH | FORCE}),
        ([[Entry("a", PUSH)], [Entry("a", denied=PUSH)]], {}),
        ([[Entry("a", denied=PUSH)], [Entry("a", PUSH)]], {"a": PUSH}),
        ([[Entry("a", PUSH, PUSH)]], {}),
        ([[Entry("a", frozenset({Right.READ}))]], {}),
        ([[Entry("a", PUSH)], None, [Entry("b", FORCE)]], {"b": FORCE}),
        ([None, [Entry("b", FORCE)], None], {}),
    ],
)
def test_a_narrower_place_outweighs_a_wider_one(
    lists: list[list[Entry] | None], held: dict[str, frozenset[Right]]
) -> None:
    found = [
        AccessList("somewhere", tuple(entries or ()), inherits=entries is not None)
        for entries in lists
    ]

    assert holders(found, CHANGES_A_BRANCH) == held


def test_a_place_that_does_not_count_may_be_hidden() -> None:
    shut = AccessList("the organization", never_empty=True)
    own = AccessList("the branch", (Entry(US, PUSH),))

    assert hidden([shut, own]) == ("the organization",)
    assert hidden([shut, AccessList("x", own.entries, inherits=False)]) == ()


@dataclass
class Stub:
    """A step that ends as a test says, and remembers which way it went."""

    name: str
    planned_as: Case
    applied_as: Case
    after: tuple[str, ...] = ()
    went: list[str] = field(default_factory=list)

    @property
    def about(self) -> About:
        return About(self.name, "this", (), self.after)

    @property
    def planned(self) -> Case:
        return LATER

    def plan(self) -> Finding:
        self.went.append("plan")
        return Finding(self.planned_as)

    def apply(self) -> Finding:
        self.went.append("apply")
        return Finding(self.applied_as)


@dataclass(frozen=True)
class Look:
    """A check that always ends the same way."""

    name: str
    case: Case

    @property
    def about(self) -> About:
        return About(self.name, "that", ())

    def look(self) -> Finding:
        return Finding(self.case)


def going(
    way: Callable[[SetUp], Diagnosis], *steps: Step, first: Case | None = None
) -> dict[str, Verdict]:
    def scrub(text: str) -> str:
        return text

    looks = (Look("first", first or well("Fine.")),)
    last = (Look("last", well("Fine.")),)
    found = way(SetUp(looks, steps, last, FakeClock(), scrub, 60))
    return {result.name: result.verdict for result in found.results}


def stub(name: str, *after: str) -> Stub:
    return Stub(name, to_do("Is missing.", "Apply."), done("Made."), after)


def test_a_plan_plans_and_an_apply_applies() -> None:
    planned, applied = stub("a"), stub("a")

    assert going(SetUp.plan, planned)["a"] is Verdict.TO_DO
    assert going(SetUp.apply, applied)["a"] is Verdict.DONE
    assert (planned.went, applied.went) == (["plan"], ["apply"])


def test_what_stands_on_something_that_failed_is_not_tried() -> None:
    stopped, free = stub("a", "first"), stub("b", "last")

    found = going(SetUp.apply, stopped, free, first=failed("Down.", "Mend it."))

    assert list(found) == ["first", "a", "b", "last"]
    assert found["a"] is Verdict.WARNING
    assert found["b"] is Verdict.DONE
    assert stopped.went == []


def test_of_what_is_still_to_be_made_nothing_is_asked_in_a_plan() -> None:
    ground, later = stub(GROUND), stub("b", GROUND)

    found = going(SetUp.plan, ground, later)

    assert found["b"] is Verdict.TO_DO
    assert later.went == []


def test_an_error_of_one_step_is_no_end_of_the_setup() -> None:
    class Broken(Stub):
        def apply(self) -> Finding:
            raise ZeroDivisionError

    broken = Broken("a", well("x"), well("x"))

    found = going(SetUp.apply, broken, stub("b"))

    assert (found["a"], found["b"]) == (Verdict.FAILED, Verdict.DONE)


def test_what_changes_is_what_was_done_or_is_to_do() -> None:
    cases = (well("a"), done("b"), to_do("c", "d"), failed("e", "f"))
    results = tuple(
        result_of(About(f"step_{at}", "this", ()), Finding(case), 0)
        for at, case in enumerate(cases)
    )

    assert changes_of(Diagnosis(results)) == ("step_1", "step_2")
