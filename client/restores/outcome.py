"""CLIENT, restores: plans, outcomes and reports as people like to read them."""

from collections.abc import Iterable, Iterator, Sequence

from client.restores.api import NAMED, Outcome, Restore
from client.restores.commands import Commands
from client.words import count, duration, printable, size

NAMED_A_REASON = 5
_INDENT = 12
_TRIED = ("verified", "differs", "failed", "overtaken")
_HEADLINES = {
    "planned": "This is what a restore would do; nothing was written.",
    "complete": "Complete: all of it is in the workspace, read back and compared.",
    "incomplete": "Incomplete: what is not there as it was is told here.",
    "failed": "Failed.",
    "cancelled": "Cancelled: what was written until then stays.",
}


def outcome(restore: Restore, commands: Commands) -> Iterator[str]:
    """The lines that tell a plan, or what became of it; headline first."""
    yield _HEADLINES.get(restore.status, f"The restore is {restore.status}.")
    yield ""
    if restore.error:
        yield from _row("reason", printable(restore.error))
    yield from _row(
        "from", f"run {restore.run} of {restore.time}, commit {restore.commit[:10]}"
    )
    counts = restore.counts
    known = " found until then" if restore.stage == "collect" else ""
    yield from _row("asked for", count(counts["objects"], "object") + known)
    if counts["same"]:
        yield from _row("same", f"{count(counts['same'], 'object')} there already")
    yield from (_done if restore.apply else _planned)(restore)
    yield from _not_done(restore)
    yield from _in_words(restore)
    if counts["older"]:
        yield from _row(
            "older",
            f"{count(counts['older'], 'object')}: the run could not read them, so they"
            f" are of {_runs(restore.outcomes)}",
        )
    if restore.apply:
        yield from _row("took", duration(restore.seconds))
    elif restore.status == "planned":
        yield from _to_apply(restore, commands)


def report(restore: Restore) -> Iterator[str]:
    """The lines that tell how workspace and backup differ."""
    counts = restore.counts
    drifted = drift_of(restore)
    yield (
        "The workspace is not as its backup has it."
        if drifted
        else "The workspace is as its backup has it."
    )
    yield ""
    yield from _row(
        "backup", f"run {restore.run} of {restore.time}, commit {restore.commit[:10]}"
    )
    yield from _row("same", count(counts["same"], "object"))
    for label, name, found in (
        ("different", "different", "different"),
        ("not there", "missing", "missing"),
        ("not stored", "extra", "extra"),
        ("unknown", "unreadable", "unreadable"),
    ):
        if counts[name]:
            yield from _row(label, count(counts[name], "object"))
            these = [
                o
                for o in restore.outcomes
                if o.found == found and (o.type != "DIRECTORY" or found == "extra")
            ]
            yield from _some(these, counts[name])
    absent = [
        o
        for o in restore.outcomes
        if o.type == "DIRECTORY" and o.action in {"create", "blocked"}
    ]
    if counts["folders_to_make"] + counts["folders_blocked"]:
        total = counts["folders_to_make"] + counts["folders_blocked"]
        yield from _row("not there", count(total, "folder"))
        yield from _some(absent, total)


def drift_of(restore: Restore) -> bool:
    """Whether anything differs, or may."""
    names = (
        *("different", "missing", "extra", "unreadable"),
        *("folders_to_make", "folders_blocked"),
    )
    return any(restore.counts[name] for name in names)


def _planned(restore: Restore) -> Iterator[str]:
    counts = restore.counts
    if counts["to_create"]:
        yield from _row("to create", count(counts["to_create"], "object"))
    if counts["to_replace"]:
        yield from _row("to replace", count(counts["to_replace"], "object"))
    if counts["folders_to_make"]:
        yield from _row("to make", count(counts["folders_to_make"], "folder"))


