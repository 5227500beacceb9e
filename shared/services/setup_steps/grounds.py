"""USE CASE PARTS: what the steps have in common: their form, and where they stand."""

from typing import Protocol

from shared.domain.access import Right
from shared.domain.diagnostics import About, Case, Finding, to_do
from shared.errors import CredentialsRefused, Permanent
from shared.ports.setup import Guards

GROUND = "repository"
"""The step that makes what all later ones stand on."""

AT_AZURE_DEVOPS = (
    "azure_devops_reachable",
    "azure_devops_credential",
    "azure_devops_sign_in",
)
ON_THE_REPOSITORY = (*AT_AZURE_DEVOPS, "project", GROUND)

LATER = to_do(
    "There is no repository yet of which this could be told.",
    "Apply: it is looked at as soon as the repository is there.",
)


class Step(Protocol):
    """One thing to set up. Both ways may raise whatever keeps them from it."""

    @property
    def about(self) -> About:
        """What it sees to, and how it can end."""
        ...

    @property
    def planned(self) -> Case:
        """How it ends in a plan while what it stands on is still to be made."""
        ...

    def plan(self) -> Finding:
        """What there is, and what would be done; writes nothing."""
        ...

    def apply(self) -> Finding:
        """Do it, where it is not done; what there is now."""
        ...


def told(guards: Guards, right: Right) -> bool | None:
    """Whether we hold the right; None where Azure DevOps does not tell."""
    try:
        return guards.holds(right)
    except CredentialsRefused:
        raise
    except Permanent:
        return None
