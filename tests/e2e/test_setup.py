"""`POST /api/setup`: from nothing to the first backup, and each right it misses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from local.stack import PURPOSES, key_for
from shared.services.setup_steps import CATALOGUE
from tests.e2e.stacks import a_stack
from tests.e2e.test_diagnostics import EXPORT_OFF, IP_ACL, NO_ACCESS
from tests.e2e.test_restore_command import command
from tests.e2e.trial import Trial

TF401027 = {
    "typeKey": "GitNeedsPermissionException",
    "message": "TF401027: You need the Git 'GenericRead' permission.",
}
NOT_ADMIN = {"id": "1", "userName": "backup", "groups": []}
WRITES = ("POST", "PUT", "PATCH", "DELETE")
READ_BY_POST = ("/itemsbatch", "/blobs")


@dataclass(frozen=True)
class Site:
    """A stack, and what an operator and an administrator do to it."""

    trial: Trial
    data: Path

    @property
    def server(self) -> str:
        return self.trial.endpoints.azure_devops.rsplit("/", 1)[0]

    @property
    def repository(self) -> str:
        endpoints = self.trial.endpoints
        return (
            f"{endpoints.azure_devops}/{endpoints.project}/_apis/git/repositories/"
            f"{endpoints.repository}?api-version=7.1"
        )

    def ask(self, method: str, url: str, body: Any = None) -> requests.Response:
        """A request to Azure DevOps with the app's own token."""
        _, pat, _ = (key_for(self.data, purpose) for purpose in PURPOSES)
        auth = ("", pat)
        return requests.request(method, url, json=body, auth=auth, timeout=30)

    def empty(self) -> None:
        """Nothing is left in the organization but the project."""
        assert self.ask("DELETE", self.repository).status_code in (204, 404)

    def local(self, path: str, body: Any) -> None:
        answer = requests.post(f"{self.server}/_local/{path}", json=body, timeout=30)
        assert answer.ok, answer.text

    def mend(self) -> None:
        for path in ("rules", "faults"):
            requests.delete(f"{self.server}/_local/{path}", timeout=30)
        self.ask("PATCH", self.repository, {"isDisabled": False})
        databricks = self.trial.endpoints.databricks
        requests.delete(f"{databricks}/_local/faults", timeout=30)

    def setup(self, *, apply: bool) -> dict[str, Any]:
        """The answer, once it was found to be whole."""
        answer = self.trial.http("POST", "/api/setup", json={"apply": apply})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        assert body["applied"] is apply
        assert [s["name"] for s in body["steps"]] == [each.name for each in CATALOGUE]
        return body

    def refs(self) -> dict[str, str]:
        """All branches and tags, and what each is at."""
        base, _, query = self.repository.partition("?")
        answer = self.ask("GET", f"{base}/refs?{query}")
        rows = answer.json()["value"] if answer.ok else []
        return {row["name"]: row["objectId"] for row in rows}

    def writes(self) -> dict[str, int]:
        """The requests since the last `forget_calls` that could change something."""
        calls = {**self.trial.workspace.calls(), **self.trial.repository.calls()}
        return {
            route: n
            for route, n in calls.items()
            if route.startswith(WRITES) and not route.lower().endswith(READ_BY_POST)
        }


def by_status(body: Mapping[str, Any], *statuses: str) -> dict[str, Any]:
    return {s["name"]: s for s in body["steps"] if s["status"] in statuses}


def test_from_nothing_to_the_first_backup_with_setup_alone(tmp_path: Path) -> None:
    with a_stack(tmp_path / "stack") as endpoints:
        site = Site(Trial(endpoints), tmp_path / "stack")
        site.trial.workspace.notebook("/Clients/etl/load", "print(1)")
        site.empty()
        site.trial.forget_calls()

        plan = site.setup(apply=False)

        to_do = by_status(plan, "to_do")
        assert plan["status"] == "changes"
        assert plan["changes"] == list(to_do)
        assert list(to_do) == [
            *("repository", "branch", "default_branch"),
            *("pushing", "access", "policies"),
        ]
        assert all(step["do"] for step in to_do.values())
        assert by_status(plan, "warning", "failed") == {}
        assert site.writes() == {}
        assert site.refs() == {}

        first = site.setup(apply=True)

        assert first["changes"] == ["repository", "branch"]
        assert by_status(first, "failed", "to_do") == {}
        assert (
            "[backup]\\Contributors" in by_status(first, "warning")["access"]["means"]
        )
        made = site.refs()
        assert list(made) == ["refs/heads/main"]

        site.trial.forget_calls()
        second = site.setup(apply=True)

        assert second["changes"] == []
        assert site.refs() == made
        # Only what proves the rights, on refs of its own: made once and removed.
        written = {route.rsplit("/", 1)[-1]: n for route, n in site.writes().items()}
        assert written == {"pushes": 1, "annotatedTags": 1, "refs": 2}

        run = site.trial.run()

        assert run["status"] == "complete"
        clone = site.trial.repository.clone(tmp_path / "clone")
        assert "Clients/etl/load.py" in clone.files()
        assert clone.git("log", "--format=%s", "--", "README.md").split("\n") == [
            "Set up the backup branch",
            "",
        ]
        assert "foreign" not in str(run["failures"])
        assert site.setup(apply=True)["changes"] == []


