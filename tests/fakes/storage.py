"""Stand-ins for the storage ports, the clock and the events, in memory.

Each is as strict as the real one where a use case could notice: ETags change with
every write, transactions are all or nothing, what was stored comes back equal but
not identical in time.
"""

import itertools
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from shared.domain.events import FIELDS, Event, Facts
from shared.domain.messages import Message, PlanMessage, RestoreMessage, ShardMessage
from shared.domain.notices import Notice
from shared.domain.retention import ListedRun, StoredBlob
from shared.domain.runs import Request, Run, Shard, ShardStatus
from shared.errors import AlreadyExists, Conflict, InvalidRequest
from shared.ports import RequestKind, RunPage, Stored, Write

type _Key = tuple[str, int]


class FakeRunStore:
    """Rows by (run id, shard number); 0 is the run's own row."""

    def __init__(self) -> None:
        self.rows: dict[_Key, tuple[Run | Shard, str]] = {}
        self._etags = (f'W/"{number}"' for number in itertools.count(1))
        self._lock = threading.RLock()

    def run(self, run_id: str) -> Stored[Run] | None:
        row, etag = self.rows.get((run_id, 0), (None, ""))
        return Stored(row, etag) if isinstance(row, Run) else None

    def shard(self, run_id: str, number: int) -> Stored[Shard] | None:
        row, etag = self.rows.get((run_id, number), (None, ""))
        return Stored(row, etag) if isinstance(row, Shard) else None

    def shards(
        self, run_id: str, status: ShardStatus | None = None, limit: int | None = None
    ) -> Iterator[Stored[Shard]]:
        with self._lock:
            rows = sorted(self.rows.items(), key=lambda item: item[0])
        wanted = (
            Stored(row, etag)
            for (run, _), (row, etag) in rows
            if run == run_id and isinstance(row, Shard) and status in {None, row.status}
        )
        return itertools.islice(wanted, limit)

    def write(self, *writes: Write[Run] | Write[Shard]) -> tuple[str, ...]:
        keys = [_key(write.row) for write in writes]
        if not 1 <= len(writes) <= 100 or len({run for run, _ in keys}) != 1:
            raise ValueError("not the rows of one transaction")
        with self._lock:
            for key, write in zip(keys, writes, strict=True):
                self._check(key, write.etag)
            etags = tuple(next(self._etags) for _ in writes)
            for key, write, etag in zip(keys, writes, etags, strict=True):
                self.rows[key] = (write.row, etag)
        return etags

    def forget(self, run_id: str) -> None:
        with self._lock:
            for key in [key for key in self.rows if key[0] == run_id]:
                del self.rows[key]

    def _check(self, key: _Key, etag: str | None) -> None:
        _, current = self.rows.get(key, (None, None))
        if etag is None and current is not None:
            raise AlreadyExists(f"{key} exists")
        if etag != current:
            raise Conflict(f"{key} has changed")


def _key(row: Run | Shard) -> _Key:
    return (row.id, 0) if isinstance(row, Run) else (row.run_id, row.number)


class FakeRunIndex:
    """One place, one wait, one list."""

    def __init__(self) -> None:
        self.holder: Request | None = None
        self.waits: Request | None = None
        self.runs: dict[str, Request] = {}

    def open(self, request: Request) -> Request:
        self.holder = self.holder or request
        return self.holder

    def active(self) -> Request | None:
        return self.holder

    def close(self, run_id: str) -> None:
        if self.holder and self.holder.run_id == run_id:
            self.holder = None

    def wait(self, request: Request) -> None:
        self.waits = request

    def waiting(self) -> Request | None:
        return self.waits

    def stop_waiting(self, run_id: str) -> None:
        if self.waits and self.waits.run_id == run_id:
            self.waits = None

    def enter(self, request: Request) -> None:
        self.runs[request.run_id] = request

    def newest(self, limit: int, mark: str | None = None) -> RunPage:
        if mark is not None and not re.fullmatch("[0-9]{16}-[0-9A-Za-z-]+", mark):
            raise InvalidRequest("next", "is no mark")
        marks = sorted((_mark(request), run) for run, request in self.runs.items())
        follow = [pair for pair in marks if mark is None or pair[0] > mark]
        page = follow[:limit]
        more = page[-1][0] if page and len(follow) > limit else None
        return RunPage(tuple(run for _, run in page), more)

    def opened_before(self, moment: datetime, limit: int) -> tuple[Request, ...]:
        old = [request for request in self.runs.values() if request.opened_at < moment]
        return tuple(sorted(old, key=_mark)[:limit])

    def listed_before(self, moment: datetime) -> Iterator[ListedRun]:
        old = self.opened_before(moment, len(self.runs))
        return (ListedRun(one.run_id, one.opened_at) for one in old)

    def leave(self, listed: ListedRun) -> None:
        self.runs.pop(listed.run_id, None)


