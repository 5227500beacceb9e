import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.objects import FILE, NOTEBOOK, Format, WorkspaceObject
from shared.domain.restore_outcomes import Action, RestoreOutcome
from shared.domain.restored import difference, kind_difference

PYTHON = RestoreOutcome(
    path="/a", action=Action.CREATE, type=NOTEBOOK, language="PYTHON"
)


def a_cell(source: Any = "1 + 1", **facts: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], **facts}


def a_document(*cells: Any, **facts: Any) -> bytes:
    return json.dumps({"cells": [*cells], "nbformat": 4, **facts}).encode()


@given(st.binary(), st.sampled_from(Format))
def test_the_same_bytes_do_not_differ(raw: bytes, kind: Format) -> None:
    assert difference(raw, raw, kind) == ""


@given(st.binary(), st.binary(), st.sampled_from([Format.SOURCE, Format.RAW]))
def test_every_byte_counts(stored: bytes, found: bytes, kind: Format) -> None:
    assert (difference(stored, found, kind) == "") == (stored == found)


@pytest.mark.parametrize(
    ("stored", "found", "place"),
    [(b"abc", b"abd", 2), (b"abc", b"ab", 2), (b"ab", b"abc", 2), (b"", b"a", 0)],
)
def test_a_difference_tells_where_it_begins_and_no_content(
    stored: bytes, found: bytes, place: int
) -> None:
    told = difference(stored, found, Format.RAW)

    sizes = f"{len(stored)} bytes were written and {len(found)} came back"
    assert told == f"{sizes}; they differ from byte {place} on"


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        (a_document(a_cell()), a_document(a_cell(), metadata={"x": 1})),
        (a_document(a_cell()), a_document(a_cell(id="7", metadata={"a": 1}))),
        (a_document(a_cell(["1 +", " 1"])), a_document(a_cell("1 + 1"))),
        (a_document(a_cell(outputs=None)), a_document(a_cell(outputs=[]))),
        (a_document(), a_document(nbformat_minor=5)),
    ],
    ids=["metadata", "of a cell", "lines", "no outputs", "no cells"],
)
def test_a_notebook_that_was_written_anew_has_the_same_cells(
    stored: bytes, found: bytes
) -> None:
    assert difference(stored, found, Format.JUPYTER) == ""
    assert difference(stored, found, Format.SOURCE) != ""


@pytest.mark.parametrize(
    "found",
    [
        a_document(a_cell("1 + 2")),
        a_document(a_cell(cell_type="markdown")),
        a_document(a_cell(outputs=[{"text": "2"}])),
        a_document(a_cell(), a_cell()),
        a_document(),
        b"",
        b"[]",
        b"{}",
        b'{"cells": 5}',
        b'{"cells": [5]}',
        b'{"cells": [{"cell_type": "code"}]}',
        b'{"cells": [{"cell_type": "code", "source": [5]}]}',
        b'{"cells": [{"cell_type": "code", "source": null}]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=range(15),
)
def test_other_cells_are_another_notebook(found: bytes) -> None:
    assert difference(a_document(a_cell()), found, Format.JUPYTER) != ""


def test_two_things_that_are_no_notebooks_are_not_the_same() -> None:
    assert difference(b"no", b"none", Format.JUPYTER) != ""


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (None, "not listed"),
        (WorkspaceObject("/a", FILE, 1), FILE),
        (WorkspaceObject("/a", NOTEBOOK, 1, language="SQL"), "SQL"),
        (WorkspaceObject("/a", NOTEBOOK, 1), "no language"),
    ],
)
def test_what_is_of_another_kind_is_named(
    there: WorkspaceObject | None, words: str
) -> None:
    assert words in kind_difference(PYTHON, there)


def test_what_is_of_its_kind_is_no_difference() -> None:
    there = WorkspaceObject("/a", NOTEBOOK, 1, language="PYTHON")
    a_file = RestoreOutcome(path="/a", action=Action.CREATE, type=FILE)

    assert kind_difference(PYTHON, there) == ""
    assert kind_difference(a_file, WorkspaceObject("/a", FILE, 1)) == ""
