"""USE CASE PARTS: the backup branch, with what every run would put there first."""

from dataclasses import dataclass

from shared.domain.access import Right
from shared.domain.diagnostics import (
    About,
    Case,
    Finding,
    done,
    failed,
    to_do,
    warning,
    well,
)
from shared.domain.git import Change, ChangeKind, Push
from shared.domain.repository_texts import SETUP_COMMENT
from shared.errors import AccessDenied, PushRefused, RefMoved, Unavailable
from shared.ports import GitReader, GitWriter
from shared.ports.setup import Guards, RepositoryPlace
from shared.services.checks.azure_devops import BRANCH_THERE, SECURITY, Target
from shared.services.checks.remotes import Given
from shared.services.settle import TOP_FILES
from shared.services.setup_steps.grounds import ON_THE_REPOSITORY, told

TO_BE_PUSHED = to_do(
    "The backup branch is not there yet.",
    "Apply: it is created with a README.md and a .gitattributes, those that a run"
    " would write.",
)
PUSHED = done("The backup branch was created, with README.md and .gitattributes.")
MAY_NOT_PUSH = failed(
    "The backup branch is not there, and we may not create it.",
    SECURITY + " Contribute, Create branch.",
)
PUSH_REFUSED = failed(
    "A policy or rule refused the first push to the backup branch.",
    "Do what the message asks, or in Azure DevOps: Project settings, Repositories,"
    " {repository}, Policies: take this repository out of what refuses it.",
)
IS_DEFAULT = well("The backup branch is the default branch.")
TO_BE_DEFAULT = to_do(
    "The backup branch is not the default branch, which people see and clone first.",
    "Apply: it becomes the default branch.",
)
MADE_DEFAULT = done("The backup branch was made the default branch.")
NOT_DEFAULT = warning(
    "Another branch is the default branch, which people see and clone first, and we may"
    " not change that. Backups do not need it.",
    "`az repos update --repository {repository} --default-branch {branch} --project"
    " {project} --organization {organization}`. Or let us: " + SECURITY + " Edit"
    " policies.",
)

BRANCH = About(
    "branch",
    "whether the backup branch is there; creates it",
    (BRANCH_THERE, TO_BE_PUSHED, PUSHED, MAY_NOT_PUSH, PUSH_REFUSED),
    after=ON_THE_REPOSITORY,
)
DEFAULT_BRANCH = About(
    "default_branch",
    "whether the backup branch is the repository's default; makes it so",
    (IS_DEFAULT, TO_BE_DEFAULT, MADE_DEFAULT, NOT_DEFAULT),
    after=(*ON_THE_REPOSITORY, "branch"),
)


@dataclass(frozen=True, slots=True)
class MakeBranch:
    """The backup branch. A run that makes it at the same time makes the same."""

    reader: Given[GitReader]
    writer: Given[GitWriter]
    target: Given[Target]
    about: About = BRANCH
    planned: Case = TO_BE_PUSHED

    def plan(self) -> Finding:
        """By its tip."""
        tip = self.reader().tip()
        return self._finding(TO_BE_PUSHED) if tip is None else self._there(tip)

    def apply(self) -> Finding:
        """Push to a branch that is not there, or to none: never over somebody's work.

        After an answer that got lost, what is there tells whether it took effect.
        """
        tip = self.reader().tip()
        if tip is not None:
            return self._there(tip)
        changes = [Change(ChangeKind.ADD, *file) for file in TOP_FILES.items()]
        try:
            self.writer().push(Push(None, SETUP_COMMENT, tuple(changes)))
        except AccessDenied as error:
            return self._finding(MAY_NOT_PUSH, str(error))
        except PushRefused as error:
            return self._finding(PUSH_REFUSED, str(error))
        except (RefMoved, Unavailable):
            tip = self.reader().tip()
            if tip is None:
                raise
            return self._there(tip)
        return self._finding(PUSHED)

    def _there(self, tip: str) -> Finding:
        branch = self.target().branch
        return self._finding(BRANCH_THERE, f"{branch} is at {tip[:10]}")

    def _finding(self, case: Case, found: str = "") -> Finding:
        fill = self.target().fill
        return Finding(case, found or fill["branch"], fill)


@dataclass(frozen=True, slots=True)
class MakeDefault:
    """The backup branch as the default; a new repository's first branch is it."""

    place: Given[RepositoryPlace]
    guards: Given[Guards]
    target: Given[Target]
    about: About = DEFAULT_BRANCH
    planned: Case = TO_BE_DEFAULT

    def plan(self) -> Finding:
        """Where there is no branch at all, no right is needed."""
        default = self._default()
        if default == self.target().branch:
            return self._finding(IS_DEFAULT, default)
        if default and told(self.guards(), Right.EDIT_POLICIES) is False:
            return self._finding(NOT_DEFAULT, default)
        return self._finding(TO_BE_DEFAULT, default)

    def apply(self) -> Finding:
        """Change it, where it is another."""
        default = self._default()
        if default == self.target().branch:
            return self._finding(IS_DEFAULT, default)
        try:
            self.place().make_default()
        except AccessDenied as error:
            return self._finding(NOT_DEFAULT, str(error))
        return self._finding(MADE_DEFAULT, default and f"it was {default}")

    def _default(self) -> str:
        found = self.place().find()
        default = found.default_branch if found is not None else ""
        return default.removeprefix("refs/heads/")

    def _finding(self, case: Case, found: str) -> Finding:
        return Finding(case, found, self.target().fill)
