import inspect
import logging
import math
from typing import Never

import azure.functions as func
import pytest

from functions import http_runs
from functions.problems import MAX_RETRY_AFTER_SECONDS, told
from shared import errors
from tests.unit.functions.api import Api

SECRET = "dapi-0123456789-secret"


class Broken:
    """An app whose every use case fails in the same way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Never:
        raise self.error


def made(kind: type[errors.BackupError]) -> errors.BackupError:
    if kind is errors.SettingError:
        return errors.SettingError("BACKUP_ROOTS", "is empty", "/")
    if kind is errors.InvalidRequest:
        return errors.InvalidRequest("paths[0]", "is wrong")
    return kind("it went wrong")


def kinds(root: type[errors.BackupError]) -> list[type[errors.BackupError]]:
    below = [kind for child in root.__subclasses__() for kind in kinds(child)]
    ours = [root] if inspect.getmodule(root) is errors else []
    return [*ours, *below]


STATUS = {
    errors.InvalidRequest: 400,
    errors.NotFound: 404,
    errors.CredentialsRefused: 502,
    errors.AccessDenied: 502,
    errors.GitCredentialMissing: 502,
    errors.ExportDisabled: 502,
    errors.AddressBlocked: 502,
    errors.GitCredentialMissing: 502,
}


OF_RESTORES = {errors.PlaceTaken, errors.RestoreDisabled}
"""What only a restore can raise; see the tests of its own."""


@pytest.mark.parametrize(
    "kind", [kind for kind in kinds(errors.BackupError) if kind not in OF_RESTORES]
)
def test_every_error_we_know_is_a_described_problem(
    api: Api, monkeypatch: pytest.MonkeyPatch, kind: type[errors.BackupError]
) -> None:
    monkeypatch.setattr(http_runs, "app", lambda: Broken(made(kind)))
    by_family = 503 if issubclass(kind, errors.Transient) else 500

    answer = api.get("/api/runs/20261122T020000Z-3f9a1c")

    assert answer.status == STATUS.get(kind, by_family)
    assert answer.body["status"] == answer.status
    assert answer.body["type"].startswith("urn:databricks-workspace-backup:problem:")


def test_a_setting_error_names_the_setting(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Broken(made(errors.SettingError))
    monkeypatch.setattr(http_runs, "app", lambda: broken)

    answer = api.get("/api/runs")

    assert answer.body["setting"] == "BACKUP_ROOTS"
    assert "BACKUP_ROOTS=/" in answer.body["detail"]


@pytest.mark.parametrize(
    ("asked", "told_to_wait"),
    [
        (None, 5),
        (7.9, 7),
        (0.0, 1),
        (-5.0, 1),
        (1e9, MAX_RETRY_AFTER_SECONDS),
        (1e308, MAX_RETRY_AFTER_SECONDS),
        (math.inf, MAX_RETRY_AFTER_SECONDS),
        (-math.inf, 1),
        (math.nan, 1),
    ],
)
def test_a_remote_cannot_keep_callers_away_for_hours(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    asked: float | None,
    told_to_wait: int,
) -> None:
    broken = Broken(errors.Throttled("slow down", asked))
    monkeypatch.setattr(http_runs, "app", lambda: broken)

    answer = api.get("/api/runs")

    assert answer.headers["Retry-After"] == str(told_to_wait)


def test_what_nobody_expected_leaks_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Broken(KeyError(SECRET))
    monkeypatch.setattr(http_runs, "app", lambda: broken)

    with caplog.at_level(logging.DEBUG):
        answer = api.get("/api/runs")

    assert answer.status == 500
    assert SECRET not in str(answer.body)
    assert SECRET not in caplog.text
    assert "unexpected KeyError" in caplog.text


def test_a_told_handler_keeps_its_name_and_parameter() -> None:
    @told
    def handler(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(req.method)

    assert handler.__name__ == "handler"
    assert list(inspect.signature(handler).parameters) == ["req"]
