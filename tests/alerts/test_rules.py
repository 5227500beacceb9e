"""The rules as they would be deployed: what Azure accepts, and what people find."""

import json
import re

import pytest

from shared.domain.health import RULES as HEALTH
from shared.domain.health import Level
from tests.alerts.binding import bound
from tests.alerts.telemetry import query_of, rules
from tests.infra.deployments import INFRA, ROOT, deployed, everything, plain

MINUTES = {"PT5M": 5, "PT10M": 10, "PT15M": 15, "PT30M": 30, "PT1H": 60, "P1D": 1440}
FREQUENCIES = MINUTES
WINDOWS = {**MINUTES, "P2D": 2880}
"""Documented: alerts-create-log-alert-rule.md; azure-rest-api-specs issue 21258."""

LONGEST_QUERY = 10_000
NAMES = sorted(rules())
each_rule = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def diagnostics() -> dict[str, list[str]]:
    return bound({name: query_of(name) for name in NAMES})


@each_rule
def test_the_query_binds_to_the_tables(
    diagnostics: dict[str, list[str]], name: str
) -> None:
    assert diagnostics[name] == []


def test_what_is_wrong_with_a_query_would_be_noticed() -> None:
    wrong = {
        "column": "AppTraces | where Nessage == ''",
        "table": "AppTrace | count",
        "syntax": "AppTraces | wear",
    }

    assert all(bound(wrong).values())


def test_every_query_has_a_rule_and_every_rule_a_query() -> None:
    files = {path.stem for path in (INFRA / "alerts").glob("*.kql")} - {"events"}

    assert files == {*NAMES}


@each_rule
def test_windows_and_frequencies_are_values_that_azure_takes(name: str) -> None:
    rule = rules()[name]

    assert rule["evaluationFrequency"] in FREQUENCIES
    assert WINDOWS[rule["windowSize"]] >= FREQUENCIES[rule["evaluationFrequency"]]
    assert 0 <= rule["severity"] <= 4
    assert len(query_of(name)) <= LONGEST_QUERY


@each_rule
def test_a_query_looks_no_further_back_than_its_window(name: str) -> None:
    spans = re.findall(r"ago\((\w+)\)", query_of(name))
    known = {"max_age": 47 * 60, "heartbeat_age": 60, "1h": 60}
    window = WINDOWS[rules()[name]["windowSize"]]

    assert all(known[span] <= window for span in spans)


@each_rule
def test_an_alert_leads_to_its_runbook(name: str) -> None:
    rule = rules()[name]
    runbook = rule["actions"]["customProperties"]["runbook"]
    page, _, anchor = runbook.partition("#")

    assert anchor == name
    assert f"\n### {name}\n" in (ROOT / page).read_text()
    assert runbook in rule["description"]
    assert rule["actions"]["actionGroups"]


def test_the_health_endpoint_gives_them_the_same_names_and_levels() -> None:
    severities = {Level.CRITICAL: 0, Level.WARNING: 2}

    for name, level, _ in HEALTH:
        assert rules()[name]["severity"] == severities[level], name


def test_rules_query_as_an_identity_that_may_read_the_logs_and_nothing_else() -> None:
    made = [o for o in everything().resources if o.name.endswith("-alerts")]

    assert len(made) == 1
    for one in plain().of("Microsoft.Insights/scheduledQueryRules"):
        [identity] = one.body["identity"]["userAssignedIdentities"]
        assert identity.endswith("-alerts")


def test_the_age_of_the_last_backup_is_a_parameter() -> None:
    assert "let max_age = 25h;" in query_of("no-good-run")
    assert "let max_age = 40h;" in query_of("no-good-run", 40)


def test_success_is_told_to_whoever_asks_for_it() -> None:
    def on(**chosen: bool) -> set[str]:
        made = deployed(**chosen).of("Microsoft.Insights/scheduledQueryRules")
        return {o.name.split("-", 2)[2] for o in made if o.properties["enabled"]}

    assert on() == {*NAMES} - {"good-run"}
    assert on(alertOnSuccess=True) == {*NAMES}
    assert on(alertOnSuccess=True, alertsEnabled=False) == set()


def test_titles_and_names_are_said_once() -> None:
    table = json.loads((INFRA / "alerts/alerts.json").read_text())

    assert len({one["name"] for one in table}) == len(table)
    assert len({one["title"] for one in table}) == len(table)
