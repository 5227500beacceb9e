"""USE CASE PARTS: that nobody else changes the backup branch, and no policy bars us."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.access import CHANGES_A_BRANCH, Right, hidden, holders
from shared.domain.diagnostics import About, Case, Finding, failed, warning, well
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    NotFound,
    Permanent,
)
from shared.ports.setup import Guards, Policy
from shared.services.checks.azure_devops import SECURITY, Target
from shared.services.checks.remotes import Given
from shared.services.setup_steps.grounds import LATER, ON_THE_REPOSITORY, told

MOST_NAMES = 10
_BRANCH_SECURITY = (
    "In Azure DevOps: Repos, Branches, {branch}, More options, Branch security:"
)

ONLY_US = well(
    "No entry lets anybody else push to the backup branch, rewrite or delete it. Who"
    " manages permissions can change that; who deletes the repository deletes it all."
)
OTHERS = warning(
    "Others may change the backup branch, too: {others}.",
    _BRANCH_SECURITY + " first search the app's identity and set Contribute to Allow;"
    " then switch Inheritance off; then set Contribute and Force push to Not set for"
    " each of the others. (Deny would bind the app, too, where it is a member.)",
)
NOT_SHOWN = warning(
    "Nobody else is seen to change the backup branch, but not every place where rights"
    " are given is shown to us: not {places}.",
    _BRANCH_SECURITY + " first search the app's identity and set Read and Contribute to"
    " Allow; then switch Inheritance off, so that only what is shown there counts.",
)
ACCESS_HIDDEN = warning(
    "Who else may change the backup branch is not told to us.",
    SECURITY + " Read. Or look yourself: " + _BRANCH_SECURITY + " nobody but the app's"
    " identity should have Contribute or Force push.",
)
NO_POLICY = well("No policy stands in a push's way.")
EXEMPT = well(
    "A branch policy wants pull requests, and Azure DevOps tells that we are exempt:"
    " {policies}."
)
PULL_REQUESTS = failed(
    "A branch policy wants pull requests, so no run can push: {policies}.",
    _BRANCH_SECURITY + " search the app's identity and set Bypass policies when pushing"
    " to Allow. Or take the policy away: `az repos policy delete --id {id} --project"
    " {project} --organization {organization}`.",
)
EXEMPT_UNKNOWN = warning(
    "A branch policy wants pull requests, and it is not told whether we are exempt:"
    " {policies}.",
    _BRANCH_SECURITY + " search the app's identity and set Bypass policies when pushing"
    " to Allow.",
)
RULES = warning(
    "A policy may refuse single objects, which each run then names: {policies}.",
    "In Azure DevOps: Project settings, Repositories, {repository}, Policies: switch it"
    " off for this repository. Or leave it, and what it refuses out (BACKUP_EXCLUDE).",
)
POLICIES_HIDDEN = warning(
    "Which policies hold for the backup branch is not told to us.",
    "In Azure DevOps: Project settings, Permissions: search the app's identity and set"
    " View project-level information to Allow. Or look yourself: Repos, Branches,"
    " {branch}, More options, Branch policies: there should be none, or the app's"
    " identity should have Bypass policies when pushing.",
)

ACCESS = About(
    "access",
    "whether anybody else may push to the backup branch, rewrite or delete it",
    (ONLY_US, OTHERS, NOT_SHOWN, ACCESS_HIDDEN, LATER),
    after=ON_THE_REPOSITORY,
)
POLICIES = About(
    "policies",
    "whether a policy of the branch or of the repository refuses our pushes",
    (
        *(NO_POLICY, EXEMPT, PULL_REQUESTS, EXEMPT_UNKNOWN, RULES),
        *(POLICIES_HIDDEN, LATER),
    ),
    after=ON_THE_REPOSITORY,
)


@dataclass(frozen=True, slots=True)
class OnlyUs:
    """Who else has the branch in hand. Only a person may take rights from people."""

    guards: Given[Guards]
    target: Given[Target]
    about: About = ACCESS
    planned: Case = LATER

    def plan(self) -> Finding:
        """By the access lists from the whole organization down to the branch."""
        fill = self.target().fill
        guards = self.guards()
        try:
            lists, us = guards.lists(), guards.us()
        except CredentialsRefused:
            raise
        except Permanent as error:
            return Finding(ACCESS_HIDDEN, str(error), fill)
        held = holders(lists, CHANGES_A_BRANCH)
        others = {who: rights for who, rights in held.items() if not _same(who, us)}
        if others:
            names = _named(guards, others)
            shown = _some([f"{name} ({rights})" for name, rights in names.items()])
            fill = {**fill, "others": shown}
            return Finding(OTHERS, "", fill, {"others": len(others)})
        unseen = " and ".join(hidden(lists))
        if unseen:
            return Finding(NOT_SHOWN, "", {**fill, "places": unseen})
        return Finding(ONLY_US, "", fill)

    def apply(self) -> Finding:
        """The same."""
        return self.plan()


@dataclass(frozen=True, slots=True)
class NoPolicy:
    """Policies in the way. Only a person may take one away, or exempt us."""

    guards: Given[Guards]
    target: Given[Target]
    about: About = POLICIES
    planned: Case = LATER

    def plan(self) -> Finding:
        """By the policies' own list, and our exemption from them."""
        fill = self.target().fill
        guards = self.guards()
        try:
            policies = guards.policies()
        except (AccessDenied, NotFound) as error:
            return Finding(POLICIES_HIDDEN, str(error), fill)
        barring = [each for each in policies if each.wants_pull_request]
        rules = [each for each in policies if not each.wants_pull_request]
        exempt = told(guards, Right.BYPASS_POLICIES) if barring else True
        if exempt is not True:
            case = PULL_REQUESTS if exempt is False else EXEMPT_UNKNOWN
            return _told_of(case, barring, fill)
        if rules:
            return _told_of(RULES, rules, fill)
        return _told_of(EXEMPT, barring, fill) if barring else Finding(NO_POLICY)

    def apply(self) -> Finding:
        """The same."""
        return self.plan()


def _told_of(case: Case, policies: list[Policy], fill: Mapping[str, str]) -> Finding:
    shown = _some([f"{each.name} ({each.id})" for each in policies])
    return Finding(case, "", {**fill, "policies": shown, "id": str(policies[0].id)})


def _same(who: str, us: str) -> bool:
    """Descriptors hold addresses, whose case is nobody's (guess)."""
    return who.casefold() == us.casefold()


def _named(guards: Guards, held: Mapping[str, frozenset[Right]]) -> Mapping[str, str]:
    """The rights of each by name; who has none keeps what the lists call it."""
    try:
        names = guards.names(held.keys())
    except BackupError:
        names = {}
    return {
        names.get(who, who): ", ".join(sorted(rights)) for who, rights in held.items()
    }


def _some(texts: list[str]) -> str:
    left = len(texts) - MOST_NAMES
    shown = "; ".join(sorted(texts)[:MOST_NAMES])
    return f"{shown}; and {left} more" if left > 0 else shown
