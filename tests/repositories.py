"""What the tests left of Git: found below a folder and examined by Git itself."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def bare_repositories(folder: Path) -> Iterator[Path]:
    """Find every bare repository below a folder that holds an object."""
    for place, folders, _ in os.walk(folder):
        for name in [one for one in folders if one.endswith(".git")]:
            folders.remove(name)
            path = Path(place, name)
            if (path / "HEAD").is_file() and any((path / "objects").glob("??*/*")):
                yield path


def complaints(folder: Path) -> list[str]:
    """Let `git fsck --strict` examine all of them; returns what it did not like."""
    with ThreadPoolExecutor(2) as pool:
        return [said for said in pool.map(complaint, bare_repositories(folder)) if said]


def complaint(repository: Path) -> str:
    """Let `git fsck --strict` examine one; returns what it did not like, or nothing."""
    done = subprocess.run(
        ["git", "fsck", "--strict", "--full", "--no-dangling", "--no-progress"],
        cwd=repository,
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": os.devnull, "LC_ALL": "C"},
    )
    if done.returncode == 0:
        return ""
    return f"{repository}: {done.stdout}{done.stderr}"
