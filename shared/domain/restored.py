"""DECISIONS: whether what came back from the workspace is what was put there."""

import json
from typing import Any

from shared.domain.objects import NOTEBOOK, Format, WorkspaceObject
from shared.domain.restore_outcomes import RestoreOutcome


def difference(stored: bytes, found: bytes, format: Format) -> str:  # noqa: A002
    """How the object's bytes differ from the stored ones; empty where they do not.

    The workspace writes a notebook anew that was imported as JUPYTER (reported:
    databricks/cli): of one in which only that differs, the cells decide.
    """
    if stored == found or (format is Format.JUPYTER and _same_cells(stored, found)):
        return ""
    at = next(
        (n for n, (a, b) in enumerate(zip(stored, found, strict=False)) if a != b),
        min(len(stored), len(found)),
    )
    return (
        f"{len(stored):,} bytes were written and {len(found):,} came back;"
        f" they differ from byte {at:,} on"
    )


def kind_difference(outcome: RestoreOutcome, there: WorkspaceObject | None) -> str:
    """How what is listed differs in type or language; empty where it does not."""
    if there is None:
        return "it is not listed"
    if there.type != outcome.type:
        return f"it is an object of type {there.type}"
    if outcome.type == NOTEBOOK and there.language != outcome.language:
        return f"it is a notebook in {there.language or 'no language'}"
    return ""


def _same_cells(stored: bytes, found: bytes) -> bool:
    one, other = _cells(stored), _cells(found)
    return one is not None and one == other


def _cells(raw: bytes) -> list[tuple[str, str, Any]] | None:
    """What people wrote, and what it printed; None for no notebook."""
    try:
        return [
            (cell["cell_type"], _joined(cell["source"]), cell.get("outputs") or [])
            for cell in json.loads(raw)["cells"]
        ]
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
