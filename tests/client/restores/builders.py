"""Restores as the API tells them."""

from dataclasses import fields, replace

from client.restores.api import Outcome, Restore
from shared.domain.restores import RestoreTally

NOTHING = {field.name: 0 for field in fields(RestoreTally)}
RUN = "20261122T020000Z-3f9a1c"


class Words:
    """Commands that say what they were given."""

    def apply(self, restore: Restore) -> str:
        return f"apply {' '.join(restore.paths)} of {restore.run}"

    def cancel(self, restore: Restore) -> str:
        return f"cancel {restore.id}"


def an_outcome(path: str, action: str, **facts: str) -> Outcome:
    plain = Outcome(path=path, type="NOTEBOOK", action=action, found="missing")
    return replace(plain, **facts)


def a_restore(
    *outcomes: Outcome, status: str = "planned", apply: bool = False, **counts: int
) -> Restore:
    return Restore(
        id="restore-20261123T020000Z-3f9a1c",
        status=status,
        apply=apply,
        stage="compare",
        run=RUN,
        time="2026-11-22T02:10:00Z",
        commit="c" * 40,
        paths=("/a",),
        at="",
        to="",
        on_conflict="skip",
        counts=NOTHING | counts,
        done=0,
        total=0,
        seconds=4.2,
        estimate={"lists": 1, "exports": 3, "imports": 4, "minutes": 7.2},
        error="",
        outcomes=outcomes,
    )
