"""TRIGGERS: what a clean-up removes and what stays, as the JSON that callers get."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from functions.json_answers import Json, time_text
from shared.domain.retention import (
    ALWAYS_KEPT,
    MEANING,
    POISON_KEPT,
    WHY,
    CleanUpPlan,
    Kept,
    Kind,
    Rule,
    next_clean_up,
    summed,
)

NAMED = 10
"""Names of a kind, or of a rule, at most."""


def retention_answer(
    plan: CleanUpPlan, retention: timedelta, last: datetime | None
) -> Json:
    """What goes and why, kind by kind; what is old and stays; and when it goes."""
    return {
        "at": time_text(plan.at),
        "retention_days": retention.days,
        "poison_days": POISON_KEPT.days,
        "last_clean_up": time_text(last) if last else None,
        "next_clean_up": time_text(next_clean_up(last, plan.at)),
        "at_least": plan.more or plan.unseen,
        "removes": [_kind(plan, kind) for kind in Kind],
        "keeps": [_rule(plan.kept, rule) for rule in Rule],
        "always_kept": list(ALWAYS_KEPT),
    }


def _kind(plan: CleanUpPlan, kind: Kind) -> Json:
    found = summed(plan.due, kind)
    return {
        "kind": kind.value,
        "why": WHY[kind],
        "number": found.number,
        "blobs": found.blobs,
        "bytes": found.bytes,
        "oldest": time_text(found.oldest) if found.oldest else None,
        "names": list(found.names[:NAMED]),
    }


def _rule(kept: Sequence[Kept], rule: Rule) -> Json:
    names = [one.name for one in kept if one.rule is rule]
    return {
        "rule": rule.value,
        "means": MEANING[rule],
        "number": len(names),
        "names": names[:NAMED],
    }
