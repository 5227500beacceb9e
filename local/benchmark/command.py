"""LOCAL, benchmark: the command: part after part, then the page; measures nothing.

Each part is kept as soon as it ends. Who is cut off begins again with the part that was
cut off; when all are there they are published, and the next time begins anew.
"""

import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from client.console import plain_console
from local.benchmark.kept import read_all, read_parts, write_all, write_part
from local.benchmark.measured import Measured, Part
from local.benchmark.options import Options
from local.benchmark.page import page
from local.benchmark.parts import PARTS, Ground
from local.benchmark.plots import draw_all
from local.benchmark.processes import ChangedError, this_machine
from local.benchmark.programs import ProgramError
from local.benchmark.targets import judged
from local.children import ROOT
from local.telling import saying, told


def bench(options: Options) -> int:
    """Measure, or only draw; 0 where that was possible, whatever was reached."""
    say = saying(plain_console())

    def work() -> int:
        if not options.draw_only:
            measure(options, say)
        draw(options, say)
        return 0

    farewell = "stopped; what has been measured is kept, the same command goes on"
    errors = (ChangedError, ProgramError)
    return told("bench", work, say, lambda: farewell, errors)


def measure(options: Options, say: Callable[[str], None]) -> None:
    """All parts that are missing, or those that are named; then publish them."""
    places = options.places
    kept = {part.name for part in read_parts(places.parts, PARTS).parts}
    wanted = options.named or [name for name in PARTS if name not in kept]
    invocation = uuid.uuid4().hex[:8]
    for number, name in enumerate(wanted, 1):
        say(f"{number}/{len(wanted)} {name}")
        write_part(places.parts, _measured(name, invocation, options, say))
    write_all(places.numbers, _together(options))
    shutil.rmtree(places.parts)


def _together(options: Options) -> Measured:
    """What is new, and of what was published the parts that are not."""
    places = options.places
    new = {part.name: part for part in read_parts(places.parts, PARTS).parts}
    old: dict[str, Part] = {}
    if places.numbers.exists():
        old = {part.name: part for part in read_all(places.numbers).parts}
    both = old | new
    return Measured(tuple(both[name] for name in PARTS if name in both))


def _measured(
    name: str, invocation: str, options: Options, say: Callable[[str], None]
) -> Part:
    begun = time.monotonic()
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ground = Ground(Path(folder), options.sizes, lambda line: say(f"    {line}"))
        found = PARTS[name](ground)
    return Part(
        name=name,
        invocation=invocation,
        at=at,
        version=_version(),
        machine=this_machine(),
        seconds=time.monotonic() - begun,
        command=options.command,
        runs=found.runs,
        restores=found.restores,
        programs=found.programs,
        foretold=found.foretold,
    )


def draw(options: Options, say: Callable[[str], None]) -> None:
    """The page and its pictures, out of the numbers that are there."""
    places = options.places
    if not places.numbers.exists():
        say(f"nothing is measured yet: there is no {places.numbers}")
        return
    measured = read_all(places.numbers)
    images = draw_all(measured, places.images)
    places.page.write_text(page(measured, images, quick=options.quick))
    for line in judged(measured):
        say(f"{_MARKS[line.reached]:<13}{line.target.what}: {line.found}")
    say(f"written: {places.page}")


_MARKS = {True: "reached", False: "NOT REACHED", None: "-"}


def _version() -> str:
    """The commit that was measured, with a + where it was not all committed."""
    told = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--abbrev=12"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
