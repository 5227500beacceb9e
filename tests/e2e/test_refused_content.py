"""Push protection refuses whole pushes: one secret must not hold its batch back."""

from pathlib import Path

import requests

from tests.e2e.trial import Trial


def test_a_notebook_with_a_secret_is_named_and_holds_nothing_else_back(
    trial: Trial, tmp_path: Path
) -> None:
    server = trial.endpoints.azure_devops.rsplit("/", 1)[0]
    requests.post(
        f"{server}/_local/secrets", json={"pattern": "AKIA[A-Z0-9]{16}"}, timeout=30
    ).raise_for_status()
    for number in range(20):
        trial.workspace.notebook(f"/Clients/Acme/n{number}", f"print({number})")
    leak = "key = 'AKIA" + "ABCDEFGH12345678'"
    trial.workspace.notebook("/Clients/Acme/leak", leak)
    trial.workspace.notebook("/Clients/Borg/leak too", leak)
    run = trial.run()
    content = trial.repository.clone(tmp_path / "clone").content()
    trial.workspace.notebook("/Clients/Acme/leak", "key = 'from a vault'")
    trial.workspace.delete("/Clients/Borg/leak too")
    healed = trial.run()

    assert run["status"] == "incomplete"
    failed = {item["path"]: item["detail"] for item in run["failures"]["items"]}
    assert set(failed) == {"/Clients/Acme/leak", "/Clients/Borg/leak too"}
    assert all("VS403654" in detail for detail in failed.values())
    assert all(leak not in detail for detail in failed.values())
    assert len(content) == run["counts"]["stored"] == 20
    assert healed["status"] == "complete"
    assert healed["counts"]["stored"] == 1