@dataclass(frozen=True)
class Case:
    """What is taken away, and how which step then has to end, with what remedy."""

    name: str
    step: str
    status: str
    remedy: str
    denied: tuple[str, ...] = ()
    local: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    fault: Mapping[str, Any] = field(default_factory=dict)
    workspace: Mapping[str, Any] = field(default_factory=dict)
    empty: bool = False
    apply: bool = False


REVIEWERS = ("policies", {"repository": None, "branch": "main"})
ALONE = (
    "access",
    {"project": "backup", "repository": "workspace", "inherit": False, "entries": {}},
)
CASES = (
    Case(
        *("read, nothing there", "repository", "failed", "set to Allow: Read."),
        denied=("GenericRead",),
        empty=True,
    ),
    Case(
        *("read", "repository", "failed", "set to Allow: Read."),
        denied=("GenericRead",),
        apply=True,
    ),
    Case(
        *("create repository", "repository", "failed", "Create repository to Allow"),
        denied=("CreateRepository",),
        empty=True,
    ),
    Case(
        *("create it, too", "repository", "failed", "az repos create --name workspace"),
        denied=("CreateRepository",),
        empty=True,
        apply=True,
    ),
    Case(
        *("contribute", "pushing", "failed", "set to Allow: Contribute."),
        denied=("GenericContribute",),
    ),
    Case(
        *("first push", "branch", "failed", "Contribute, Create branch."),
        denied=("GenericContribute",),
        empty=True,
        apply=True,
    ),
    Case(
        *("create branch", "pushing", "failed", "set to Allow: Create branch."),
        denied=("CreateBranch",),
        apply=True,
    ),
    Case(
        *("first branch", "branch", "failed", "Contribute, Create branch."),
        denied=("CreateBranch",),
        empty=True,
        apply=True,
    ),
    Case(
        *("create tag", "pushing", "failed", "set to Allow: Create tag."),
        denied=("CreateTag",),
        apply=True,
    ),
    Case(
        *("force push", "pushing", "warning", "Permissions management: on"),
        denied=("ForcePush",),
        apply=True,
    ),
    Case(
        *("force push of others' refs", "pushing", "ok", ""),
        denied=("ForcePush",),
        local=(("branch_makers", {"force_push": True}),),
        apply=True,
    ),
    Case(
        *("others may push", "access", "warning", "switch Inheritance off"),
        local=(
            ("access", {**ALONE[1], "entries": {"Readers": {"allow": ["ForcePush"]}}}),
        ),
    ),
    Case("nobody else may push", "access", "ok", "", local=(ALONE,)),
    Case(
        *("access lists", "access", "warning", "nobody but the app's identity should"),
        fault={"path": "/AccessControlLists", "status": 403, "body": TF401027},
    ),
    Case(
        *("bypass", "policies", "failed", "Bypass policies when pushing to Allow"),
        local=(REVIEWERS,),
    ),
    Case(
        *("exempt", "policies", "ok", ""),
        local=(REVIEWERS, ("permissions", {"PolicyExempt": True})),
    ),
    Case(
        *("bypass of rules", "policies", "warning", "Repositories, workspace, Polic"),
        local=(("path_rules", {"max_file_size": 1000}),),
    ),
    Case(
        *("policy read", "policies", "warning", "View project-level information"),
        fault={"path": "/policy/configurations", "status": 403},
    ),
    Case(
        *("rights not told", "pushing", "warning", "Create tag must be allowed"),
        fault={"path": "/_apis/permissions", "status": 404},
    ),
    Case(
        *("disabled", "repository", "failed", "switch Disable repository off"),
        fault={"disable": True},
    ),
    Case(
        *("sign-in", "azure_devops_sign_in", "failed", "Users, Add users"),
        fault={"path": "/", "status": 401, "body": ""},
    ),
    Case(
        *("workspace", "databricks_identity", "failed", "Service principals, Add"),
        workspace={"path": "/api/", "status": 401},
    ),
    Case(
        *("administrator", "databricks_identity", "warning", "Groups, admins, Add"),
        workspace={"path": "scim/v2/Me", "status": 200, "body": NOT_ADMIN},
    ),
    Case(
        *("address", "databricks_ip_access", "failed", "ip-access-lists create"),
        workspace={"path": "/api/", "status": 403, "body": IP_ACL},
    ),
    Case(
        *("roots", "databricks_roots", "failed", "Share, add"),
        workspace={"path": "/workspace/list", "status": 403, "body": NO_ACCESS},
    ),
    Case(
        *("export", "databricks_export", "failed", "Notebook exporting: on"),
        workspace={"path": "/workspace/export", "status": 403, "body": EXPORT_OFF},
    ),
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("setup") / "stack"
    with a_stack(data) as endpoints:
        site = Site(Trial(endpoints), data)
        site.trial.workspace.notebook("/Clients/etl/load", "print(1)")
        yield site


@pytest.fixture
def site(stack: Site) -> Iterator[Site]:
    stack.setup(apply=True)
    yield stack
    stack.mend()
    stack.empty()


def take_away(site: Site, case: Case) -> None:
    if case.empty:
        site.empty()
    site.local("permissions", dict.fromkeys(case.denied, False))
    for path, body in case.local:
        site.local(path, body)
    if case.fault.get("disable"):
        assert site.ask("PATCH", site.repository, {"isDisabled": True}).ok
    elif case.fault:
        site.trial.repository.fault(**case.fault)
    if case.workspace:
        site.trial.workspace.fault(**case.workspace)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_right_that_is_missing_is_named_with_its_remedy(
    site: Site, case: Case
) -> None:
    take_away(site, case)

    body = site.setup(apply=case.apply)

    steps = {step["name"]: step for step in body["steps"]}
    found = steps[case.step]
    assert found["status"] == case.status, found
    assert case.remedy in found["do"]
    assert (found["do"] == "") == (case.status == "ok")
    failed = by_status(body, "failed")
    assert failed.keys() <= {case.step, "pushing"}, failed
    if case.status == "failed":
        assert body["status"] == "failed"


def test_a_probe_that_was_left_over_is_named_and_removed(site: Site) -> None:
    before = site.refs()
    site.trial.repository.fault(
        path="/refs$", method="POST", effect="cut", when="before", times=1
    )
    cut = site.setup(apply=True)
    left = site.refs()

    plan = site.setup(apply=False)
    done = site.setup(apply=True)

    assert by_status(cut, "warning").keys() >= {"pushing"}
    assert [name for name in left if name not in before] != []
    assert "setup-probe" in by_status(plan, "to_do")["pushing"]["means"]
    assert by_status(done, "ok")["pushing"]["do"] == ""
    assert site.refs() == before


def test_without_its_project_a_setup_says_how_to_create_one(tmp_path: Path) -> None:
    with a_stack(tmp_path / "stack", AZURE_DEVOPS_PROJECT="Elsewhere") as endpoints:
        body = Site(Trial(endpoints), tmp_path / "stack").setup(apply=True)

    failed = by_status(body, "failed")
    assert failed.keys() == {"project"}
    assert "az devops project create --name Elsewhere" in failed["project"]["do"]
    assert "See project" in by_status(body, "warning")["repository"]["do"]


def test_settings_that_are_wrong_are_named_and_nothing_is_asked(tmp_path: Path) -> None:
    with a_stack(tmp_path / "stack", AZURE_DEVOPS_PROJECT="a/b") as endpoints:
        site = Site(Trial(endpoints), tmp_path / "stack")
        site.trial.forget_calls()
        body = site.setup(apply=True)

        assert site.writes() == {}
    assert by_status(body, "failed").keys() == {"settings"}


def test_make_setup_repo_plans_and_applies(tmp_path: Path) -> None:
    data = tmp_path / "stack"
    with a_stack(data) as endpoints:
        site = Site(Trial(endpoints), data)
        site.empty()

        plan = command("setup-repo", data)
        nothing = site.refs()
        done = command("setup-repo", data, "APPLY=1")
        again = command("setup-repo", data, "APPLY=1")
        site.local("permissions", {"GenericContribute": False})
        ill = command("setup-repo", data)

        assert plan.returncode == 0, plan.stdout
        assert "→ repository" in plan.stdout
        assert "to do it: the same command, with APPLY=1" in plan.stdout
        assert nothing == {}
        assert "+ branch" in done.stdout
        assert "Done: repository, branch." in done.stdout
        assert "Nothing was left to do." in again.stdout
        assert ill.returncode == 1
        assert "✗ pushing" in ill.stdout
        assert "set to Allow: Contribute." in ill.stdout
