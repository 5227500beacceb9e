import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.domain import text_diff
from shared.domain.text_diff import Side, unified_diff
from shared.errors import InvalidRequest, TooLarge

PATH = "/Clients/acme/load"
RUN = "20261122T020000Z-3f9a1c"


def diff(before: bytes | None, after: bytes | None, path: str = PATH) -> str:
    return unified_diff(
        path,
        None if before is None else Side(RUN, before),
        None if after is None else Side("live", after),
    )


def test_diff_names_both_sides_and_what_differs() -> None:
    assert diff(b"one\ntwo\nthree\n", b"one\n2\nthree\n") == (
        f"--- a{PATH}\t{RUN}\n+++ b{PATH}\tlive\n"
        "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
    )


def test_equal_texts_have_no_diff() -> None:
    assert diff(b"one\n", b"one\n") == ""


def test_missing_side_is_dev_null() -> None:
    assert diff(None, b"one\n") == (
        f"--- /dev/null\n+++ b{PATH}\tlive\n@@ -0,0 +1 @@\n+one\n"
    )
    assert diff(b"one\n", None) == (
        f"--- a{PATH}\t{RUN}\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n"
    )


def test_missing_end_of_the_last_line_is_told() -> None:
    assert diff(b"one", b"one\n").endswith(
        "@@ -1 +1 @@\n-one\n\\ No newline at end of file\n+one\n"
    )


def test_hunks_count_the_lines_of_the_whole_texts() -> None:
    lines = [f"{number}\n" for number in range(1, 101)]
    other = [*lines[:49], "fifty\n", *lines[50:]]

    assert "@@ -47,7 +47,7 @@\n" in diff(
        "".join(lines).encode(), "".join(other).encode()
    )


def test_separators_that_only_unicode_knows_do_not_end_lines() -> None:
    told = diff("a\u2028b\x0bc\x85\n".encode(), b"")

    assert told.endswith("@@ -1 +0,0 @@\n-a\u2028b\x0bc\x85\n")


def test_path_cannot_forge_the_header() -> None:
    told = diff(b"1\n", b"2\n", "/a\n+++ b/etc/passwd")

    assert told.splitlines()[0] == f'--- "a/a\\n+++ b/etc/passwd"\t{RUN}'


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\0b", b"\x80"])
def test_bytes_that_are_no_text_are_said_to_be_none(content: bytes) -> None:
    for before, after in ((content, b"1"), (b"1", content), (None, content)):
        with pytest.raises(InvalidRequest, match="no text") as raised:
            diff(before, after)

        assert raised.value.field == "path"


def test_texts_over_the_limit_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_diff, "MAX_BYTES", 10)

    assert diff(b"123456789\n", b"") != ""
    with pytest.raises(TooLarge):
        diff(b"1234567890\n", b"")


def test_only_lines_that_may_differ_count() -> None:
    lines = [f"{number}\n" for number in range(30_000)]
    other = [*lines[:15_000], "new\n", *lines[15_000:]]

    assert "+new\n" in diff("".join(lines).encode(), "".join(other).encode())


def test_too_many_differing_lines_are_not_compared() -> None:
    old = "".join(f"{number}\n" for number in range(text_diff.MAX_DIFFERING + 1))
    new = old.replace("\n", "!\n")

    with pytest.raises(TooLarge):
        diff(old.encode(), new.encode())
    assert diff(old.encode(), None)


def test_lines_that_repeat_too_often_are_not_compared() -> None:
    old = "".join(f"{n}\n" + f"{n // 40}.\n" for n in range(2_400))
    new = "".join(f"{n // 40}.\n" + f"{n}!\n" for n in range(2_400))

    with pytest.raises(TooLarge, match="the same"):
        diff(old.encode(), new.encode())


def test_blank_lines_do_not_keep_texts_from_being_compared() -> None:
    old = "".join(f"{n}\n\n" for n in range(2_000))

    assert diff(old.encode(), old.replace("0\n", "null\n").encode())


TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "\n", "c\r\n", "@@ -1 +1 @@\n"]))


@given(TEXTS, TEXTS, st.sampled_from(["", "end"]), st.sampled_from(["", "end"]))
@example(["b\n", "b\n", "b\n"], ["a\n", "b\n", "b\n", "b\n", "b\n"], "", "")
def test_git_makes_one_side_of_the_other(
    tmp_path_factory: pytest.TempPathFactory,
    old: list[str],
    new: list[str],
    old_end: str,
    new_end: str,
) -> None:
    before = ("a\n" * 5 + "".join(old) + old_end).encode()
    after = ("a\n" * 5 + "".join(new) + new_end).encode()
    folder = tmp_path_factory.mktemp("patched")
    (folder / "x").write_bytes(before)

    apply(folder, diff(before, after, "/x"))

    assert (folder / "x").read_bytes() == after


def apply(folder: Path, told: str) -> None:
    if told:
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder,
            input=told.encode(),
            check=True,
        )
