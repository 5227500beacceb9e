"""DECISIONS: from which numbers on somebody should look; measures nothing."""

from collections.abc import Mapping
from datetime import timedelta

from shared.domain.diagnostics import Verdict, worst

SKEW_WARNING = timedelta(seconds=60)
SKEW_FAILED = timedelta(minutes=5)
"""Tokens are no good beyond it (documented: Entra, five minutes of clock skew)."""

SLOW_LIST_SECONDS = 1.5
"""Usual are 0.3 (reported: databrickslabs/migrate#101); a folder costs one."""

RECOMMENDED_REPOSITORY_BYTES = 10 * 2**30
LARGEST_REPOSITORY_BYTES = 250 * 2**30
"""Above it nothing can be written (documented: Azure Repos, Git limits)."""

MOST_MESSAGES = 200
"""The app keeps at most a window of shards in the queue; more are left over."""


def skew_verdict(skew: timedelta) -> Verdict:
    """Of the difference between our clock and a remote's, either way."""
    apart = abs(skew)
    if apart >= SKEW_FAILED:
        return Verdict.FAILED
    return Verdict.WARNING if apart >= SKEW_WARNING else Verdict.OK


def size_verdict(size: int) -> Verdict:
    """Of a repository's size in bytes."""
    if size >= LARGEST_REPOSITORY_BYTES:
        return Verdict.FAILED
    return Verdict.WARNING if size >= RECOMMENDED_REPOSITORY_BYTES else Verdict.OK


def latency_verdict(seconds: float) -> Verdict:
    """Of how long a folder's listing takes."""
    return Verdict.WARNING if seconds >= SLOW_LIST_SECONDS else Verdict.OK


def backlog_verdict(depths: Mapping[str, int]) -> Verdict:
    """Of how many messages lie in each queue."""
    return worst(
        Verdict.WARNING if depth > MOST_MESSAGES else Verdict.OK
        for depth in depths.values()
    )
