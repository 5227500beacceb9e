"""The server as a command."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.conforms("ours")


def test_command_prints_one_line_with_its_address_and_ends_on_sigterm(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "local.azure_devops", "--data", str(tmp_path)]
    options = ["--organization", "Contoso", "--repository", "notes", "--pat", "secret"]
    with subprocess.Popen(
        command + options, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        found = requests.get(
            f"{url}/backup/_apis/git/repositories",
            params={"api-version": "7.1"},
            auth=("", "secret"),
            timeout=10,
        ).json()
        process.send_signal(signal.SIGTERM)
        others = process.stdout.read()

    assert url.endswith("/Contoso")
    assert [one["name"] for one in found["value"]] == ["notes"]
    assert (process.returncode, others) == (0, "")
    assert (tmp_path / "Contoso/backup/notes.git/HEAD").exists()
