"""CLIENT, restores: what a person types to have it done; does none of it."""

from typing import Protocol

from client.restores.api import Restore


class Commands(Protocol):
    """Lines to copy."""

    def apply(self, restore: Restore) -> str:
        """What applies exactly this restore: to the run that it is of."""
        ...

    def cancel(self, restore: Restore) -> str:
        """What cancels it."""
        ...
