"""LOCAL, benchmark: what was measured, as it is kept; measures and judges nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a backup run had to do."""

    FIRST = "first"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    PLANNED = "planned"
    """A dry run: it lists and compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What one server was asked, by "METHOD route"; the bodies it got and gave.

    Requests, and bytes.
    """

    requests: Mapping[str, int]
    received: Mapping[str, int]
    sent: Mapping[str, int]

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())

    def of(self, *endings: str) -> int:
        """The requests to routes that end so."""
        return _ending(self.requests, endings)

    def received_by(self, *endings: str) -> int:
        """The bytes that routes got that end so."""
        return _ending(self.received, endings)


def _ending(counts: Mapping[str, int], endings: tuple[str, ...]) -> int:
    return sum(n for route, n in counts.items() if route.endswith(endings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of the wall's clock, of the workers' CPUs, and their peak of bytes.

    `storage` is None where nobody stood in front of it to count.
    """

    seconds: float
    cpu: float
    peak: int
    databricks: Traffic
    azure_devops: Traffic
    storage: Traffic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the workspace holds, as its server says, and what was done to it.

    `untimed` objects are listed without a time, `changed` are new, edited or moved.
    """

    notebooks: int
    objects: int
    folders: int
    untimed: int
    changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Seconds since the run was asked for; None where it never came.

    `stored` is when the first push was answered, until when `listed` folders had been
    asked for; `planned` when all were listed.
    """

    stored: float | None
    listed: int
    planned: float | None
    last_export: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The exports of a run, beside the budget of so many a second.

    Shards wait from the first export until fewer are left than work side by side:
    `waiting` seconds, with `exported_waiting` exports. `by_second` are the exports of
    each second of the run.
    """

    budget: float
    waiting: float
    exported_waiting: int
    most_in_ten_seconds: int
    by_second: tuple[int, ...]

    @property
    def exported(self) -> int:
        """All of them."""
        return sum(self.by_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRun:
    """One run of the app."""

    kind: Kind
    status: str
    percent: float
    latency_ms: int
    truth: Truth
    stored: int
    shards: int
    cost: Cost
    moments: Moments
    pace: Pace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRun:
    """One restore of the app that wrote."""

    status: str
    objects: int
    verified: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What people use instead, over the same server; `objects` as it wrote them."""

    name: str
    latency_ms: int
    objects: int
    seconds: float
    cpu: float
    peak: int
    databricks: Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """A forecast, beside the run that it was of; minutes."""

    run: str
    minutes: float
    calls: Mapping[str, int]
    real_minutes: float
    real_calls: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What it was measured on."""

    processor: str
    cores: int
    memory: int
    system: str
    python: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one part of the benchmark found.

    `invocation` names the command that measured it: parts of one have the same.
    """

    name: str
    invocation: str
    at: str
    version: str
    machine: Machine
    seconds: float
    command: str
    runs: tuple[BackupRun, ...] = ()
    restores: tuple[RestoreRun, ...] = ()
    programs: tuple[Program, ...] = ()
    foretold: tuple[Foretold, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """All parts there are."""

    parts: tuple[Part, ...]

    def part(self, name: str) -> Part | None:
        """The part, if it was measured."""
        return next((part for part in self.parts if part.name == name), None)

    def runs(self, *names: str, kind: Kind | None = None) -> list[BackupRun]:
        """The runs of these parts, of one kind."""
        return [
            run
            for name in names
            for run in self._runs(name)
            if kind is None or run.kind is kind
        ]

    def program(self, part: str, name: str) -> Program | None:
        """What was measured of a program."""
        found = self.part(part)
        programs: Iterable[Program] = found.programs if found else ()
        return next((each for each in programs if each.name == name), None)

    def _runs(self, name: str) -> tuple[BackupRun, ...]:
        found = self.part(name)
        return found.runs if found else ()
