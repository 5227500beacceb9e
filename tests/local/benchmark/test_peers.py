"""What the app is compared with really does the work that it is compared in."""

import subprocess
from pathlib import Path

import pytest

from local.benchmark import programs
from local.benchmark.site import EXPORT, LIST, site

NOTEBOOKS = 60


def files_in(folder: Path) -> int:
    return sum(
        file.is_file() and ".git" not in file.parts for file in folder.rglob("*")
    )


@pytest.mark.timeout(180)
def test_each_program_copies_the_whole_workspace(tmp_path: Path) -> None:
    with site(tmp_path / "stack", with_storage=False) as ground:
        ground.generate(NOTEBOOKS)
        truth = ground.truth
        guide = programs.guide(ground, tmp_path)
        loop = programs.sdk_loop(ground, tmp_path)
        legacy = programs.export_dir(ground, tmp_path)

    assert guide.objects == loop.objects == truth.objects
    assert files_in(tmp_path / "guide") == truth.objects
    assert guide.databricks.of(LIST) == truth.folders
    assert guide.databricks.of(EXPORT) == loop.databricks.of(EXPORT) == truth.objects
    assert legacy.objects == truth.notebooks
    log = ["git", "-C", str(tmp_path / "exported"), "log", "--format=%s"]
    done = subprocess.run(log, check=True, capture_output=True, text=True)
    assert done.stdout == "Backup\n"
    assert all(p.cpu > 0 and p.peak > 0 for p in (guide, loop, legacy))
