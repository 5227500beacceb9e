"""CLIENT, runs: what a person types to have it done; does none of it."""

from typing import Protocol


class Commands(Protocol):
    """Words to copy."""

    @property
    def again(self) -> str:
        """What starts another run."""
        ...

    def watch(self, run_id: str) -> str:
        """What looks at this run."""
        ...

    def allow(self, run_id: str) -> str:
        """What lets the deletions through that this run held back."""
        ...
