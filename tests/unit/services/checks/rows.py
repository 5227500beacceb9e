"""Rows of a table: what a check meets, and how it has to end."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.diagnostics import Case
from shared.services.diagnose import Check


@dataclass(frozen=True)
class Row:
    """One scene for one check."""

    scene: str
    check: Callable[[], Check]
    case: Case
