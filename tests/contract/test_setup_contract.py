"""What setting up may rely on: the fakes, and the adapters before the local server."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from local.azure_devops.app import create_app
from local.serving import serve_in_thread
from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.branch_guards import AzureDevOpsGuards
from shared.adapters.clock import SystemClock
from shared.adapters.git_writer import AzureDevOpsWriter
from shared.adapters.identity import StaticToken
from shared.adapters.push_probe import AzureDevOpsProbe
from shared.adapters.repository_place import AzureDevOpsPlace
from shared.domain.access import CHANGES_A_BRANCH, AccessList, Entry, Right, holders
from shared.domain.git import Change, ChangeKind, Push
from shared.errors import AccessDenied, AlreadyExists, NotFound, PushRefused
from shared.ports.diagnostics import RepositoryFacts
from shared.ports.setup import Guards, Policy, Probe, ProbeRef, RepositoryPlace
from tests.fakes.setup import US, FakeGuards, FakePlace, FakeProbe

pytestmark = pytest.mark.filterwarnings("ignore:.*unclosed <socket")
COMMIT = "1234567890" * 4


@dataclass(frozen=True)
class Site:
    """The local server, of which each test has a repository of its own."""

    url: str
    name: str

    def client(self, project: str = "backup") -> AzureDevOpsClient:
        return AzureDevOpsClient(
            f"{self.url}/acme",
            project=project,
            repository=self.name,
            tokens=StaticToken("pat"),
            scheme="Basic",
            clock=SystemClock(),
        )

    def local(self, path: str, body: Any) -> None:
        url = f"{self.url}/_local/{path}"
        requests.post(url, json=body, timeout=9).raise_for_status()

    def make(self) -> None:
        self.local("repositories", {"project": "backup", "name": self.name})

    def push(self, branch: str = "main") -> str:
        change = Change(ChangeKind.ADD, "a", b"a")
        writer = AzureDevOpsWriter(self.client(), branch)
        return writer.push(Push(None, "first", (change,)))

    def disable(self) -> None:
        base = f"{self.url}/acme/backup/_apis/git/repositories/{self.name}"
        requests.patch(
            f"{base}?api-version=7.1",
            json={"isDisabled": True},
            auth=("", "pat"),
            timeout=9,
        ).raise_for_status()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_in_thread(create_app(tmp_path_factory.mktemp("azure-devops"))) as url:
        yield url


@pytest.fixture
def site(server: str) -> Iterator[Site]:
    yield Site(server, uuid.uuid4().hex)
    requests.delete(f"{server}/_local/rules", timeout=9).raise_for_status()


@dataclass(frozen=True)
class Places:
    """The port in each of the states that it can meet."""

    without: Callable[[], RepositoryPlace]
    empty: Callable[[], RepositoryPlace]
    of_another_default: Callable[[], RepositoryPlace]
    disabled: Callable[[], RepositoryPlace]
    without_project: Callable[[], RepositoryPlace]


@pytest.fixture(params=["fake", "local"])
def places(request: pytest.FixtureRequest) -> Places:
    if request.param == "fake":
        return fake_places()
    site: Site = request.getfixturevalue("site")

    def place(*steps: Callable[[], object]) -> RepositoryPlace:
        for step in steps:
            step()
        return AzureDevOpsPlace(site.client(), "backups")

    def pushed() -> None:
        site.push("main")
        site.push("backups")

    return Places(
        place,
        lambda: place(site.make),
        lambda: place(site.make, pushed),
        lambda: place(site.make, site.disable),
        lambda: AzureDevOpsPlace(site.client("nowhere"), "main"),
    )


def fake_places() -> Places:
    def place(default: str, *, disabled: bool = False) -> Callable[[], FakePlace]:
        return lambda: FakePlace(
            facts=RepositoryFacts("backup", 0, default, disabled), branch="backups"
        )

    return Places(
        FakePlace,
        place(""),
        place("refs/heads/main"),
        place("", disabled=True),
        lambda: FakePlace(has_project=False),
    )


def test_a_project_is_there_or_not(places: Places) -> None:
    places.without().find_project()
    with pytest.raises(NotFound):
        places.without_project().find_project()


def test_a_repository_is_found_once_it_was_created(places: Places) -> None:
    place = places.without()
    assert place.find() is None

    place.create()

    found = place.find()
    assert found is not None
    assert (found.default_branch, found.disabled) == ("", False)
    with pytest.raises(AlreadyExists):
        place.create()


def test_a_disabled_repository_is_found_and_its_name_is_taken(places: Places) -> None:
    place = places.disabled()

    found = place.find()

    assert found is not None
    assert found.disabled
    with pytest.raises(AlreadyExists):
        place.create()


def test_another_branch_becomes_the_default(places: Places) -> None:
    place = places.of_another_default()
    before = place.find()

    place.make_default()
    place.make_default()

    after = place.find()
    assert before is not None
    assert after is not None
    assert before.default_branch == "refs/heads/main"
    assert after.default_branch == "refs/heads/backups"


@pytest.fixture(params=["fake", "local"])
def probe(request: pytest.FixtureRequest) -> tuple[Probe, str]:
    if request.param == "fake":
        return FakeProbe(), COMMIT
    site: Site = request.getfixturevalue("site")
    site.make()
    return AzureDevOpsProbe(site.client(), "1"), site.push()


def test_what_a_probe_makes_is_left_over_until_it_is_removed(
    probe: tuple[Probe, str],
) -> None:
    port, tip = probe
    assert port.left_over() == ()

    made = (port.push(tip), port.tag(tip))

    assert [ref.name for ref in made] == [
        "refs/heads/setup-probe/1",
        "refs/tags/setup-probe/1",
    ]
    assert port.left_over() == made
    for ref in (*made, *made):
        port.remove(ref)
    assert port.left_over() == ()


@pytest.fixture(params=["fake", "local"])
def guards(request: pytest.FixtureRequest) -> Guards:
    if request.param == "fake":
        return FakeGuards()
    site: Site = request.getfixturevalue("site")
    site.make()
    nobody = {"inherit": False, "entries": {}}
    for level in ({}, {"repository": site.name}):
        site.local("access", {"project": "backup", **level, **nobody})
    return AzureDevOpsGuards(site.client(), "main")


def test_rights_are_told_one_by_one(guards: Guards) -> None:
    asked = (Right.READ, Right.CREATE_REPOSITORY, Right.EDIT_POLICIES, Right.FORCE_PUSH)

    assert [guards.holds(right) for right in asked] == [True] * 4


def test_without_a_policy_there_is_none(guards: Guards) -> None:
    assert guards.policies() == ()


def test_who_has_no_name_is_left_out(guards: Guards) -> None:
    assert guards.names(["nobody"]) == {}


def test_nobody_but_us_is_seen_where_nobody_is(guards: Guards) -> None:
    held = holders(guards.lists(), CHANGES_A_BRANCH)

    assert held.keys() <= {guards.us()}


# What only the real adapters know: the words and numbers of the service.


def guarding(site: Site, branch: str = "main") -> AzureDevOpsGuards:
    return AzureDevOpsGuards(site.client(), branch)


def test_groups_are_seen_with_their_rights_and_names(site: Site) -> None:
    site.make()
    guards = guarding(site)

    lists, us = guards.lists(), guards.us()
    held = holders(lists, CHANGES_A_BRANCH)
    names = guards.names(held.keys())

    assert [each.place for each in lists] == [
        *("the organization", "the project", "the repository"),
        *("all branches", "the branch"),
    ]
    assert us in held
    assert {names[who]: rights for who, rights in held.items() if who != us} == {
        "[acme]\\Project Collection Administrators": {Right.CONTRIBUTE},
        "[backup]\\Build Administrators": {Right.CONTRIBUTE},
        "[backup]\\Contributors": {Right.CONTRIBUTE},
        "[backup]\\Project Administrators": {Right.CONTRIBUTE},
    }


def test_a_branch_in_a_folder_has_lists_of_the_folder_and_of_its_own(
    site: Site,
) -> None:
    site.make()
    of = {"project": "backup", "repository": site.name}
    denied = {"Contributors": {"deny": ["GenericContribute"]}}
    allowed = {"Contributors": {"allow": ["ForcePush"], "deny": []}}
    site.local("access", {**of, "branch": "backups", "inherit": False, "entries": {}})
    site.local("access", {**of, "branch": "backups/of prod", "entries": allowed})

    lists = guarding(site, "backups/of prod").lists()

    assert [each.inherits for each in lists[-2:]] == [False, True]
    (entry,) = lists[-1].entries
    assert (set(entry.allowed), set(entry.denied)) == ({Right.FORCE_PUSH}, set())
    site.local("access", {**of, "branch": "backups/of prod", "entries": denied})
    (entry,) = guarding(site, "backups/of prod").lists()[-1].entries
    assert (set(entry.allowed), set(entry.denied)) == (set(), {Right.CONTRIBUTE})


@pytest.mark.parametrize(
    ("permission", "right"),
    [
        ("GenericContribute", Right.CONTRIBUTE),
        ("ForcePush", Right.FORCE_PUSH),
        ("CreateRepository", Right.CREATE_REPOSITORY),
        ("EditPolicies", Right.EDIT_POLICIES),
        ("PolicyExempt", Right.BYPASS_POLICIES),
    ],
)
def test_a_right_is_told_by_its_own_number(
    site: Site, permission: str, right: Right
) -> None:
    site.make()
    site.local("permissions", {permission: True})
    before = guarding(site).holds(right)
    site.local("permissions", {permission: False})

    assert before is True
    assert guarding(site).holds(right) is False


def test_policies_of_this_branch_and_of_all_are_told_and_of_others_are_not(
    site: Site,
) -> None:
    site.make()
    off = {"require_pull_request": False}
    site.local("policies", {"repository": site.name, "branch": "main"})
    site.local("policies", {"repository": None, "branch": "main"})
    site.local("policies", {"repository": site.name, "branch": "other"})
    site.local("path_rules", {"reserved_names": True})

    found = guarding(site).policies()

    assert [(each.name, each.wants_pull_request) for each in found] == [
        ("Minimum number of reviewers", True),
        ("Minimum number of reviewers", True),
        ("Reserved names restriction", False),
    ]
    for of in (site.name, None):
        site.local("policies", {"repository": of, "branch": "main", **off})
    assert [each.wants_pull_request for each in guarding(site).policies()] == [False]


def test_a_policy_that_is_only_a_wish_is_no_policy(site: Site) -> None:
    site.make()
    wish = {"repository": site.name, "branch": "main", "blocking": False}
    site.local("policies", wish)

    assert guarding(site).policies() == ()


@pytest.mark.parametrize(
    ("branch", "found"), [("backups/prod", 1), ("backup", 0), ("other/backups", 0)]
)
def test_a_policy_of_a_folder_is_one_of_the_branches_in_it(
    site: Site, branch: str, found: int
) -> None:
    site.make()
    policy = {"repository": site.name, "branch": "backups/", "folder": True}
    site.local("policies", policy)

    assert len(guarding(site, branch).policies()) == found


def test_each_right_is_asked_for_where_it_is_needed(site: Site) -> None:
    site.make()
    requests.delete(f"{site.url}/_local/log", timeout=9)
    guards = guarding(site)
    for right in (Right.READ, Right.FORCE_PUSH, Right.BYPASS_POLICIES):
        guards.holds(right)

    log = requests.get(f"{site.url}/_local/log", timeout=9).json()
    asked = [entry["path"] for entry in log if "/permissions/" in entry["path"]][-3:]
    tokens = [path.partition("tokens=")[2] for path in asked]
    assert [token.count("/") for token in tokens] == [1, 4, 5]
    assert tokens[1].endswith("/refs/tags")
    assert tokens[2].endswith("/refs/heads/6d00610069006e00")


@pytest.mark.parametrize(
    ("permission", "act"),
    [
        ("GenericContribute", lambda probe, tip: probe.push(tip)),
        ("CreateBranch", lambda probe, tip: probe.push(tip)),
        ("CreateTag", lambda probe, tip: probe.tag(tip)),
    ],
)
def test_a_probe_is_denied_for_want_of_each_right(
    site: Site, permission: str, act: Callable[[Probe, str], ProbeRef]
) -> None:
    site.make()
    tip = site.push()
    site.local("permissions", {permission: False})

    with pytest.raises(AccessDenied):
        act(AzureDevOpsProbe(site.client(), "1"), tip)


def test_a_probe_that_may_not_be_removed_says_so(site: Site) -> None:
    site.make()
    tip = site.push()
    probe = AzureDevOpsProbe(site.client(), "1")
    refs = (probe.push(tip), probe.tag(tip))
    site.local("permissions", {"ForcePush": False})

    for ref in refs:
        with pytest.raises(AccessDenied, match="forcePushRequired"):
            probe.remove(ref)

    site.local("branch_makers", {"force_push": True})
    probe.remove(refs[0])
    assert probe.left_over() == refs[1:]


def test_a_probe_on_which_a_policy_lies_is_refused(site: Site) -> None:
    site.make()
    tip = site.push()
    probe = AzureDevOpsProbe(site.client(), "1")
    ref = probe.push(tip)
    policy = {"repository": site.name, "branch": "setup-probe/1"}
    site.local("policies", policy)

    with pytest.raises(PushRefused):
        probe.remove(ref)
    with pytest.raises(PushRefused):
        AzureDevOpsWriter(site.client(), "setup-probe/1").push(
            Push(ref.object_id, "again", (Change(ChangeKind.ADD, "b", b"b"),))
        )


def test_without_the_right_nothing_is_created_or_changed(site: Site) -> None:
    place = AzureDevOpsPlace(site.client(), "main")
    site.local("permissions", {"CreateRepository": False, "EditPolicies": False})
    with pytest.raises(AccessDenied):
        place.create()
    site.make()
    site.push()

    with pytest.raises(AccessDenied):
        place.make_default()


def test_the_fakes_speak_of_us_as_the_lists_do() -> None:
    assert holders(FakeGuards().lists(), CHANGES_A_BRANCH).keys() == {US}
    assert isinstance(FakeGuards().access[0], AccessList)
    assert Entry(US).allowed == frozenset()
    assert Policy(1, "a", wants_pull_request=True).id == 1
