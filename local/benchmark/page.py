"""LOCAL, benchmark: the page, out of what was measured; measures nothing."""

from collections.abc import Iterable, Iterator, Sequence

from local.benchmark.measured import (
    BackupRun,
    Measured,
    Part,
    Program,
    RestoreRun,
)
from local.benchmark.plots import Image
from local.benchmark.site import EXPORT, LIST, PUSHES
from local.benchmark.targets import Judged, judged

MIB = 2**20
_MARKS = {True: "reached", False: "**not reached**", None: "–"}

_OPENING = """\
# 70,000 notebooks, measured

Written by `make bench`, which measures on the one-machine stack
([local/README.md](../local/README.md)): the app, the workspace, the repository and
storage share one machine, and so do the programs the app is compared with. Requests are
exact anywhere; times and memory are this machine's, so read their ratios. Nothing here
is a promise about Azure, whose workspace and repository answer more slowly.
"""

_QUICK = """\
**This is a small run** (`QUICK=1`). It shows that the benchmark works; of its numbers
only the requests say anything.
"""

_HOW = """\
## How it is measured

- **Work**: generated notebooks, 8 KB on average, sizes log-normal, about five a folder;
  with them a few files, and dashboards, whose listing carries no time: each is exported
  in every run and compared. A changed night edits, makes, moves and deletes.
- **Requests and bytes** are what the servers counted. Storage's transactions are those
  that a proxy in front of Azurite saw, without what the host polls by the minute.
- **CPU and memory** are the kernel's count of the worker process; its peak is counted
  anew for each run. Of a program, its children count, too, and its start.
- **A run's time** is from asking for it to its closing event. The workspace answers at
  once, but in `peers`, `instances` (the app on two) and `slow`: there each answer comes
  50 ms later.
- **Programs**: the guide's engine as it describes itself (20 workers, a pool of 10
  clients, folders level by level, batches of 1,000, always everything; it writes files
  and pushes nothing; its source is
  [`guide.py`](../local/benchmark/peers/guide.py)); `workspace export_dir` of the legacy
  `databricks-cli`, then `git add` and `git commit`; the SDK's `workspace.export` of the
  same objects in ten threads, which nothing on this SDK can beat in CPU
  ([`sdk_loop.py`](../local/benchmark/peers/sdk_loop.py)). `export_dir` asks for one
  object after the other and takes hours for what the others do in minutes; it is
  compared at a smaller size, with a run of the app at that same size.
- **The budget's share** is exports by budget and seconds. Shards wait from the first
  export until fewer are left than the host works on at once.
- **Pushes of one folder**: each carries the folder's manifest, so that the folder is
  whole after each of them. So a folder of 10,000 takes more pushes than its contents
  would fill.
- **A forecast** leaves out what depends on who is faster: in a first run, each shard
  that began before there was a branch reads its tip twice more.
"""


def page(measured: Measured, images: Sequence[Image], *, quick: bool) -> str:
    """The page in Markdown."""
    parts = [
        _OPENING,
        *([_QUICK] if quick else []),
        "## Targets\n\n" + _table(_target_rows(judged(measured))),
        "## Runs of the app\n\n" + _table(_run_rows(measured)),
        "## Requests of a run\n\n" + _table(_request_rows(measured)),
        "## Other programs\n\n" + _table(_program_rows(measured)),
        "## Restores\n\n" + _table(_restore_rows(measured)),
        "## Forecasts\n\n" + _table(_forecast_rows(measured)),
        "\n".join(f"![{image.shows}](images/{image.file})\n" for image in images),
        _HOW,
        "## The machine and the commands\n\n" + _table(_part_rows(measured)),
        _closing(measured),
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts if part.strip())


type Row = Sequence[object]


def _table(rows: Iterable[Row]) -> str:
    head, *body = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    if not body:
        return "Not measured.\n"
    rule = ["---"] * len(head)
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *body))


def _target_rows(lines: Iterable[Judged]) -> Iterator[Row]:
    yield "what", "target", "", "found"
    for line in lines:
        yield line.target.what, line.target.rule, _MARKS[line.reached], line.found


def _run_rows(measured: Measured) -> Iterator[Row]:
    yield (
        *("part", "run", "notebooks", "folders", "stored", "seconds", "CPU s"),
        *("peak MiB", "first stored, s", "pushes", "pushed MiB", "status"),
    )
    for part in measured.parts:
        for run in part.runs:
            yield _run_row(part, run)


def _run_row(part: Part, run: BackupRun) -> Row:
    cost, stored = run.cost, run.moments.stored
    return (
        part.name,
        _kind(run),
        f"{run.truth.notebooks:,}",
        f"{run.truth.folders:,}",
        f"{run.stored:,}",
        f"{cost.seconds:,.1f}",
        f"{cost.cpu:,.1f}",
        f"{cost.peak / MIB:,.0f}",
        "–" if stored is None else f"{stored:,.1f}",
        cost.azure_devops.of(PUSHES),
        f"{cost.azure_devops.received_by(PUSHES) / MIB:,.1f}",
        run.status,
    )


