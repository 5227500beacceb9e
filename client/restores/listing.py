"""CLIENT, restores: many of them as a table; asks nothing."""

from collections.abc import Iterator, Sequence

from client.restores.api import Row
from client.tables import columns
from client.words import count, moment

_NAMED = 2


def listing(restores: Sequence[Row]) -> Iterator[str]:
    """A line a restore, as they come."""
    if not restores:
        yield "There is no restore yet."
        return
    yield from columns(
        ("restore", "status", "began (UTC)", "of run", "what"),
        [
            (each.id, each.status, moment(each.opened_at), each.run, _what(each))
            for each in restores
        ],
    )


def _what(restore: Row) -> str:
    named = ", ".join(restore.paths[:_NAMED])
    more = len(restore.paths) - _NAMED
    of = f"{named} and {more} more" if more > 0 else named
    if not restore.apply:
        return f"plan of {of}"
    return f"{count(restore.counts['verified'], 'object')} of {of}"
