import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.backup import places
from local.backup.options import Options
from local.backup.places import Ground, OtherStackError, data_folder, ground
from local.endpoints import Endpoints

HOST = {"DATABRICKS_HOST": "https://adb-1.example.com", "DATABRICKS_TOKEN": "t"}
REPOSITORY = {
    "AZURE_DEVOPS_ORG_URL": "https://dev.azure.com/contoso",
    "AZURE_DEVOPS_PROJECT": "data",
    "AZURE_DEVOPS_REPOSITORY": "workspace",
    "AZURE_DEVOPS_PAT": "p",
}


class OwnStack:
    """Stands for a stack of processes; remembers that it was started and stopped."""

    made: "OwnStack"

    def __init__(self, endpoints: Endpoints) -> None:
        self.endpoints = endpoints
        self.life: list[str] = []
        self.data = Path()
        self.settings: Mapping[str, str] = {}

    def __call__(self, data: Path, *, settings: Mapping[str, str]) -> "OwnStack":
        self.data, self.settings = data, settings
        return self

    def __enter__(self) -> Endpoints:
        self.life.append("started")
        return self.endpoints

    def __exit__(self, *_: object) -> None:
        self.life.append("stopped")

    def check(self) -> None:
        self.life.append("checked")


@pytest.fixture
def own(stack: Ground, monkeypatch: pytest.MonkeyPatch) -> OwnStack:
    made = OwnStack(stack.endpoints)
    monkeypatch.setattr(places, "Stack", made)
    return made


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_stack_that_answers_is_used_and_left_running(
    stack: Ground, own: OwnStack, tmp_path: Path, said: list[str]
) -> None:
    stack.endpoints.write(tmp_path)

    with ground(Options(data=tmp_path), said.append) as found:
        assert found.endpoints == stack.endpoints
        assert not found.own
        assert found.clone == f"git clone {stack.endpoints.clone_url}"

    assert own.life == []


@pytest.mark.parametrize("part", ["functions", "databricks", "azure_devops"])
def test_a_stack_of_which_a_part_is_silent_is_not_used(
    stack: Ground, own: OwnStack, tmp_path: Path, said: list[str], part: str
) -> None:
    nowhere: dict[str, Any] = {part: "http://127.0.0.1:1"}
    silent = replace(stack.endpoints, **nowhere)
    silent.write(tmp_path)

    with ground(Options(data=tmp_path), said.append) as found:
        assert found.own

    assert own.life == ["started", "stopped"]


def test_what_a_killed_command_left_running_is_not_used(
    stack: Ground, own: OwnStack, tmp_path: Path, said: list[str]
) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    replace(stack.endpoints, pid=dead.pid).write(tmp_path)

    with ground(Options(data=tmp_path), said.append) as found:
        assert found.own

    assert own.life == ["started", "stopped"]


def test_an_own_stack_is_stopped_also_when_the_work_fails(
    own: OwnStack, tmp_path: Path, said: list[str]
) -> None:
    def work() -> None:
        with ground(Options(data=tmp_path), said.append):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()

    assert own.life == ["started", "stopped"]


def test_a_clone_of_an_own_stack_needs_no_server(
    own: OwnStack, tmp_path: Path, said: list[str]
) -> None:
    with ground(Options(data=tmp_path), said.append) as found:
        bare = tmp_path / "azure-devops/local/backup/workspace.git"
        assert str(bare) in found.clone
        assert "http" not in found.clone

    assert own.data == tmp_path


def test_a_real_repository_is_cloned_from_where_it_is(
    own: OwnStack, tmp_path: Path, said: list[str]
) -> None:
    options = Options(data=tmp_path, settings=REPOSITORY)

    with ground(options, said.append) as found:
        assert found.clone == f"git clone {own.endpoints.clone_url}"

    assert own.settings == REPOSITORY


def test_every_real_service_has_a_folder_of_its_own(tmp_path: Path) -> None:
    folders: Callable[..., Path] = lambda **settings: data_folder(  # noqa: E731
        Options(data=tmp_path, settings=settings)
    )

    made = [
        folders(),
        folders(**HOST),
        folders(**REPOSITORY),
        folders(**HOST, **REPOSITORY),
    ]

    assert made[0] == tmp_path
    assert made[1] == tmp_path / "targets" / "https-adb-1.example.com"
    assert len(set(made)) == 4


def test_no_token_becomes_part_of_a_folder(tmp_path: Path) -> None:
    secret = {**HOST, "DATABRICKS_TOKEN": "dapi-secret"}

    assert "dapi" not in str(data_folder(Options(data=tmp_path, settings=secret)))


def test_a_running_stack_for_another_service_is_not_mixed_up(
    stack: Ground, own: OwnStack, tmp_path: Path, said: list[str]
) -> None:
    options = Options(data=tmp_path, settings=HOST)
    folder = data_folder(options)
    folder.mkdir(parents=True)
    stack.endpoints.write(folder)

    with (
        pytest.raises(OtherStackError, match="another DATABRICKS_HOST"),
        ground(options, said.append),
    ):
        raise AssertionError

    assert own.life == []


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("DATABRICKS_HOST", "adb-1.example.com"),
        ("AZURE_DEVOPS_ORG_URL", "dev.azure.com/contoso"),
    ],
)
def test_a_running_stack_for_a_service_that_nobody_named_is_not_used(
    stack: Ground,
    own: OwnStack,
    tmp_path: Path,
    said: list[str],
    named: str,
    there: str,
) -> None:
    replace(stack.endpoints, named={named: f"https://{there}"}).write(tmp_path)

    with (
        pytest.raises(OtherStackError, match=f"{named}={there}, which was not named"),
        ground(Options(data=tmp_path), said.append),
    ):
        raise AssertionError

    assert own.life == []


def test_a_running_stack_for_the_named_service_is_used(
    stack: Ground, own: OwnStack, said: list[str], tmp_path: Path
) -> None:
    options = Options(data=tmp_path, settings=HOST)
    folder = data_folder(options)
    folder.mkdir(parents=True)
    named = {"DATABRICKS_HOST": "adb-1.example.com/"}
    replace(stack.endpoints, named=named).write(folder)

    with ground(options, said.append) as found:
        assert not found.own

    assert own.life == []
