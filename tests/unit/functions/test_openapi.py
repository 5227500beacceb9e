import re
from dataclasses import fields
from typing import Any

import azure.functions as func
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from functions import (
    history_requests,
    http_access,
    request_bodies,
    request_fields,
    run_requests,
)
from shared.domain.diagnostics import Verdict
from shared.domain.outcomes import OutcomeKind
from shared.domain.retention import Kind, Rule
from shared.domain.runs import Mode, RunStatus, Stop, Tally
from shared.domain.setup import SetupStatus
from shared.services.read_content import LIVE
from shared.services.read_runs import Listing
from tests.unit.functions.api import (
    DOCUMENT,
    Api,
    Bound,
    assert_valid,
    described,
    resolved,
    routes,
)

METHODS = {"get", "post", "put", "patch", "delete"}
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (path, method)
    for path, item in DOCUMENT["paths"].items()
    for method in sorted(METHODS & item.keys())
]


def walk(part: object) -> Any:
    yield part
    children: Any = ()
    if isinstance(part, dict):
        children = part.values()
    if isinstance(part, list):
        children = part
    for child in children:
        yield from walk(child)


def test_the_document_is_served(api: Api) -> None:
    assert api.get("/api/openapi.json").body == DOCUMENT


def test_functions_and_descriptions_are_the_same_set() -> None:
    served = {
        (f"/api/{route.template}", method.lower(), route.name)
        for route in routes()
        for method in route.methods
    }

    assert served == {
        (path, method, described(path, method)["operationId"])
        for path, method in OPERATIONS
    }


def test_every_function_needs_a_key() -> None:
    assert {route.level for route in routes()} == {func.AuthLevel.FUNCTION}


@pytest.mark.parametrize(
    ("access", "level"),
    [
        ("", func.AuthLevel.FUNCTION),
        ("keys", func.AuthLevel.FUNCTION),
        ("Entre", func.AuthLevel.FUNCTION),
        ("entra", func.AuthLevel.ANONYMOUS),
    ],
)
def test_only_behind_sign_in_nobody_asks_for_keys(
    access: str, level: func.AuthLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_ACCESS", access)

    assert http_access.level() is level


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_reference_leads_somewhere() -> None:
    references = [part for part in walk(DOCUMENT) if isinstance(part, dict)]

    assert all(resolved(part) is not None for part in references)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_parameter_of_a_path_is_described(path: str, method: str) -> None:
    item = DOCUMENT["paths"][path]
    parameters = item.get("parameters", []) + item[method].get("parameters", [])

    in_path = {each["name"] for each in parameters if each["in"] == "path"}

    assert in_path == set(re.findall(r"\{(\w+)\}", path))


def test_words_are_those_of_the_code() -> None:
    assert SCHEMAS["RunStatus"]["enum"] == list(RunStatus)
    assert SCHEMAS["Outcome"]["properties"]["kind"]["enum"] == list(OutcomeKind)
    assert SCHEMAS["Wanted"]["properties"]["mode"]["enum"] == list(Mode)
    assert SCHEMAS["StepStatus"]["enum"] == list(Verdict)
    of_a_look = [v for v in Verdict if v not in (Verdict.DONE, Verdict.TO_DO)]
    assert SCHEMAS["Verdict"]["enum"] == of_a_look
    assert SCHEMAS["SetupStatus"]["enum"] == list(SetupStatus)
    assert SCHEMAS["StateKind"]["enum"] == list(Kind)
    assert SCHEMAS["KeepingRule"]["enum"] == list(Rule)
    stops = [stop.value or None for stop in Stop]
    assert set(SCHEMAS["Run"]["properties"]["stop"]["enum"]) == set(stops)
    counts = [each.name for each in fields(Tally)]
    assert sorted(SCHEMAS["Counts"]["properties"]) == sorted(counts)
    assert set(Listing) <= SCHEMAS["Run"]["properties"].keys()


def test_limits_are_those_of_the_code() -> None:
    wanted = SCHEMAS["Wanted"]["properties"]
    shown = {
        each["name"]: each["schema"]
        for each in described("/api/runs/{run_id}", "get")["parameters"]
    }
    listed = {
        each["name"]: each["schema"]
        for each in described("/api/runs", "get")["parameters"]
    }

    assert wanted["paths"]["maxItems"] == request_bodies.MAX_PATHS
    assert wanted["paths"]["items"]["maxLength"] == request_fields.MAX_PATH_CHARACTERS
    assert wanted["message"]["maxLength"] == run_requests.MAX_MESSAGE_CHARACTERS
    assert shown["limit"]["maximum"] == run_requests.MAX_OUTCOMES
    assert shown["limit"]["default"] == run_requests.DEFAULT_OUTCOMES
    assert listed["limit"]["maximum"] == run_requests.MAX_RUNS
    assert listed["limit"]["default"] == run_requests.DEFAULT_RUNS
    assert {f"{listing}_after" for listing in Listing} == shown.keys() - {"limit"}


def test_limits_of_histories_are_those_of_the_code() -> None:
    fields = {
        (path, each["name"]): each["schema"]
        for path in ("/api/history", "/api/content", "/api/diff")
        for each in described(path, "get")["parameters"]
    }

    limit = fields.pop(("/api/history", "limit"))
    assert limit["maximum"] == history_requests.MAX_VERSIONS
    assert limit["default"] == history_requests.DEFAULT_VERSIONS
    assert fields["/api/diff", "to"]["default"] == LIVE
    lengths = {
        "path": request_fields.MAX_PATH_CHARACTERS,
        "next": request_fields.MAX_MARK_CHARACTERS,
    }
    for (_, name), schema in fields.items():
        at = history_requests.MAX_AT_CHARACTERS
        assert schema["maxLength"] == lengths.get(name, at)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 202),
        ({"mode": "full", "dry_run": False}, 202),
        ({"paths": ["/Shared", "/Shared/a/", "/Workspace/Users/\U0001f600"]}, 202),
        ({"paths": ["/Shared/..."]}, 202),
        ({"paths": []}, 202),
        ({"message": "Grüße: \U0001f600"}, 202),
        ({"mode": "all"}, 400),
        ({"paths": ["Shared"]}, 400),
        ({"paths": ["/Shared/.."]}, 400),
        ({"paths": ["/Shared//a"]}, 400),
        ({"paths": [""]}, 400),
        ({"paths": ["/Workspace/Shared/Workspace", "/Users/Workspace"]}, 202),
        ({"paths": ["/Workspace/Workspace"]}, 400),
        ({"paths": ["/Workspace/Workspace/Shared"]}, 400),
        ({"paths": ["/Workspace/Workspace/Workspace/Shared"]}, 400),
        ({"message": "a\nb"}, 400),
        ({"message": "a\u2029b"}, 400),
        ({"message": "a\u202eb"}, 400),
        ({"message": "a\u2066b"}, 400),
        ({"message": "a\u200d\u2030\u2065\u206ab"}, 202),
        ({"allow_deletions": "x"}, 400),
        ({"more": 1}, 400),
    ],
)
def test_the_document_accepts_the_bodies_that_the_app_accepts(
    api: Api, bound: Bound, body: dict[str, object], status: int
) -> None:
    answer = api.post("/api/runs", body)
    bound.index.holder = None

    assert answer.status == status
    if status == 202:
        assert_valid(body, SCHEMAS["Wanted"])
        return
    with pytest.raises(ValidationError):
        assert_valid(body, SCHEMAS["Wanted"])


def test_problems_have_the_members_of_their_standard() -> None:
    assert {"type", "title", "status", "detail"} <= set(SCHEMAS["Problem"]["required"])
