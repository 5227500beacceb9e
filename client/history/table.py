"""CLIENT, history: versions as people like to read them."""

from collections.abc import Callable, Iterator

from client.history.versions import Past, Version
from client.tables import columns
from client.words import moment, printable, size


def table(past: Past, restore: Callable[[str], str]) -> Iterator[str]:
    """A line a version; `restore` is the line that gets it back as of some run."""
    yield f"{printable(past.path)}, {past.kind}"
    yield ""
    if not past.versions:
        yield "No version was found yet."
    else:
        yield from columns(
            ("stored (UTC)", "what", "size", "by run", "commit"),
            [_row(version) for version in past.versions],
        )
    if past.more:
        yield "and older ones: --limit"
    found = next((v for v in past.versions if v.at), None)
    if found is not None and past.versions[0].deleted:
        yield ""
        yield f"It is gone. Get it back: {restore(found.at)}"


def _row(version: Version) -> tuple[str, ...]:
    kind = " ".join(word for word in (version.type, version.language) if word)
    return (
        moment(version.time),
        "deleted" if version.deleted else kind.lower() or "changed",
        "" if version.size is None else size(version.size),
        version.run or "somebody else",
        version.commit[:10],
    )
