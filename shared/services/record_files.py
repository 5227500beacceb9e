"""USE CASE PARTS: the files of run records at one commit, by time; reads no record."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from shared.domain.record import is_record_path
from shared.ports import GitReader

RUNS = ".backup/runs"
DAYS_A_READ = 31
SKEW = timedelta(minutes=5)
"""A guess: so far apart may be the clocks of the app and of the repository."""

type Ordered = Callable[[Iterable[str]], list[str]]


@dataclass(frozen=True, slots=True)
class RecordFiles:
    """The ids of the runs whose records lie at their places at `tip`.

    In the order in which the runs were opened. What a file says, and which commit
    brought it, is not looked at. The days next to the one asked for are one request;
    beyond, folders are listed year by year and month by month.
    """

    reader: GitReader
    tip: str

    def back_from(self, moment: datetime | None) -> Iterator[str]:
        """Runs that were opened up to `moment` (None: all), the latest first."""
        if moment is None:
            yield from self._walk(_latest_first, lambda _: True)
            return
        last = _run_time(moment, SKEW)
        days = _days(moment, SKEW, -1)
        ids = self._records(days)
        yield from (run_id for run_id in _latest_first(ids) if run_id[:16] <= last)
        first = days[-1]
        for run_id in self._walk(_latest_first, lambda p: p <= first[: len(p)]):
            if run_id not in ids:
                yield run_id

    def on_from(self, moment: datetime | None) -> Iterator[str]:
        """Runs that were opened from `moment` on (None: all), the earliest first."""
        if moment is None:
            yield from self._walk(sorted, lambda _: True)
            return
        first = _run_time(moment, -SKEW)
        days = _days(moment, -SKEW, 1)
        ids = self._records(days)
        yield from (run_id for run_id in sorted(ids) if run_id[:16] >= first)
        last = days[-1]
        for run_id in self._walk(sorted, lambda p: p >= last[: len(p)]):
            if run_id not in ids:
                yield run_id

    def _walk(self, ordered: Ordered, wanted: Callable[[str], bool]) -> Iterator[str]:
        """By year and month; `wanted` says of a folder such as `2026/11` whether."""
        for year in ordered(filter(wanted, self._folders([""]))):
            months = [month for month in self._folders([year]) if wanted(month)]
            days = ordered(filter(wanted, self._folders(months)))
            for _, of_month in groupby(days, lambda day: day[:7]):
                yield from ordered(self._records(list(of_month)))

    def _folders(self, inside: Sequence[str]) -> list[str]:
        """The folders in these, as paths below the place of all records."""
        items = self._items(inside)
        return [i.removeprefix(f"{RUNS}/") for i, is_folder in items if is_folder]

    def _records(self, days: Sequence[str]) -> set[str]:
        paths = (path for path, is_folder in self._items(days) if not is_folder)
        return {
            path.rpartition("/")[2].removesuffix(".json")
            for path in paths
            if is_record_path(path)
        }

    def _items(self, inside: Sequence[str]) -> list[tuple[str, bool]]:
        if not inside:
            return []
        folders = [f"{RUNS}/{folder}".rstrip("/") for folder in inside]
        items = self.reader.items(self.tip, folders, [])
        return [(item.path, item.is_folder) for item in items]


def _latest_first(texts: Iterable[str]) -> list[str]:
    return sorted(texts, reverse=True)


def _run_time(moment: datetime, skew: timedelta) -> str:
    """The moment as run ids write it."""
    shifted = _shifted(moment, skew)
    # %Y alone has no leading zeros everywhere.
    return f"{shifted.year:04}{shifted:%m%dT%H%M%SZ}"


def _days(moment: datetime, skew: timedelta, step: int) -> list[str]:
    """The folders of the days from the moment on, or back from it."""
    start = _shifted(moment, skew).date().toordinal()
    ordinals = range(start, start + step * DAYS_A_READ, step)
    within = range(date.min.toordinal(), date.max.toordinal() + 1)
    days = [date.fromordinal(day) for day in ordinals if day in within]
    return [f"{day.year:04}/{day:%m/%d}" for day in days]


def _shifted(moment: datetime, skew: timedelta) -> datetime:
    try:
        return moment + skew
    except OverflowError:
        return moment.astimezone(UTC)
