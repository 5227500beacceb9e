"""Tables, and texts on a terminal, whatever they hold."""

from client.restores.listing import listing as restores_told
from client.runs.listing import listing as runs_told
from client.tables import columns
from client.words import lines_of, moment


def test_columns_are_as_wide_as_what_is_in_them_looks() -> None:
    rows = [("日本", "x"), ("abcdef", "y"), ("", "z")]

    assert list(columns(("name", "is"), rows)) == [
        "name    is",
        "日本    x",
        "abcdef  y",
        "        z",
    ]


def test_no_cell_leaves_its_line() -> None:
    assert list(columns(("a",), [("x\ny\x1b[2J",)]))[1] == r"x\ny\x1b[2J"


def test_a_text_cannot_steer_a_terminal() -> None:
    text = "a\tb\r\n\x1b]0;title\x07\nend\n"

    assert list(lines_of(text)) == ["a\tb", r"\x1b]0;title\x07", "end"]


def test_nothing_yet_is_said() -> None:
    assert list(runs_told([])) == ["There is no run yet."]
    assert list(restores_told([])) == ["There is no restore yet."]


def test_a_moment_is_read_to_its_second() -> None:
    assert moment("2026-11-26T10:09:16.321539Z") == "2026-11-26 10:09:16"
