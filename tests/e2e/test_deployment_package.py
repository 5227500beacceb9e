"""The deployment package: what is in it, and that it runs on nothing but itself."""

import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from local import package
from tests.e2e.test_indexing import TRIGGERS, trigger_of

ROOT = Path(__file__).parents[2]
WORKER = ("azure-functions-runtime", "azurefunctions-extensions-base")
"""What the platform brings along; everything else has to be in the package."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.build(ROOT, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package where a server would have it: far from this repository."""
    app = tmp_path_factory.mktemp("wwwroot")
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(app)
    return app


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worker library and our way to ask it, without anything else of .venv."""
    folder = tmp_path_factory.mktemp("platform")
    (folder / "local").symlink_to(ROOT / "local")
    for name in WORKER:
        for file in distribution(name).files or ():
            if file.suffix == ".py":
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).symlink_to(Path(str(file.locate())))
    return folder


def run(script: str, app: Path, *more: Path) -> str:
    """What Python prints that knows the package, `more`, and no site-packages."""
    places = [app, app / package.SITE_PACKAGES, *more]
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, str(app)],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, places)),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd=app,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_worker_library_lists_every_function_of_the_unpacked_package(
    unpacked: Path, platform: Path
) -> None:
    script = """
import asyncio, json, pathlib, sys
from local.host.worker import index
print(json.dumps(asyncio.run(index(pathlib.Path(sys.argv[1])))))
"""

    answer = json.loads(run(script, unpacked, platform).splitlines()[-1])

    assert answer.get("failed") is None
    assert {f["name"]: trigger_of(f) for f in answer["indexed"]} == TRIGGERS


def test_every_module_of_ours_finds_its_packages_in_the_package(
    unpacked: Path,
) -> None:
    names = sorted(
        ".".join(path.relative_to(unpacked).with_suffix("").parts)
        for room in ("functions", "shared")
        for path in (unpacked / room).rglob("*.py")
        if path.name != "__init__.py"
    )
    script = f"""
import importlib, sys
for name in {names}:
    importlib.import_module(name)
print(sys.modules["msal"].__file__)
"""

    place = run(script, unpacked).strip()

    assert "shared.connections" in names
    assert place.startswith(str(unpacked / package.SITE_PACKAGES))


def test_the_package_holds_the_app_and_nothing_of_its_making(archive: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        names = {name.partition("/")[0] for name in zipped.namelist()}

    assert names == {
        *("function_app.py", "functions", "shared"),
        *("host.json", "requirements.txt", ".python_packages"),
    }


def test_the_package_holds_every_pin_and_what_was_built_for_this_linux(
    unpacked: Path,
) -> None:
    pins = re.findall(
        r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )
    site = unpacked / package.SITE_PACKAGES
    held = {
        (re.sub(r"[-_.]+", "-", name).lower(), version)
        for name, _, version in (
            path.name.removesuffix(".dist-info").rpartition("-")
            for path in site.glob("*.dist-info")
        )
    }

    assert held == set(pins)
    for library in site.rglob("*.so"):
        assert re.search(r"cpython-313-x86_64-linux|\.abi3\.so", library.name)


def test_nothing_of_this_machine_is_in_the_package(archive: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        entries = zipped.infolist()
        texts = [zipped.read(e) for e in entries if e.filename.endswith("RECORD")]

    assert [e.filename for e in entries] == sorted(e.filename for e in entries)
    assert {e.date_time for e in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {e.external_attr >> 16 for e in entries} == {0o100644}
    assert not [e for e in entries if e.filename.endswith(".pyc")]
    assert not [e for e in entries if "site-packages/bin/" in e.filename]
    assert not [text for text in texts if b"../bin/" in text]


def test_the_same_sources_give_the_same_package(tmp_path: Path) -> None:
    made = []
    for name, moment in (("one", 1_000_000_000), ("two", 1_700_000_000)):
        sources = tmp_path / name / "sources"
        package.stage(ROOT, sources)
        for path in sources.rglob("*"):
            os.utime(path, (moment, moment))
            path.chmod(0o700 if name == "one" else 0o755)
        package.stage(sources_with_rules(sources), tmp_path / name / "app")
        package.pack(tmp_path / name / "app", tmp_path / name / "app.zip")
        made.append((tmp_path / name / "app.zip").read_bytes())

    assert made[0] == made[1]


def sources_with_rules(sources: Path) -> Path:
    (sources / ".funcignore").write_text((ROOT / ".funcignore").read_text())
    return sources


@pytest.mark.parametrize(
    ("rule", "path", "folder", "ignored"),
    [
        ("/tests/", "tests", True, True),
        ("/tests/", "tests", False, False),
        ("/tests/", "a/tests", True, False),
        ("__pycache__/", "a/b/__pycache__", True, True),
        ("/*.md", "README.md", False, True),
        ("/*.md", "a/README.md", False, False),
        ("*.md", "a/README.md", False, True),
        ("/requirements*.in", "requirements-dev.in", False, True),
        ("/requirements*.in", "requirements.txt", False, False),
        ("a/**/b", "a/x/y/b", False, True),
        ("a/**/b", "a/b", False, True),
        ("/.git*", ".gitignore", False, True),
        ("LICENSE", "LICENSES", False, False),
    ],
)
def test_rules_are_those_of_gitignore(
    rule: str, path: str, *, folder: bool, ignored: bool
) -> None:
    [made] = package.rules_of(f"# a comment\n\n{rule}\n")

    assert made.holds(path, folder=folder) is ignored


def test_a_negation_is_refused() -> None:
    with pytest.raises(ValueError, match="negation"):
        package.rules_of("!keep.md")
