"""CLIENT, runs: what became of a run, told so that a person likes to read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from client.runs.api import Item, Listed, Run
from client.runs.commands import Commands
from client.words import count, duration, printable, size

NAMED = 20
NAMED_A_REASON = 5
_INDENT = 12
_VERBS = {"added": "new", "edited": "changed", "deleted": "deleted", "moved": "moved"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the result is: how to clone it, if known, and where all can be read."""

    clone: str
    everything: str


def outcome(run: Run, place: Place, commands: Commands) -> list[str]:
    """The lines that tell it, headline first."""
    if run.status == "complete" and run.unchanged and not run.dry_run:
        return [_unchanged(run), *_where(run, place)]
    lines = [_headline(run), ""]
    if run.error:
        lines += _row("reason", printable(run.error))
    lines += _named("missing", run.counts["failed"], run.lists["failures"], place)
    lines += _stored(run)
    lines += _named("left out", run.counts["excepted"], run.lists["exceptions"], place)
    held = run.lists["held"]
    lines += _named("held back", max(run.counts["held"], len(held.items)), held, place)
    foreign = run.lists["foreign"]
    lines += _named("by others", len(foreign.items), foreign, place)
    if run.dry_run:
        lines += _foretold(run, place)
    lines += _row("took", _took(run))
    lines += _where(run, place)
    lines += _advice(run, commands)
    return lines


def _headline(run: Run) -> str:
    if run.dry_run:
        return "Dry run: this is what a backup would do; nothing was written."
    return {
        "complete": "Complete: everything is in Git, read back and compared.",
        "incomplete": "Incomplete: something is missing, and it is named here.",
        "failed": "Failed: nothing could be recorded.",
        "cancelled": "Cancelled: what was stored until then stays.",
    }.get(run.status, f"The run is {run.status}.")


def _unchanged(run: Run) -> str:
    objects = count(run.counts["listed"], "object")
    folders = count(run.counts["folders"], "folder")
    exports = run.counts["exported"]
    # Dashboards have no time in a listing, so they are always exported and compared.
    asked = f"{count(run.listings, 'listing')}, {count(exports, 'export')}"
    restore_point = f"; run {run.confirms} still holds" if run.confirms else ""
    return (
        f"Nothing changed: {objects} in {folders} are as Git has them{restore_point} "
        f"({asked}, {duration(run.seconds)})."
    )


def _stored(run: Run) -> Iterator[str]:
    counts, verb = run.counts, "to store" if run.dry_run else "stored"
    stored = count(counts["stored"], "object")
    if counts["stored_bytes"]:
        stored += f", {size(counts['stored_bytes'])}"
    yield from _row(verb, stored + _kinds(run.lists["changes"]))
    for label, name in (("moved", "moved"), ("deleted", "deleted")):
        if counts[name]:
            yield from _row(label, count(counts[name], "object"))
    if counts["equal"]:
        yield from _row("as before", count(counts["equal"], "object"))
    if counts["vanished"]:
        gone = "gone before it could be read; the next run looks again"
        yield from _row("vanished", f"{count(counts['vanished'], 'object')}, {gone}")


def _kinds(changes: Listed) -> str:
    """How many are new and how many changed, where the whole list is known."""
    kinds = [item.kind for item in changes.items]
    parts = [
        f"{kinds.count(kind):,} {_VERBS[kind]}"
        for kind in ("added", "edited")
        if kind in kinds
    ]
    return f" ({', '.join(parts)})" if parts and not changes.more else ""


def _foretold(run: Run, place: Place) -> Iterator[str]:
    changes = run.lists["changes"]
    for item in changes.items[:NAMED]:
        origin = f" (from {printable(item.origin)})" if item.origin else ""
        yield from _row(_VERBS.get(item.kind, item.kind), printable(item.path) + origin)
    hidden = len(changes.items) - NAMED
    if hidden > 0:
        known = f"{hidden:,}{'+' if changes.more else ''}"
        yield from _row("", f"and {known} more: {place.everything}")


_NEWS = frozenset({"missing", "left out"})
"""What of these was not so before is told apart."""


def _named(label: str, total: int, listed: Listed, place: Place) -> Iterator[str]:
    """A list by its reasons, the most frequent first; only so many are named."""
    if not total and not listed.items:
        return
    total = max(total, len(listed.items))
    new = sum(not item.known for item in listed.items)
    news = f", {new:,} of them new" if label in _NEWS and 0 < new < total else ""
    yield from _row(label, count(total, "object") + news)
    shown = 0
    for reason, items in _by_reason(listed.items):
        if shown >= NAMED:
            break
        yield from _row("", f"{printable(reason)} ({len(items):,})")
        if items[0].remedy:
            yield from _row("", f"-> {printable(items[0].remedy)}")
        for item in items[: min(NAMED_A_REASON, NAMED - shown)]:
            shown += 1
            yield from _row("", f"  {printable(item.path)}")
    if total > shown:
        yield from _row("", f"and {total - shown:,} more: {place.everything}")


def _by_reason(items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    reasons: dict[str, list[Item]] = {}
    for item in items:
        reasons.setdefault(item.detail or item.type, []).append(item)
    return sorted(reasons.items(), key=lambda pair: -len(pair[1]))


def _took(run: Run) -> str:
    asked = [
        count(run.listings, "listing"),
        count(run.calls.get("databricks.export", 0), "export"),
    ]
    pushes = run.calls.get("azuredevops.push", 0)
    if pushes:
        asked.append(count(pushes, "push"))
    return f"{duration(run.seconds)}: {', '.join(asked)}"


def _where(run: Run, place: Place) -> Iterator[str]:
    if run.commit:
        yield from _row("commit", run.commit)
        tagged = run.confirms or run.id
        if run.status == "complete" and run.full_scope:
            yield from _row("tag", f"backup/{tagged}")
    if place.clone and run.commit and not run.dry_run:
        yield from _row("look at it", place.clone)


def _advice(run: Run, commands: Commands) -> Iterator[str]:
    if run.dry_run or run.status == "complete":
        return
    yield ""
    if run.lists["held"].items and not run.counts["failed"]:
        yield (
            "The deletions were held back because they look like an accident. To let "
            "them through:"
        )
        yield f"  {commands.allow(run.id)}"
        return
    if run.status == "failed":
        yield (
            f"Once that is put right, {commands.again} again goes on from what is"
            " stored."
        )
        return
    yield f"{commands.again} again does only what is missing."


def _row(label: str, text: str) -> list[str]:
    return [f"  {label:<{_INDENT}}{text}"]
