"""Every behaviour of the servers has a source, and the README's table shows it."""

from pathlib import Path

import pytest

from tests.local.conformance import (
    README,
    TESTS,
    UnmarkedError,
    _rows_of,
    rows,
    with_table,
)

A_MODULE = """
import pytest

pytestmark = [
    pytest.mark.conforms("documented: a page"),
    pytest.mark.filterwarnings("ignore:x"),
]


def test_first_thing() -> None: ...


@pytest.mark.conforms("guess")
@pytest.mark.parametrize("one", [1, 2])
def test_second_thing(one: int) -> None: ...


@pytest.mark.conforms("reported: somebody", "the text is a guess")
def test_third_thing() -> None: ...
"""


def test_the_table_is_up_to_date() -> None:
    readme = README.read_text("utf-8")

    assert with_table(readme, rows()) == readme, (
        "run: python -m tests.local.conformance"
    )


def test_a_source_is_the_tests_own_or_its_modules(tmp_path: Path) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(A_MODULE)

    found = {row.behaviour: (row.source, row.grade) for row in _rows_of(path, "S")}

    assert found == {
        "first thing": ("documented: a page", "documented"),
        "second thing": ("guess", "guess"),
        "third thing": ("reported: somebody; the text is a guess", "reported"),
    }


@pytest.mark.parametrize(
    ("mark", "named"),
    [("", "test_this"), ('@pytest.mark.conforms("they say")', "they say")],
)
def test_a_test_without_a_source_is_named(
    tmp_path: Path, mark: str, named: str
) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(f"{mark}\ndef test_this() -> None: ...\n")

    with pytest.raises(UnmarkedError, match=named):
        list(_rows_of(path, "S"))


def test_every_test_named_in_the_table_is_there() -> None:
    assert all((TESTS / row.test).is_file() for row in rows())
