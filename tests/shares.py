"""How tests are shared out among processes: what is fit to be one process's share.

A share is a file, so that what is expensive to start is started once for it. Only the
rows of a matrix, which are many and need the same few servers, are several shares.
"""

from collections import Counter

import pytest

ROWS = 60
"""Rows of a matrix that are one share."""

MATRICES = (
    "test_fault_matrix.py",
    "test_restore_faults.py",
    "test_killed_processes.py",
    "test_killed_restores.py",
)

ORDER = ("e2e", "matrix", "versions", "unit/services", "local")
"""Folders by how long a share of theirs takes, so that short ones even out the end."""


def share_out(items: list[pytest.Item]) -> None:
    """Name each test's share, for `--dist loadgroup`, and bring them into order."""
    rows = Counter[str]()
    for item in items:
        file = item.nodeid.partition("::")[0]
        share = file
        if file.endswith(MATRICES):
            # Whoever tells a story knows it already when the next row tells it, too.
            of = f"{file} {_story(item)}".strip()
            share = f"{of} {rows[of] // ROWS}"
            rows[of] += 1
        item.add_marker(pytest.mark.xdist_group(share))
    items.sort(key=_place)


def _story(item: pytest.Item) -> str:
    spec = getattr(item, "callspec", None)
    story = spec.params.get("story") if spec else None
    return story.name if story else ""


def _place(item: pytest.Item) -> int:
    found = (
        place
        for place, folder in enumerate(ORDER)
        if item.nodeid.startswith(f"tests/{folder}/")
    )
    return next(found, len(ORDER))
