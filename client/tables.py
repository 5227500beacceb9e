"""CLIENT: rows under their titles; knows nothing of what they hold."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from client.words import printable

GAP = "  "


def columns(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each column as wide as it must be; whatever a cell holds stays in its line."""
    shown = [titles, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = map(set_cell_size, row, widths)
        yield GAP.join(cells).rstrip()
