"""USE CASE PARTS: the project, which must be there, and the repository in it."""

from dataclasses import dataclass

from shared.domain.access import Right
from shared.domain.diagnostics import (
    About,
    Case,
    Finding,
    done,
    failed,
    to_do,
    well,
)
from shared.errors import AccessDenied, AlreadyExists, NotFound
from shared.ports.setup import Guards, RepositoryPlace
from shared.services.checks.azure_devops import DISABLED, SECURITY, Target
from shared.services.checks.remotes import Given
from shared.services.setup_steps.grounds import AT_AZURE_DEVOPS, GROUND, LATER, told

PROJECT_THERE = well("The project is there.")
NO_PROJECT = failed(
    "The project is not there, or we may not see it.",
    "Correct AZURE_DEVOPS_PROJECT, or create it: `az devops project create --name"
    " {project} --organization {organization}`. If it is there: Project settings,"
    " Permissions, Contributors, Members, Add: the app's identity.",
)
THERE = well("The repository is there.")
TO_BE_MADE = to_do(
    "The repository is not there yet.",
    "Apply: an empty one is created in the project {project}.",
)
MADE = done("The repository was created.")
MAY_NOT_MAKE = failed(
    "The repository is not there, and we may not create it.",
    "Create it: `az repos create --name {repository} --project {project}"
    " --organization {organization}`. Or in Azure DevOps: Project settings,"
    " Repositories, Security (of all repositories): search the app's identity and set"
    " Create repository to Allow.",
)
HIDDEN = failed(
    "We may not read the project's repositories, so nobody can say whether this one is"
    " there.",
    SECURITY + " Read. Where it does not exist yet: the same in Project settings,"
    " Repositories, Security (of all repositories).",
)

PROJECT = About(
    "project",
    "whether the project is there; a setup does not create one",
    (PROJECT_THERE, NO_PROJECT),
    after=AT_AZURE_DEVOPS,
)
REPOSITORY = About(
    GROUND,
    "whether the repository is there and not disabled; creates an empty one",
    (THERE, TO_BE_MADE, MADE, MAY_NOT_MAKE, HIDDEN, DISABLED),
    after=(*AT_AZURE_DEVOPS, "project"),
)


@dataclass(frozen=True, slots=True)
class FindProject:
    """The project, which is somebody else's to create."""

    place: Given[RepositoryPlace]
    target: Given[Target]
    about: About = PROJECT
    planned: Case = LATER

    def plan(self) -> Finding:
        """By its name."""
        fill = self.target().fill
        place = self.place()
        try:
            place.find_project()
        except NotFound as error:
            return Finding(NO_PROJECT, str(error), fill)
        return Finding(PROJECT_THERE, fill["project"], fill)

    def apply(self) -> Finding:
        """The same: a project has members, processes and boards of its own."""
        return self.plan()


@dataclass(frozen=True, slots=True)
class MakeRepository:
    """The repository."""

    place: Given[RepositoryPlace]
    guards: Given[Guards]
    target: Given[Target]
    about: About = REPOSITORY
    planned: Case = TO_BE_MADE

    def plan(self) -> Finding:
        """By the project's list, in which a disabled one stands, too."""
        return self._found() or self._in_the_way() or self._finding(TO_BE_MADE)

    def apply(self) -> Finding:
        """Where somebody else creates it at the same time, theirs will do."""
        found = self._found() or self._in_the_way()
        if found is not None:
            return found
        try:
            self.place().create()
        except AccessDenied as error:
            return self._finding(MAY_NOT_MAKE, str(error))
        except AlreadyExists as error:
            return self._found() or self._finding(HIDDEN, str(error))
        return self._finding(MADE)

    def _found(self) -> Finding | None:
        found = self.place().find()
        if found is None:
            return None
        return self._finding(DISABLED if found.disabled else THERE)

    def _in_the_way(self) -> Finding | None:
        """A right that is missing; what is not told does not keep us from trying."""
        guards = self.guards()
        if told(guards, Right.READ) is False:
            return self._finding(HIDDEN)
        if told(guards, Right.CREATE_REPOSITORY) is False:
            return self._finding(MAY_NOT_MAKE)
        return None

    def _finding(self, case: Case, found: str = "") -> Finding:
        fill = self.target().fill
        return Finding(case, found or fill["repository"], fill)
