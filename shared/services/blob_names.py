"""USE CASE PARTS: where what runs leave behind lies among the blobs."""

RUNS = "runs/"
RESTORES = "restores/"
"""How the names of all blobs of all runs begin, and of all restores."""

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


def restore_blobs(restore_id: str) -> str:
    """How the names of all blobs of a restore begin."""
    return f"restores/{restore_id}/"


def restore_wanted_name(restore_id: str) -> str:
    """The blob that says what was asked for, located in Git."""
    return f"{restore_blobs(restore_id)}wanted"


def restore_shard_name(restore_id: str, number: int) -> str:
    """The blob that holds a shard's folders; the first is number 0."""
    return f"{restore_blobs(restore_id)}shards/{number:06d}"


def restore_plan_name(restore_id: str, number: int) -> str:
    """The blob that holds what is to become of a shard's objects."""
    return f"{restore_blobs(restore_id)}plan/{number:06d}"


def restore_done_name(restore_id: str, number: int, first: int | None = None) -> str:
    """The blob that says what became of a shard's work from the `first` piece on.

    Without a `first`: how the names of all of these begin.
    """
    part = "" if first is None else f"{first:06d}"
    return f"{restore_blobs(restore_id)}done/{number:06d}-{part}"


def restore_removed_name(restore_id: str, path_digest: str) -> str:
    """The blob that keeps what had to be removed before something was written."""
    return f"{restore_blobs(restore_id)}removed/{path_digest}"
