"""The steps as they are wired, where no remote can be asked for want of settings."""

import pytest

from shared.domain.diagnostics import Diagnosis, Verdict
from shared.domain.setup import changes_of
from shared.services.set_up import SetUp
from shared.services.setup_steps import CATALOGUE
from shared.setting_errors import examine_settings
from shared.wiring.setup_steps import set_up_of
from tests.unit.test_settings import NEEDED, SECRETS
from tests.unit.test_wired_diagnostics import TOKENS, no_network


def set_up(environ: dict[str, str]) -> SetUp:
    return set_up_of(examine_settings(environ), 60, "noise")


def verdicts(found: Diagnosis) -> dict[str, Verdict]:
    return {result.name: result.verdict for result in found.results}


def test_with_no_address_at_all_every_step_ends_and_asks_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with no_network(monkeypatch):
        found = (set_up(TOKENS).plan(), set_up(TOKENS).apply())

    for each in found:
        assert list(verdicts(each)) == [about.name for about in CATALOGUE]
        failed = [name for name, v in verdicts(each).items() if v is Verdict.FAILED]
        assert failed == ["settings"]
        assert changes_of(each) == ()


def test_no_secret_is_in_what_a_setup_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = {"AZURE_DEVOPS_ORG_URL": "http://127.0.0.1:1/x"}
    environ = {
        **NEEDED,
        **SECRETS,
        **unreachable,
        "DATABRICKS_HOST": "http://127.0.0.1:1",
    }
    monkeypatch.setenv("NO_PROXY", "*")

    told = repr(set_up(environ).apply())

    assert not [name for name, secret in SECRETS.items() if secret in told]
    assert "Nobody answers there" in told
