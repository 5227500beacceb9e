"""Draws the workbook's charts over made-up runs: `python -m tests.alerts.draw`.

The queries are the workbook's own. Azure's drawing looks different.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import dates
from matplotlib import pyplot as plt

from tests.alerts.sample import NIGHTS, a_month
from tests.alerts.telemetry import Row
from tests.alerts.workbook import charts
from tests.standings import DAY, NOW

IMAGES = Path(__file__).parents[2] / "docs/images"
WIDTH = 0.8
COLOURS = {"complete": "#2e7d32", "incomplete": "#f9a825", "failed": "#c62828"}


def series(rows: Sequence[Row]) -> tuple[list[Any], dict[str, list[float]]]:
    """The first column, and each number by its name, or by the row's only text."""
    first = next(iter(rows[0]))
    texts = [n for n, v in rows[0].items() if isinstance(v, str)]
    numbers = [n for n, v in rows[0].items() if n != first and n not in texts]
    if not texts:
        across = [row[first] for row in rows]
        return across, {n: [float(row[n]) for row in rows] for n in numbers}
    [text], [number] = texts, numbers
    across = sorted({row[first] for row in rows})
    found = {(row[first], row[text]): float(row[number]) for row in rows}
    names = sorted({row[text] for row in rows})
    return across, {n: [found.get((at, n), 0.0) for at in across] for n in names}


def draw(name: str, title: str, kind: str, rows: Sequence[Row]) -> None:
    """One chart as a picture."""
    across, by_name = series(rows)
    figure, axes = plt.subplots(figsize=(9, 3.2), layout="constrained")
    below = [0.0] * len(across)
    for label, values in by_name.items():
        shown = label.replace("_", " ") if "." not in label else label
        if kind == "barchart":
            colour = COLOURS.get(label)
            axes.bar(across, values, WIDTH, below, label=shown, color=colour)
            below = [a + b for a, b in zip(below, values, strict=True)]
        else:
            axes.plot(across, values, marker=".", label=shown)
    axes.set_title(title)
    axes.set_ylim(bottom=0)
    days = dates.DateFormatter("%d %b")  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(days)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False)
    figure.savefig(IMAGES / f"workbook-{name}.png", dpi=100)
    plt.close(figure)


def main() -> None:
    """Draw all that are no tables."""
    mpl.use("agg")
    IMAGES.mkdir(exist_ok=True)
    month = a_month()
    for name, content in charts().items():
        if content["visualization"] != "table":
            rows = month.ask(content["query"], NOW, (NIGHTS + 1) * DAY)
            draw(name, content["title"], content["visualization"], rows)


if __name__ == "__main__":
    main()
