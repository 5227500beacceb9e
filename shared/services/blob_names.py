"""USE CASE PARTS: where what runs leave behind lies among the blobs."""

DELETIONS = "2-deletions"
"""The part of a run's outcomes that says what it held back."""


def run_outcomes_name(run_id: str, part: str) -> str:
    """The blob that holds outcomes which belong to the run as a whole."""
    return f"runs/{run_id}/outcomes/{part}"


def known_failures_name(run_id: str) -> str:
    """The blob that says what had failed already before the run."""
    return f"runs/{run_id}/known-failures"


def outcomes_name(run_id: str, part: str) -> str:
    """The blob that holds outcomes of a part of a run, such as `000003-1-02`."""
    return f"runs/{run_id}/shards/{part}.outcomes"


def verified_name(outcomes: str) -> str:
    """The blob beside it that holds the folders verified with them."""
    return outcomes.removesuffix(".outcomes") + ".folders"
