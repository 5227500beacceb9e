"""Every way in which every check can end, and the scene in which it does."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.domain.diagnostics import About, Verdict, result_of
from shared.domain.runs import RunStatus
from shared.domain.scope import Scope
from shared.errors import (
    AddressBlocked,
    BackupError,
    CredentialsRefused,
    NotFound,
    SettingError,
    Unavailable,
)
from shared.ports.diagnostics import Answer
from shared.services.checks import CATALOGUE, app, databricks, remotes, state
from shared.services.diagnose import Check
from tests.fakes.diagnostics import FakeSite
from tests.fakes.remotes import FakeWorkspace
from tests.fakes.storage import FakeClock
from tests.unit.services.checks import (
    azure_devops_rows,
    databricks_rows,
    remote_rows,
    state_rows,
    storage_rows,
)
from tests.unit.services.checks.rows import Row

ROWS: tuple[Row, ...] = (
    *remote_rows.ROWS,
    *databricks_rows.ROWS,
    *azure_devops_rows.ROWS,
    *storage_rows.ROWS,
    *state_rows.ROWS,
)
NAMES = [f"{row.check().about.name}-{row.scene}" for row in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_check_ends_as_what_it_meets_says(row: Row) -> None:
    check = row.check()

    finding = check.look()

    assert finding.case is row.case
    assert finding.case in check.about.cases


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_no_text_is_left_with_a_field_that_the_check_could_fill_in(row: Row) -> None:
    check = row.check()

    result = result_of(check.about, check.look(), 0)

    assert "{" not in result.means.replace("{}", "")
    for field in ("setting", "address", "role", "repository", "rights", "run"):
        assert f"<{field}>" not in result.means + result.do


def test_there_is_a_scene_for_every_case_of_every_check() -> None:
    met = {(row.check().about.name, row.case) for row in ROWS}
    described = {(about.name, case) for about in CATALOGUE for case in about.cases}

    assert met == described


def test_a_check_is_described_once_and_points_at_others_that_are() -> None:
    names = Counter(about.name for about in CATALOGUE)
    pointed_at = {name for about in CATALOGUE for name in about.after}

    assert set(names.values()) == {1}
    assert pointed_at <= names.keys()


@pytest.mark.parametrize("about", CATALOGUE, ids=lambda about: about.name)
def test_who_is_not_well_is_told_what_to_do_and_who_is_well_is_not(
    about: About,
) -> None:
    for case in about.cases:
        assert (case.verdict is Verdict.OK) == (case.do == "")


@pytest.mark.parametrize(
    "error", [Unavailable("down"), AddressBlocked("by Databricks IP ACL")]
)
@pytest.mark.parametrize(
    "kind",
    [
        databricks.RootsListed,
        databricks.Exports,
        lambda workspace, _: databricks.WhoWeAre(workspace),
    ],
)
def test_trouble_of_the_whole_workspace_is_left_to_the_check_that_is_about_it(
    error: BackupError, kind: Callable[..., Check]
) -> None:
    broken = databricks_rows.workspace(identity=error, list=error, export=error)
    check = kind(lambda: broken, lambda: databricks_rows.SCOPE)

    with pytest.raises(type(error)):
        check.look()


def test_an_expired_credential_does_not_say_that_addresses_are_blocked() -> None:
    broken = databricks_rows.workspace(list=CredentialsRefused("no"))

    with pytest.raises(CredentialsRefused):
        databricks.LetIn(lambda: broken).look()


def test_what_was_exported_is_not_told() -> None:
    finding = databricks_rows.over(databricks.Exports)().look()

    assert finding.facts["path"] == "/Clients/etl/load"
    assert "not to be told" not in repr(finding)


def test_looking_for_a_notebook_ends_in_a_wide_and_deep_workspace() -> None:
    workspace = FakeWorkspace()
    for number in range(100):
        workspace.mkdir(f"/Shared/{number}/{number}")
    scope = Scope(("/Shared",))

    finding = databricks.Exports(lambda: workspace, lambda: scope).look()

    assert finding.case is databricks.NOTHING_TO_EXPORT
    assert len(workspace.calls) == databricks.MOST_FOLDERS


def test_a_folder_that_vanishes_meanwhile_is_passed_over() -> None:
    gone = databricks_rows.over(databricks.Exports, Clients=NotFound("gone"))

    assert gone().look().case is databricks.NOTHING_TO_EXPORT


def test_a_remote_that_does_not_answer_has_no_say_about_the_time() -> None:
    silent = FakeSite(error=Unavailable("down"))
    undated = FakeSite(date=None)
    right = FakeSite(date=FakeClock().now())
    sites = {"a": lambda: silent, "b": lambda: undated, "c": lambda: right}

    finding = remotes.InTime(sites, FakeClock()).look()

    assert finding.case is remotes.IN_TIME
    assert finding.facts == {"c_seconds": 0.0}


def test_where_no_remote_answers_nothing_is_known_of_the_time() -> None:
    silent = FakeSite(error=Unavailable("down"))

    with pytest.raises(Unavailable):
        remotes.InTime({"a": lambda: silent}, FakeClock()).look()


def test_the_time_an_answer_takes_is_no_difference_of_clocks() -> None:
    clock = FakeClock()

    class SlowSite(FakeSite):
        def ask(self) -> Answer:
            clock.advance(100)
            date = clock.now()
            clock.advance(100)
            return Answer(200, date)

    finding = remotes.InTime({"a": SlowSite}, clock).look()

    assert finding.facts == {"a_seconds": 0.0}


def test_claims_are_told_and_the_token_is_not() -> None:
    claims = {
        "audience": "the-resource",
        "tenant": "t",
        "object_id": "o",
        "app_id": "a",
        "expires_at": remote_rows.NOW + timedelta(hours=1),
    }

    finding = remote_rows.signs_in(remotes.DATABRICKS_CREDENTIAL, **claims)().look()

    assert finding.facts == {**claims, "expires_at": "2026-11-22T03:00:00Z"}


def test_each_wrong_setting_is_told_with_its_sentence() -> None:
    errors = [SettingError("A", "is bad", "b"), SettingError("C", "is missing", "d")]

    finding = app.SettingsValid(lambda: errors).look()

    assert finding.facts == {
        "A": "A is bad; for example: A=b",
        "C": "C is missing; for example: C=d",
    }


def test_the_last_runs_that_did_not_go_well_are_told_with_their_reasons() -> None:
    statuses = [RunStatus.FAILED] * 9

    finding = state_rows.ended(*statuses, error="the remote is down")().look()

    assert len(finding.facts) == state.MOST_ERRORS
    assert set(finding.facts.values()) == {"failed: the remote is down"}
