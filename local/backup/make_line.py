"""LOCAL, backup: what a person types at make to go on; runs nothing."""


class MakeLines:
    """The words of `make backup`."""

    again = "`make backup`"

    def watch(self, _run_id: str) -> str:
        """It goes on with the one that is open."""
        return self.again

    def allow(self, run_id: str) -> str:
        """Make has no word for it: the request that the client sends."""
        return f'POST /api/runs {{"allow_deletions": "{run_id}"}}'
