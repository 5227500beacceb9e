"""CLIENT, forecasts: a forecast as people like to read it; works nothing out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from client.words import count, size

_RUNS = {
    "first": "first run",
    "nightly": "a night",
    "audit": "its audit",
    "restore": "restore of all",
}
_SOURCES = {
    "last_run": "sizes as the last run stored them",
    "guess": "sizes are a guess: nothing was sampled, and no run stored anything",
}
_NAME, _NUMBER = 26, 16


def table(forecast: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a forecast, as `GET /api/forecast` gives it."""
    yield from _based_on(forecast)
    yield ""
    runs = {title: forecast[name] for name, title in _RUNS.items()}
    yield _line("", runs)
    yield _line("minutes, about", (f"{r['minutes']:,.1f}" for r in runs.values()))
    yield from _bounds(runs)
    yield _line("objects", (_n(r["objects"]) for r in runs.values()))
    yield _line("pushes", (_n(r.get("pushes", 0)) for r in runs.values()))
    yield _line("shards", (_n(r.get("shards", 0)) for r in runs.values()))
    calls = [run["calls"] for run in runs.values()]
    for name in sorted(set().union(*calls)):
        yield _line(name, (_n(each.get(name, 0)) for each in calls))
    stored = (_n(r["storage_transactions"]) for r in runs.values())
    yield _line("storage transactions", stored)
    yield from _too_long(runs)
    yield ""
    grown = forecast["repository"]
    yield (
        f"The repository: {size(grown['first_bytes'])} after the first run,"
        f" {size(grown['bytes_a_year'])} more a year, at most"
        f" ({count(grown['records_a_year'], 'record')} of runs among it)"
    )
    yield from _bill(forecast["cost"])
    yield from _compared(forecast["compared"])


def _based_on(forecast: Mapping[str, Any]) -> Iterator[str]:
    listed, sizes = forecast["listed"], forecast["sizes"]
    yield (
        f"Listed: {count(listed['folders'], 'folder')} with"
        f" {count(listed['objects'], 'object')},"
        f" {count(listed['notebooks'], 'notebook')} among them"
    )
    if listed["failed"]:
        yield f"  {count(listed['failed'], 'folder')} could not be listed"
    if listed["extrapolated"]:
        yield (
            f"  there was no time for {count(listed['not_listed'], 'folder')}: they"
            " count as much as those that were listed, and what is below them as the"
            " last run found it, if there was one"
        )
    how = _SOURCES.get(sizes["source"], f"{count(sizes['sampled'], 'object')} sampled")
    yield (
        f"Sizes: {size(sizes['mean_bytes'])} on average,"
        f" {sizes['compressed_percent']:.0f} % of it when compressed ({how})"
    )
    change = forecast["change"]
    measured = "as recent nights tell" if change["measured"] else "assumed"
    yield f"Changes: {change['percent']:g} % of all objects a night ({measured})"


def _bounds(runs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    short = (str(run["bound_by"]).removeprefix("DATABRICKS_") for run in runs.values())
    yield _line("bound by", short)


def _too_long(runs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for title, run in runs.items():
        if not run.get("within_deadline", True):
            yield (
                f"  {title}: longer than RUN_DEADLINE lets a run take; what one run"
                " does not do, the next one does"
            )


def _bill(cost: Mapping[str, Any]) -> Iterator[str]:
    currency = cost["currency"]
    yield (
        f"Azure: {cost['a_month']:.2f} {currency} a month"
        f" ({cost['region']}, without free grants)"
    )
    for item in cost["items"]:
        name = str(item["name"]).replace("_", " ")
        units = f"{item['units']:,.1f} {item['unit']}"
        price = f"{item['price']:f}".rstrip("0")
        of = f"{price} for {item['price_per']:,.0f}, {item['price_date']}"
        yield f"  {name:<20}{units:>28}{item['cost']:>9.2f}   ({of})"


def _compared(compared: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not compared:
        return
    yield ""
    yield "Earlier runs: forecast / real"
    titles = ("lists", "exports", "pushes", "minutes")
    yield f"  {'':<34}" + "".join(f"{title:>16}" for title in titles)
    for each in compared:
        pairs = (
            *(_pair(each, f"databricks.{call}") for call in ("list", "export")),
            _beside(each, lambda side: _n(side["pushes"])),
            _beside(each, lambda side: f"{side['minutes']:,.1f}"),
        )
        row = "".join(f"{pair:>16}" for pair in pairs)
        yield f"  {each['run']} {each['kind']:<10}{row}"


def _pair(each: Mapping[str, Any], call: str) -> str:
    return _beside(each, lambda side: _n(side["calls"].get(call, 0)))


def _beside(each: Mapping[str, Any], told: Any) -> str:
    return f"{told(each['predicted'])} / {told(each['real'])}"


def _n(number: int) -> str:
    return f"{number:,}"


def _line(name: str, cells: Iterable[str]) -> str:
    return (f"  {name:<{_NAME}}" + "".join(f"{c:>{_NUMBER}}" for c in cells)).rstrip()
