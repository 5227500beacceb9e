"""`GET /api/diagnostics` and `make doctor`, where all is well and where little is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azurite import KEY, SERVICES, base_urls
from local.stack import PURPOSES, key_for
from shared.services.checks import CATALOGUE
from shared.wiring.diagnostics import SECONDS
from tests.e2e.stacks import a_stack
from tests.e2e.test_restore_command import command
from tests.e2e.trial import Trial

IP_ACL = {
    "error_code": 403,
    "message": "Source IP address: 192.0.2.7 is blocked by Databricks IP ACL for"
    " workspace: 7474646471015793 [ReqId: d326a0e7-36b8-4972-85c0-f75a17f7d175]",
}
EXPORT_OFF = {
    "error_code": "PERMISSION_DENIED",
    "message": "Notebook export is disabled by the administrator.",
}
NO_ACCESS = {
    "error_code": "PERMISSION_DENIED",
    "message": "You have no permission here.",
}
TF400813 = {
    "typeKey": "UnauthorizedRequestException",
    "message": "TF400813: The user 'x' is not authorized to access this resource.",
}
LONG_AGO = {"Date": "Sun, 22 Nov 2020 02:00:00 GMT"}
CONTENT = "print('what nobody may see')"


@dataclass(frozen=True)
class Case:
    """What goes wrong at one server, and which checks then fail: no others."""

    name: str
    server: str
    fault: Mapping[str, Any]
    failed: frozenset[str]


def case(name: str, server: str, *failed: str, **fault: object) -> Case:
    return Case(name, server, fault, frozenset(failed))


SIGN_IN = "azure_devops_sign_in"
CASES = (
    case("down", "databricks", "databricks_reachable", path="/", status=503),
    case("cut", "databricks", "databricks_reachable", path="/", effect="cut"),
    case("hangs", "databricks", "databricks_reachable", path="/", effect="hang"),
    case("401", "databricks", "databricks_identity", path="/api/", status=401),
    case(
        *("kept out", "databricks", "databricks_ip_access"),
        path="/api/",
        status=403,
        body=IP_ACL,
    ),
    case(
        *("roots closed", "databricks", "databricks_roots"),
        path="/workspace/list",
        status=403,
        body=NO_ACCESS,
    ),
    case(
        *("export off", "databricks", "databricks_export"),
        path="/workspace/export",
        status=403,
        body=EXPORT_OFF,
    ),
    case(
        *("another time", "databricks", "clock"),
        path="well-known",
        status=404,
        headers=LONG_AGO,
    ),
    case("down", "azure_devops", "azure_devops_reachable", path="/", status=503),
    case("hangs", "azure_devops", "azure_devops_reachable", path="/", effect="hang"),
    case("401", "azure_devops", SIGN_IN, path="/", status=401, body=""),
    case("403", "azure_devops", SIGN_IN, path="/", status=403, body=TF400813),
    case(
        *("closed", "azure_devops", "azure_devops_repository"),
        path="/repositories/[^/]+$",
        status=403,
    ),
    case("down", "blob", "storage_blobs", path="/", status=503),
    case("closed", "blob", "storage_blobs", "storage_lease", path="/", status=403),
    case("hangs", "blob", "storage_blobs", path="/", effect="hang"),
    case("down", "queue", "storage_queues", path="/", status=503),
    case("closed", "queue", "storage_queues", path="/", status=403),
    case("down", "table", "storage_tables", path="/", status=503),
    case("closed", "table", "storage_tables", path="/", status=403),
)


@dataclass(frozen=True)
class Ward:
    """A stack that has made a backup, and what tests do to it."""

    trial: Trial
    data: Path

    def break_it(self, server: str, fault: Mapping[str, Any]) -> None:
        url = f"{self._address(server)}/_local/faults"
        requests.post(url, json=[fault], timeout=30).raise_for_status()

    def mend(self) -> None:
        for server in ("databricks", "azure_devops", *SERVICES):
            url = f"{self._address(server)}/_local/faults"
            requests.delete(url, timeout=30).raise_for_status()

    def look(self) -> dict[str, Any]:
        """The answer, once it was found to be whole, timely and discreet."""
        answer = self.trial.http("GET", "/api/diagnostics")
        assert answer.status_code == 200, answer.text
        assert answer.elapsed.total_seconds() < SECONDS + 5
        for secret in (KEY, CONTENT, *(key_for(self.data, p) for p in PURPOSES)):
            assert secret not in answer.text
        body: dict[str, Any] = answer.json()
        names = [check["name"] for check in body["checks"]]
        assert names == [about.name for about in CATALOGUE]
        return body

    def _address(self, server: str) -> str:
        endpoints = self.trial.endpoints
        if server in SERVICES:
            return base_urls(endpoints.storage)[SERVICES.index(server)]
        if server == "databricks":
            return endpoints.databricks
        return endpoints.azure_devops.rsplit("/", 1)[0]


def those(body: Mapping[str, Any], status: str) -> dict[str, Any]:
    return {c["name"]: c for c in body["checks"] if c["status"] == status}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    data = tmp_path_factory.mktemp("ward") / "stack"
    with a_stack(data, storage_faults=True) as endpoints:
        trial = Trial(endpoints)
        trial.workspace.notebook("/Clients/etl/load", CONTENT)
        assert trial.run()["status"] == "complete"
        yield Ward(trial, data)


@pytest.fixture
def ward(stack: Ward) -> Iterator[Ward]:
    yield stack
    stack.mend()


def test_where_all_is_well_every_check_says_so(ward: Ward) -> None:
    body = ward.look()

    assert those(body, "failed") == {}
    assert those(body, "warning") == {}
    assert body["status"] == "ok"
    facts = {check["name"]: check["facts"] for check in body["checks"]}
    assert facts["databricks_identity"]["admin"] is True
    assert facts["databricks_export"]["path"] == "/Clients/etl/load"
    assert facts["state"]["run"] == facts["state"]["indexed_run"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.server}-{c.name}")
def test_the_right_check_fails_and_no_other(ward: Ward, case: Case) -> None:
    ward.break_it(case.server, case.fault)

    body = ward.look()

    assert those(body, "failed").keys() == case.failed, those(body, "failed")
    assert body["status"] == "failed"
    assert all(check["do"] for check in those(body, "failed").values())


def test_a_right_that_is_missing_is_named(ward: Ward) -> None:
    server = ward.trial.endpoints.azure_devops.rsplit("/", 1)[0]
    permissions = f"{server}/_local/permissions"
    requests.post(permissions, json={"GenericContribute": False}, timeout=30)

    body = ward.look()

    requests.post(permissions, json={"GenericContribute": True}, timeout=30)
    failed = those(body, "failed")
    assert failed.keys() == {"azure_devops_rights"}
    assert failed["azure_devops_rights"]["do"].endswith("set to Allow: Contribute.")
    assert "workspace, Security" in failed["azure_devops_rights"]["do"]


def test_everything_at_once_is_still_answered(ward: Ward) -> None:
    for server in ("databricks", "azure_devops", *SERVICES):
        ward.break_it(server, {"path": "/", "status": 503})

    body = ward.look()

    assert those(body, "failed").keys() == {
        *("databricks_reachable", "azure_devops_reachable"),
        *("storage_blobs", "storage_queues", "storage_tables"),
    }


def test_a_look_writes_nothing_anywhere(ward: Ward) -> None:
    ward.trial.forget_calls()
    before = ward.trial.workspace.objects()

    ward.look()

    calls = {**ward.trial.workspace.calls(), **ward.trial.repository.calls()}
    assert {route.split()[0] for route in calls} <= {"GET", "OPTIONS", "POST"}
    posts = [route for route in calls if route.startswith("POST")]
    assert all(route.lower().endswith(("/itemsbatch", "/blobs")) for route in posts)
    assert ward.trial.workspace.objects() == before


def test_doctor_says_what_is_wrong_by_its_words_and_its_exit_code(ward: Ward) -> None:
    well = command("doctor", ward.data)
    ward.break_it("databricks", {"path": "/", "status": 503})
    ill = command("doctor", ward.data)

    assert well.returncode == 0, well.stdout
    assert "using the stack that runs" in well.stdout
    assert f"All well: {len(CATALOGUE)} checks." in well.stdout
    assert ill.returncode == 1
    assert "✗ databricks_reachable" in ill.stdout
    assert "! databricks_roots" in ill.stdout
    assert "✓ azure_devops_repository" in ill.stdout
    assert "do  Wait and ask again" in ill.stdout


def test_doctor_needs_neither_a_backup_nor_a_running_stack(tmp_path: Path) -> None:
    done = command("doctor", tmp_path / "data")

    assert done.returncode == 0, done.stdout
    assert "No run has been recorded yet" in done.stdout
    assert "✗" not in done.stdout


def test_settings_that_are_wrong_are_all_named_and_the_rest_is_looked_at(
    tmp_path: Path,
) -> None:
    wrong: dict[str, Any] = {"AZURE_DEVOPS_PROJECT": "a/b", "RUN_RETRIES": "many"}
    with a_stack(tmp_path / "stack", **wrong) as endpoints:
        body = Ward(Trial(endpoints), tmp_path / "stack").look()

    failed = those(body, "failed")
    assert failed.keys() == {"settings"}
    assert failed["settings"]["facts"].keys() == wrong.keys()
    warned = those(body, "warning")
    assert {name for name in warned if name.startswith("databricks")} == {
        "databricks_export"
    }
    assert "AZURE_DEVOPS_PROJECT" in warned["azure_devops_branch"]["means"]
    assert json.dumps(body).count("'a/b'") >= 1