def _done(restore: Restore) -> Iterator[str]:
    counts = restore.counts
    if counts["folders_made"]:
        yield from _row("made", count(counts["folders_made"], "folder"))
    written = f"{count(counts['verified'], 'object')}"
    if counts["bytes_to_write"]:
        written += f" of {size(counts['bytes_to_write'])}"
    yield from _row("verified", written)
    for name in ("differs", "failed", "overtaken"):
        if counts[name]:
            yield from _row(name, count(counts[name], "object"))


def _not_done(restore: Restore) -> Iterator[str]:
    """What was left out where it was stopped before its end."""
    counts = restore.counts
    if restore.open or restore.status in {"planned", "complete"}:
        return
    if restore.stage == "collect":
        yield from _row("not tried", "all of it: it ended while that was looked up")
        return
    done = ["same", "skipped", "blocked"]
    done += _TRIED if restore.apply else ["to_create", "to_replace"]
    objects = counts["objects"] - sum(counts[name] for name in done)
    if objects > 0:
        yield from _row("not tried", count(objects, "object"))
    made = counts["folders_made"] + counts["folders_failed"]
    folders = counts["folders_to_make"] - made if restore.apply else 0
    if folders > 0:
        yield from _row("not tried", count(folders, "folder"))


def _in_words(restore: Restore) -> Iterator[str]:
    """The objects one by one, the ones that need somebody first."""
    counts = restore.counts
    results = {
        "failed": counts["failed"] + counts["folders_failed"],
        "differs": counts["differs"],
        "overtaken": counts["overtaken"],
    }
    for result, total in results.items():
        these = [o for o in restore.outcomes if o.result == result]
        yield from _some(these, total, result)
    actions = {
        "blocked": counts["blocked"] + counts["folders_blocked"],
        "skip": counts["skipped"],
    }
    if not restore.apply:
        actions["replace"] = counts["to_replace"]
        actions["create"] = counts["to_create"] + counts["folders_to_make"]
    for action, total in actions.items():
        these = [o for o in restore.outcomes if not o.result and o.action == action]
        yield from _some(these, total, action)


def _some(outcomes: Sequence[Outcome], total: int, label: str = "") -> Iterator[str]:
    """By their reasons, the most frequent first; only so many are named."""
    shown = 0
    for reason, these in _by_reason(outcomes):
        if shown >= NAMED:
            break
        if reason:
            yield from _row(label, f"{printable(reason)} ({len(these):,})")
            label = ""
        indent = "  " if reason else ""
        for each in these[: min(NAMED_A_REASON if reason else NAMED, NAMED - shown)]:
            slash = "/" if each.type == "DIRECTORY" and each.path != "/" else ""
            yield from _row(label, f"{indent}{printable(each.path)}{slash}")
            label, shown = "", shown + 1
    if total > shown > 0:
        yield from _row("", f"and {total - shown:,} more")


def _by_reason(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    reasons: dict[str, list[Outcome]] = {}
    for each in outcomes:
        reasons.setdefault(each.detail, []).append(each)
    return sorted(reasons.items(), key=lambda pair: -len(pair[1]))


def _runs(outcomes: Iterable[Outcome]) -> str:
    found = sorted({o.older for o in outcomes if o.older})
    return ", ".join(found[:3]) or "an earlier run"


def _to_apply(restore: Restore, commands: Commands) -> Iterator[str]:
    counts, estimate = restore.counts, restore.estimate
    if not (counts["to_create"] + counts["to_replace"] + counts["folders_to_make"]):
        if not counts["blocked"] + counts["folders_blocked"] + counts["skipped"]:
            yield from _row("", "there is nothing to do")
        return
    if estimate:
        asked = [
            count(estimate["imports"], "write"),
            count(estimate["exports"], "export"),
        ]
        least = estimate["minutes"]
        how_long = f"at least {least:,.0f} min" if least >= 1 else "about a minute"
        yield from _row("it takes", f"{', '.join(asked)}, {how_long}")
    yield from _row("do it", commands.apply(restore))


def _row(label: str, text: str) -> Iterator[str]:
    yield f"  {label:<{_INDENT}}{text}".rstrip()
