"""LOCAL: builds the deployment package, `.package/app/` and `.package/app.zip`.

The app without what `.funcignore` names, and its packages for Azure's Linux and Python
3.13 in `.python_packages/lib/site-packages`, which is where the platform looks for them
(documented: python-build-options, local build). Every file is one that requirements.txt
has the hash of. The same sources give the same zip, on any machine with the same zlib.
"""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / ".package"
SITE_PACKAGES = Path(".python_packages/lib/site-packages")
PYTHON = "3.13"
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
"""What Azure's Debian 12 can load: glibc 2.36 takes wheels for 2.28 and older."""

_MIDNIGHT_1980 = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class Ignored:
    """What a line of `.funcignore` leaves out, by the rules of `.gitignore`.

    Negations are refused: we need none, and they are easy to get wrong.
    """

    pattern: re.Pattern[str]
    folders_only: bool

    @classmethod
    def by(cls, line: str) -> "Ignored":
        """The rule of a line that is neither empty nor a comment."""
        if line.startswith("!"):
            raise ValueError(f".funcignore: {line!r} is a negation")
        path = line.rstrip("/")
        anchored = "/" in path
        glob = re.escape(path.removeprefix("/"))
        glob = glob.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        glob = glob.replace(r"\?", "[^/]")
        start = "" if anchored else "(?:.*/)?"
        return cls(re.compile(f"{start}{glob}"), line.endswith("/"))

    def holds(self, name: str, *, folder: bool) -> bool:
        """Whether the path, `/`-separated from the root, is left out."""
        return bool(self.pattern.fullmatch(name)) and (folder or not self.folders_only)


def rules_of(text: str) -> list[Ignored]:
    """The rules of a `.funcignore`."""
    lines = (line.strip() for line in text.splitlines())
    return [Ignored.by(line) for line in lines if line and not line.startswith("#")]


def shipped(root: Path, rules: list[Ignored]) -> Iterator[Path]:
    """The files below `root` that no rule leaves out, relative to it.

    Links to folders are not followed.
    """
    for folder, folders, files in root.walk():
        kept = [
            name
            for name in sorted([*folders, *files])
            if not any(
                rule.holds(
                    (folder / name).relative_to(root).as_posix(),
                    folder=(folder / name).is_dir(),
                )
                for rule in rules
            )
        ]
        folders[:] = [name for name in folders if name in kept]
        yield from (
            (folder / name).relative_to(root)
            for name in kept
            if (folder / name).is_file()
        )


def stage(root: Path, app: Path) -> None:
    """Copy what is shipped to `app`, which is made anew; without packages."""
    rules = rules_of((root / ".funcignore").read_text())
    # What an earlier build on this machine left is not this build's.
    rules += [Ignored.by("/.package/"), Ignored.by("/.python_packages/")]
    files = list(shipped(root, rules))
    shutil.rmtree(app, ignore_errors=True)
    for file in files:
        (app / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, app / file)


def install(requirements: Path, target: Path) -> None:
    """Put the pinned packages, as wheels for Azure, into `target`."""
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-input"),
        *("--disable-pip-version-check", "--no-compile", "--require-hashes"),
        *("--only-binary", ":all:", "--implementation", "cp"),
        *("--python-version", PYTHON, "--target", str(target)),
        *(word for platform in PLATFORMS for word in ("--platform", platform)),
        *("--requirement", str(requirements)),
    ]
    subprocess.run(command, check=True)
    _forget_the_machine(target)


def _forget_the_machine(target: Path) -> None:
    """Remove commands, which name this machine's interpreter and nobody runs there."""
    shutil.rmtree(target / "bin", ignore_errors=True)
    for record in target.glob("*.dist-info/RECORD"):
        lines = record.read_text().splitlines(keepends=True)
        record.write_text("".join(s for s in lines if not s.startswith("../../bin/")))


def pack(app: Path, archive: Path) -> None:
    """Zip the folder: sorted, without times or rights of this machine."""
    names = sorted(
        path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_file()
    )
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name in names:
            entry = zipfile.ZipInfo(name, _MIDNIGHT_1980)
            entry.external_attr, entry.create_system = _PLAIN_FILE, _UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, (app / name).read_bytes())


def build(root: Path = ROOT, output: Path = OUTPUT) -> Path:
    """Make the whole package and return the zip."""
    app, archive = output / "app", output / "app.zip"
    stage(root, app)
    install(root / "requirements.txt", app / SITE_PACKAGES)
    pack(app, archive)
    return archive


if __name__ == "__main__":
    made = build()
    size = made.stat().st_size / 1_000_000
    print(f"{made.relative_to(ROOT)}: {size:.1f} MB")