def _mark(request: Request) -> str:
    age = int(request.opened_at.timestamp() * 1000)
    return f"{10**15 - age:016d}-{request.run_id}"


class FakeBlobs:
    """Bytes by name."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def create(self, name: str, content: bytes) -> None:
        with self._lock:
            if name in self.contents:
                raise AlreadyExists(f"{name} exists")
            self.contents[name] = content

    def put(self, name: str, content: bytes) -> None:
        self.contents[name] = content

    def get(self, name: str) -> bytes | None:
        return self.contents.get(name)

    def names(self, prefix: str) -> Iterator[str]:
        return iter(sorted(name for name in self.contents if name.startswith(prefix)))

    def groups(self, prefix: str) -> Iterator[str]:
        rests = {name.removeprefix(prefix) for name in self.names(prefix)}
        found = {rest.partition("/")[0] for rest in rests if "/" in rest}
        return iter(sorted(f"{prefix}{group}/" for group in found))

    def sized(self, prefix: str) -> Iterator[StoredBlob]:
        return (
            StoredBlob(name, len(self.contents[name])) for name in self.names(prefix)
        )

    def delete(self, name: str) -> None:
        self.contents.pop(name, None)


@dataclass
class FakeQueue:
    """Messages with the delay each was sent with, oldest first."""

    sent: list[tuple[Message, float]] = field(default_factory=list)

    def plan(self, run_id: str, delay: float = 0) -> None:
        self.sent.append((PlanMessage(run_id), delay))

    def shard(self, run_id: str, number: int, delay: float = 0) -> None:
        self.sent.append((ShardMessage(run_id, number), delay))

    def restore(self, restore_id: str, delay: float = 0) -> None:
        self.sent.append((RestoreMessage(restore_id), delay))

    def take(self) -> tuple[Message, float] | None:
        """The oldest message, whatever its delay, or None; for tests to deliver."""
        return self.sent.pop(0) if self.sent else None


@dataclass
class FakeBudget:
    """Never waits; counts."""

    taken: Counter[RequestKind] = field(default_factory=Counter)
    throttles: list[tuple[RequestKind, float | None]] = field(default_factory=list)

    def take(self, kind: RequestKind) -> None:
        self.taken[kind] += 1

    def throttled(self, kind: RequestKind, retry_after: float | None) -> bool:
        self.throttles.append((kind, retry_after))
        return True


class FakeClock:
    """Time that passes only when somebody sleeps, or a test says so."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 2, tzinfo=UTC)) -> None:
        self.start = start
        self.passed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += max(seconds, 0)

    def advance(self, seconds: float) -> None:
        """Let time pass without anybody sleeping."""
        self.passed += seconds


@dataclass
class FakeEvents:
    """Keeps what was emitted."""

    emitted: list[Event] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        unknown = event.facts.keys() - FIELDS[event.name].keys()
        assert not unknown, f"{event.name} has facts that nobody documented: {unknown}"
        self.emitted.append(event)

    def facts(self, name: str) -> list[Facts]:
        """The facts of every event of that name."""
        return [event.facts for event in self.emitted if event.name == name]


@dataclass
class FakeNotifier:
    """Keeps what was told; a test sets the `fault` that telling meets."""

    told: list[Notice] = field(default_factory=list)
    fault: Exception | None = None

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)
        if self.fault is not None:
            raise self.fault


class FakeLease:
    """One holder at a time, but within a thread it goes on anyway; counts."""

    def __init__(self) -> None:
        self.holds = 0
        self._lock = threading.RLock()

    @contextmanager
    def hold(self) -> Iterator[None]:
        with self._lock:
            self.holds += 1
            yield
