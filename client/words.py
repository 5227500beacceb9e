"""CLIENT: numbers and names as people read them; knows no run."""

from collections.abc import Iterator

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def count(number: int, noun: str) -> str:
    """`1 object`, `12,345 objects`, `2 copies`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    plural = f"{noun}es" if noun.endswith("sh") else plural
    return f"{number:,} {noun if number == 1 else plural}"


def size(number: int) -> str:
    """`912 bytes`, `41.3 kB`, in powers of a thousand."""
    scaled = float(number)
    for unit in _UNITS:
        if scaled < 999.95 or unit == _UNITS[-1]:
            break
        scaled /= 1000
    return f"{number:,} {unit}" if unit == _UNITS[0] else f"{scaled:.1f} {unit}"


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 05 s`, `1 h 02 min`."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def printable(text: str) -> str:
    """The text on one line, whatever it holds: names may hold anything but `/`."""
    shown = (c if c.isprintable() else repr(c)[1:-1] for c in text)
    return "".join(shown)


def moment(text: str) -> str:
    """`2026-11-26 10:09:16`: an RFC 3339 time of the API, which is in UTC."""
    return printable(text[:19].replace("T", " "))


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text as a terminal may get them; tabs stay."""
    for line in text.removesuffix("\n").split("\n"):
        yield "\t".join(map(printable, line.removesuffix("\r").split("\t")))
