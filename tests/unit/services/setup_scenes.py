"""Scenes of a setup: what each step meets, which way it goes, and how it has to end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.access import AccessList, Entry, Right
from shared.domain.diagnostics import Case
from shared.domain.git import Change, ChangeKind, Push
from shared.errors import (
    AccessDenied,
    BackupError,
    NotFound,
    Permanent,
    PushRefused,
    Unavailable,
)
from shared.ports.diagnostics import RepositoryFacts
from shared.ports.setup import Policy, ProbeRef
from shared.services.checks import azure_devops
from shared.services.setup_steps import branch, guards, pushing, repository
from shared.services.setup_steps.grounds import Step
from tests.fakes.diagnostics import FakeRepositoryHost
from tests.fakes.remotes import FakeGit
from tests.fakes.setup import US, FakeGuards, FakePlace, FakeProbe

TARGET = azure_devops.Target(
    organization="https://dev.azure.com/contoso",
    project="Data",
    repository="backup",
    branch="main",
)
FACTS = RepositoryFacts("backup", 1000, "refs/heads/main", disabled=False)
NO = AccessDenied("no")
OTHER = AccessList("the project", (Entry("them", frozenset({Right.FORCE_PUSH})),))
REVIEW = Policy(7, "Reviewers", wants_pull_request=True)
SIZE = Policy(8, "File size", wants_pull_request=False)

type Way = Callable[[Step], Any]


def plan(step: Step) -> Any:
    return step.plan()


def apply(step: Step) -> Any:
    return step.apply()


@dataclass(frozen=True)
class Scene:
    """What one step meets; each way it goes has the same end."""

    name: str
    step: Callable[[], Step]
    case: Case
    ways: tuple[Way, ...] = (plan, apply)


def pushed() -> FakeGit:
    git = FakeGit()
    git.push(Push(None, "first", (Change(ChangeKind.ADD, "a", b"a"),)))
    return git


def refusing(error: BackupError, *, later: bool = False) -> FakeGit:
    """A repository to which no push gets through; `later`, after it took effect."""
    git = FakeGit()

    def fault(call: str, _: str) -> None:
        if call == "push":
            raise error

    if later:
        git.after = fault
    else:
        git.fault = fault
    return git


def overtaken() -> FakeGit:
    """Somebody pushes right before we do."""
    git = FakeGit()

    def fault(call: str, _: str) -> None:
        if call == "push" and git.head is None:
            git.commit(Push(None, "a run", (Change(ChangeKind.ADD, "b", b"b"),)))

    git.fault = fault
    return git


def project(**place: Any) -> Callable[[], Step]:
    return lambda: repository.FindProject(lambda: FakePlace(**place), lambda: TARGET)


def made(
    place: FakePlace | None = None,
    rights: dict[Right, bool] | None = None,
    **errors: Any,
) -> Callable[[], Step]:
    def step() -> Step:
        host = replace(place or FakePlace())
        asked = FakeGuards(rights=rights or {}, errors=errors)
        return repository.MakeRepository(lambda: host, lambda: asked, lambda: TARGET)

    return step


def a_branch(git: Callable[[], FakeGit]) -> Callable[[], Step]:
    def step() -> Step:
        found = git()
        return branch.MakeBranch(lambda: found, lambda: found, lambda: TARGET)

    return step


def default(name: str, *, may: bool | None = True, **place: Any) -> Callable[[], Step]:
    facts = replace(FACTS, default_branch=name)
    errors: dict[str, BackupError] = (
        {} if may is not None else {"holds": Permanent("?")}
    )
    asked = FakeGuards(rights={Right.EDIT_POLICIES: bool(may)}, errors=errors)

    def step() -> Step:
        host = FakePlace(facts=facts, **place)
        return branch.MakeDefault(lambda: host, lambda: asked, lambda: TARGET)

    return step


def proven(
    host: FakeRepositoryHost | None = None,
    *,
    force: bool | None = True,
    left: bool = False,
    **errors: BackupError,
) -> Callable[[], Step]:
    def step() -> Step:
        git = pushed()
        told: dict[str, BackupError] = {} if force is not None else {"holds": NO}
        asked = FakeGuards(rights={Right.FORCE_PUSH: bool(force)}, errors=told)
        name = "refs/heads/setup-probe/0"
        refs = {name: ProbeRef(name, "1" * 40)} if left else {}
        probe = FakeProbe(errors=dict(errors), refs=refs)
        return pushing.ProvePushing(
            lambda: host or FakeRepositoryHost(),
            lambda: git,
            lambda: asked,
            lambda: probe,
            lambda: TARGET,
        )

    return step


def access(*lists: AccessList, **errors: BackupError) -> Callable[[], Step]:
    asked = FakeGuards(access=lists, errors=dict(errors))
    return lambda: guards.OnlyUs(lambda: asked, lambda: TARGET)


def policies(
    *found: Policy, exempt: bool | None = False, **errors: BackupError
) -> Callable[[], Step]:
    if exempt is None:
        errors["holds"] = Permanent("what?")
    rights = {Right.BYPASS_POLICIES: bool(exempt)}
    asked = FakeGuards(rights=rights, found=found, errors=dict(errors))
    return lambda: guards.NoPolicy(lambda: asked, lambda: TARGET)


US_ALONE = AccessList("the project", (Entry(US, frozenset({Right.CONTRIBUTE})),))
NOTHING = AccessList("the organization", never_empty=True)
APPLY, PLAN = (apply,), (plan,)
DISABLED = FakePlace(facts=replace(FACTS, disabled=True))

SCENES = (
    Scene("there", project(), repository.PROJECT_THERE),
    Scene("not there", project(has_project=False), repository.NO_PROJECT),
    Scene("there", made(FakePlace(facts=FACTS)), repository.THERE),
    Scene("not there", made(), repository.TO_BE_MADE, PLAN),
    Scene("not there", made(), repository.MADE, APPLY),
    Scene("nobody tells", made(holds=NotFound("?")), repository.MADE, APPLY),
    Scene(
        "no right",
        made(rights={Right.CREATE_REPOSITORY: False}),
        repository.MAY_NOT_MAKE,
    ),
    Scene(
        "denied",
        made(FakePlace(errors={"create": NO})),
        repository.MAY_NOT_MAKE,
        APPLY,
    ),
    Scene("may not read", made(rights={Right.READ: False}), repository.HIDDEN),
    Scene(
        "taken, and not shown",
        made(FakePlace(facts=FACTS, hidden=True)),
        repository.HIDDEN,
        APPLY,
    ),
    Scene("disabled", made(DISABLED), azure_devops.DISABLED),
    Scene("there", a_branch(pushed), azure_devops.BRANCH_THERE),
    Scene("not there", a_branch(FakeGit), branch.TO_BE_PUSHED, PLAN),
    Scene("not there", a_branch(FakeGit), branch.PUSHED, APPLY),
    Scene("overtaken", a_branch(overtaken), azure_devops.BRANCH_THERE, APPLY),
    Scene(
        "the answer gets lost",
        a_branch(lambda: refusing(Unavailable("cut"), later=True)),
        azure_devops.BRANCH_THERE,
        APPLY,
    ),
    Scene("denied", a_branch(lambda: refusing(NO)), branch.MAY_NOT_PUSH, APPLY),
    Scene(
        "refused",
        a_branch(lambda: refusing(PushRefused("secrets"))),
        branch.PUSH_REFUSED,
        APPLY,
    ),
    Scene("ours", default("refs/heads/main"), branch.IS_DEFAULT),
    Scene("none", default("", may=False), branch.TO_BE_DEFAULT, PLAN),
    Scene("another", default("refs/heads/x"), branch.TO_BE_DEFAULT, PLAN),
    Scene("not told", default("refs/heads/x", may=None), branch.TO_BE_DEFAULT, PLAN),
    Scene("another", default("refs/heads/x"), branch.MADE_DEFAULT, APPLY),
    Scene("no right", default("refs/heads/x", may=False), branch.NOT_DEFAULT, PLAN),
    Scene(
        "denied",
        default("refs/heads/x", errors={"make_default": NO}),
        branch.NOT_DEFAULT,
        APPLY,
    ),
    Scene("told", proven(), azure_devops.MAY_WRITE, PLAN),
    Scene("left over", proven(left=True), pushing.LEFT_OVER, PLAN),
    Scene("left over", proven(left=True), pushing.PROVEN, APPLY),
    Scene("proven", proven(), pushing.PROVEN, APPLY),
    Scene("no force push", proven(force=False), pushing.PROVEN_BUT_TAG, APPLY),
    Scene("not told", proven(force=None), pushing.PROVEN_BUT_TAG, APPLY),
    Scene(
        "missing",
        proven(FakeRepositoryHost(held={"Create tag": False})),
        azure_devops.MAY_NOT_WRITE,
    ),
    Scene(
        "nobody tells",
        proven(FakeRepositoryHost(rights_error=NotFound("?"))),
        azure_devops.NOT_TOLD,
        PLAN,
    ),
    Scene(
        "nobody tells, and it goes well",
        proven(FakeRepositoryHost(rights_error=NotFound("?"))),
        pushing.PROVEN,
        APPLY,
    ),
    Scene("denied", proven(push=NO), pushing.MAY_NOT_PUSH, APPLY),
    Scene("refused", proven(push=PushRefused("no")), branch.PUSH_REFUSED, APPLY),
    Scene("denied tag", proven(tag=NO), pushing.MAY_NOT_TAG, APPLY),
    Scene("refused tag", proven(tag=PushRefused("no")), branch.PUSH_REFUSED, APPLY),
    Scene("stays", proven(remove=NO), pushing.STAYS, APPLY),
    Scene("still stays", proven(left=True, remove=NO), pushing.STAYS, APPLY),
    Scene("alone", access(US_ALONE), guards.ONLY_US),
    Scene("others", access(OTHER), guards.OTHERS),
    Scene("hidden", access(NOTHING, US_ALONE), guards.NOT_SHOWN),
    Scene("denied", access(lists=NO), guards.ACCESS_HIDDEN),
    Scene("who are we", access(US_ALONE, us=NotFound("?")), guards.ACCESS_HIDDEN),
    Scene("none", policies(), guards.NO_POLICY),
    Scene("wants pull requests", policies(REVIEW, SIZE), guards.PULL_REQUESTS),
    Scene("not told", policies(REVIEW, exempt=None), guards.EXEMPT_UNKNOWN),
    Scene("exempt", policies(REVIEW, exempt=True), guards.EXEMPT),
    Scene("rules", policies(REVIEW, SIZE, exempt=True), guards.RULES),
    Scene("denied", policies(policies=NO), guards.POLICIES_HIDDEN),
)