def _request_rows(measured: Measured) -> Iterator[Row]:
    yield (
        *("part", "run", "notebooks", "list", "export", "other", "tip", "items"),
        *("blobs", "push", "tag", "Azure DevOps", "storage"),
    )
    for part in measured.parts:
        for run in part.runs:
            yield _request_row(part, run)


def _request_row(part: Part, run: BackupRun) -> Row:
    databricks, azure = run.cost.databricks, run.cost.azure_devops
    storage = run.cost.storage
    asked = (databricks.of(LIST), databricks.of(EXPORT))
    ends = ("/refs", "/itemsBatch", "/blobs", PUSHES, "/annotatedTags")
    counts = (*asked, databricks.total - sum(asked), *(azure.of(end) for end in ends))
    return (
        part.name,
        _kind(run),
        f"{run.truth.notebooks:,}",
        *(f"{count:,}" for count in counts),
        f"{azure.total:,}",
        "–" if storage is None else f"{storage.total:,}",
    )


def _kind(run: BackupRun) -> str:
    return f"{run.percent:g} % {run.kind}" if run.percent else run.kind.value


def _program_rows(measured: Measured) -> Iterator[Row]:
    yield (
        *("part", "program", "objects", "seconds", "objects a second"),
        *("CPU ms an object", "peak MiB", "requests"),
    )
    for part in measured.parts:
        if part.programs:
            yield from (_app_row(part, run) for run in part.runs)
            yield from (_program_row(part, program) for program in part.programs)


def _app_row(part: Part, run: BackupRun) -> Row:
    cost, objects = run.cost, run.truth.objects
    requests = cost.databricks.total
    return _rates(
        part, "this app", objects, cost.seconds, cost.cpu, cost.peak, requests
    )


def _program_row(part: Part, one: Program) -> Row:
    requests = one.databricks.total
    return _rates(part, one.name, one.objects, one.seconds, one.cpu, one.peak, requests)


def _rates(
    part: Part,
    name: str,
    objects: int,
    seconds: float,
    cpu: float,
    peak: int,
    requests: int,
) -> Row:
    return (
        part.name,
        name,
        f"{objects:,}",
        f"{seconds:,.1f}",
        f"{objects / seconds:,.0f}",
        f"{1000 * cpu / objects:.2f}",
        f"{peak / MIB:,.0f}",
        f"{requests:,}",
    )


def _restore_rows(measured: Measured) -> Iterator[Row]:
    yield (
        *("objects", "verified", "seconds", "CPU s", "peak MiB", "imports", "exports"),
        *("Azure DevOps", "storage", "status"),
    )
    for part in measured.parts:
        yield from map(_restore_row, part.restores)


def _restore_row(restore: RestoreRun) -> Row:
    cost = restore.cost
    return (
        f"{restore.objects:,}",
        f"{restore.verified:,}",
        f"{cost.seconds:,.1f}",
        f"{cost.cpu:,.1f}",
        f"{cost.peak / MIB:,.0f}",
        f"{cost.databricks.of('/workspace/import'):,}",
        f"{cost.databricks.of(EXPORT):,}",
        cost.azure_devops.total,
        "–" if cost.storage is None else cost.storage.total,
        restore.status,
    )


def _forecast_rows(measured: Measured) -> Iterator[Row]:
    yield "run", "", "foretold", "real"
    for part in measured.parts:
        for each in part.foretold:
            yield each.run, "minutes", f"{each.minutes:.2f}", f"{each.real_minutes:.2f}"
            for call, real in each.real_calls.items():
                yield each.run, call, f"{each.calls[call]:,}", f"{real:,}"


def _part_rows(measured: Measured) -> Iterator[Row]:
    yield "part", "command", "at", "version", "took"
    for part in measured.parts:
        minutes = f"{part.seconds / 60:.1f} min"
        yield part.name, f"`{part.command}`", part.at, part.version, minutes


def _closing(measured: Measured) -> str:
    machines = {_machine(part) for part in measured.parts}
    invocations = len({part.invocation for part in measured.parts})
    once = "All parts were measured by one command."
    several = f"The parts were measured by {invocations} commands."
    return (
        "\n".join(sorted(machines))
        + f"\n{once if invocations == 1 else several}\n"
        + "`python -m local bench draw` draws this page and its pictures again from\n"
        "[benchmarks.json](benchmarks.json), and measures nothing.\n"
    )


def _machine(part: Part) -> str:
    one = part.machine
    return (
        f"{one.cores} cores of {one.processor}, {one.memory / 2**30:.0f} GiB, "
        f"{one.system}, Python {one.python}."
    )
