"""Builders of listed objects for tests, and the names that make backups fail."""

import json
import ntpath
import random
from collections.abc import Iterable, Mapping, Sequence

from hypothesis import strategies as st

from shared.domain.names import NamedBefore, assign_names
from shared.domain.objects import (
    DIRECTORY,
    FILE,
    NOTEBOOK,
    Format,
    WorkspaceObject,
    join,
)

AWKWARD = (
    "New Notebook 2026-05-04 13:54:24",
    *("a|b", 'a"b', "a\\b", "a<b>", "what?", "*", "50%", "%41", "%2541"),
    *(
        " x ",
        "x.",
        "x..",
        "x. .",
        " ",
        ".",
        "..",
        "...",
        "tab\t",
        "new\nline",
        "\x7f\x85",
    ),
    *("CON", "con.py", "Con .txt", "AUX", "nul.", "COM1", "com\u00b9.sql", "LPT9"),
    *("CONIN$", "conout$.r", "PRN", "COM0", "console", "COM10", "con-fig"),
    *(
        ".git",
        ".GIT",
        ".Git.",
        ".git ",
        ".git:x",
        ".git\\x",
        ".g\u200cit",
        "\ufeff.git",
    ),
    *("git~1", "GIT~1", "git~1.", "gitmod~1", "gi7eba~1", "GI7D29~1", "gi7eb~12"),
    *("g~123456", "~1234567", ".gitmodules", ".gitModules ", ".gitattributes"),
    *(".gitAttributes.", ".gitignore", ".gitkeep", "gitattributes", "gitatt~2"),
    *(".backup", ".Backup", "README.md", "readme.MD", "folder.json", "Folder.JSON"),
    *("Acme", "acme", "ACME", "x", "x.py", "x.sql", "x.ipynb", "x.py.py"),
    *("\u00e9t\u00e9", "e\u0301te\u0301", "\u00c9T\u00c9", "stra\u00dfe", "STRASSE"),
    *("\u212b", "\u00c5", "A\u030a", "\u03c3", "\u03c2", "\u0131", "I", "i"),
    *("\U0001f600" * 250, "\U0001f600" * 249 + "!", "a" * 255, "a" * 252, "a" * 256),
    *(
        "con." + "a" * 251,
        "a" * 240 + "." + "b" * 30,
        "%" * 100,
        "lone \ud83d surrogate",
    ),
    *("\u65e5\u672c\u8a9e", "\u0645\u0631\u062d\u0628\u0627", "-rf", "~", "$HOME"),
)

_TROUBLE = './%~: \\*"<>|?\t\n\u200c\ufeff\u0301\u00e9\u00c9\u00df\u017f\u00b9\ud800'

NAMES = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(), min_size=1),
    st.text(st.sampled_from(_TROUBLE + "gitGITconmdaba7e1$"), min_size=1, max_size=12),
).map(lambda name: as_json_reads(name.replace("/", "_")))
"""Names of workspace objects, mostly of the unpleasant kind."""


def as_json_reads(text: str) -> str:
    """The text as it comes out of JSON: there, two halves of a pair are one letter."""
    read: str = json.loads(json.dumps(text))
    return read


def a_notebook(
    name: str, object_id: int = 1, language: str | None = "PYTHON", folder: str = "/f"
) -> WorkspaceObject:
    """A notebook as a listing shows it."""
    return WorkspaceObject(
        join(folder, name), NOTEBOOK, object_id, language, 1_700_000_000_000
    )


def a_file(name: str, object_id: int = 1, folder: str = "/f") -> WorkspaceObject:
    """A file as a listing shows it."""
    return WorkspaceObject(
        join(folder, name), FILE, object_id, None, 1_700_000_000_000, 12
    )


def a_folder(name: str, object_id: int = 1, folder: str = "/f") -> WorkspaceObject:
    """A folder that is descended."""
    return WorkspaceObject(join(folder, name), DIRECTORY, object_id)


def assign(
    listing: Sequence[WorkspaceObject],
    before: Iterable[NamedBefore] = (),
    *,
    notebook_format: Format = Format.SOURCE,
    at_top: bool = False,
    fixed_folders: Mapping[str, str] | None = None,
) -> Mapping[WorkspaceObject, str]:
    """`assign_names`, with one list of what was named before."""
    known = list(before)
    return assign_names(
        listing,
        previous_entries=[n for n in known if n.type != DIRECTORY],
        previous_folders=[n for n in known if n.type == DIRECTORY],
        notebook_format=notebook_format,
        at_top=at_top,
        fixed_folders=fixed_folders,
    )


def an_object(name: str, object_id: int, rng: random.Random) -> WorkspaceObject:
    """A folder, a file or a notebook, which it may be of."""
    kind = rng.randrange(6)
    if kind == 0:
        return a_folder(name, object_id)
    if kind == 1:
        return a_file(name, object_id)
    return a_notebook(name, object_id, [None, "PYTHON", "SQL", "R"][kind - 2])


def a_random_name(rng: random.Random) -> str:
    """A name near the forbidden ones, or of any letters at all."""
    kind = rng.randrange(5)
    if kind == 0:
        name = rng.choice(AWKWARD)
        place = rng.randrange(len(name))
        return name[:place] + chr(rng.randrange(0x30, 0x2FF)) + name[place + 1 :]
    if kind == 1:
        return "".join(rng.choices(".gitmodulesatrbGITMeba7d29~1234567 \u200c", k=8))
    if kind == 2:
        return "".join(
            rng.choices("conpraulmlt123.$ \u00b9\u00b2", k=rng.randint(1, 6))
        )
    if kind == 3:
        letters = rng.choices(range(1, 0x10FFFF), k=rng.randint(1, 80))
    else:
        letters = rng.choices(range(0x20, 0x250), k=rng.randint(1, 5))
    return "".join(map(chr, letters)).replace("/", "_")


def windows_refuses(name: str) -> bool:
    """Whether Python's own knowledge of Windows takes the file name for reserved."""
    return ntpath.isreserved(f"folder\\{name}")
