"""CLIENT, runs: many of them as a table; asks nothing."""

from collections.abc import Iterator, Sequence

from client.runs.api import Row
from client.tables import columns
from client.words import moment


def listing(runs: Sequence[Row]) -> Iterator[str]:
    """A line a run, as they come; what they did, and what is missing."""
    if not runs:
        yield "There is no run yet."
        return
    yield from columns(
        ("run", "status", "began (UTC)", "by", "what it did"),
        [
            (run.id, run.status, moment(run.opened_at), run.trigger, _did(run))
            for run in runs
        ],
    )


def _did(run: Row) -> str:
    words = {
        "stored": "to store" if run.dry_run else "stored",
        "deleted": "deleted",
        "held": "held back",
        "failed": "missing",
    }
    counts = run.counts
    did = [f"{counts[name]:,} {word}" for name, word in words.items() if counts[name]]
    if run.unchanged and not did:
        did = ["nothing changed"]
    kinds = {"dry run": run.dry_run, "full": run.mode == "full"}
    kind = ", ".join(name for name, so in kinds.items() if so)
    return ": ".join(filter(None, (kind, ", ".join(did))))
