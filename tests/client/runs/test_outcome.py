from collections.abc import Mapping
from dataclasses import fields, replace

import pytest

from client.runs.api import Item, Listed, Run
from client.runs.outcome import Place, outcome
from client.words import count, duration, printable, size
from local.backup.make_line import MakeLines
from shared.domain.runs import Tally

PLACE = Place("git clone '/data/workspace.git'", "http://host/api/runs/r")
COMMIT = "c" * 40
NAMES = ("failures", "exceptions", "changes", "held", "foreign")


def an_item(kind: str, path: str, detail: str = "", **more: object) -> Item:
    item = Item(kind, path, "NOTEBOOK", detail, known=False, origin="")
    return replace(item, **more)  # type: ignore[arg-type]


def a_run(
    counts: Mapping[str, int] | None = None, *items: Item, **facts: object
) -> Run:
    by_list = {"failed": "failures", "excepted": "exceptions", "held": "held"}
    by_list["foreign"] = "foreign"
    lists: dict[str, list[Item]] = {name: [] for name in NAMES}
    for item in items:
        lists[by_list.get(item.kind, "changes")].append(item)
    run = Run(
        id="r",
        status="complete",
        seconds=4.21,
        counts={f.name: 0 for f in fields(Tally)} | dict(counts or {}),
        calls={"databricks.list": 14, "databricks.export": 29, "azuredevops.push": 3},
        commit=COMMIT,
        lists={name: Listed(tuple(found)) for name, found in lists.items()},
    )
    return replace(run, **facts)  # type: ignore[arg-type]


def told(run: Run) -> str:
    return "\n".join(outcome(run, PLACE, MakeLines()))


def test_a_complete_run_says_what_is_where() -> None:
    counts = {"stored": 3, "stored_bytes": 41_300, "equal": 4_970, "deleted": 2}
    changes = [an_item("added", "/a"), an_item("added", "/b"), an_item("edited", "/c")]

    text = told(a_run(counts, *changes))

    assert text.splitlines() == [
        "Complete: everything is in Git, read back and compared.",
        "",
        "  stored      3 objects, 41.3 kB (2 new, 1 changed)",
        "  deleted     2 objects",
        "  as before   4,970 objects",
        "  took        4.2 s: 14 listings, 29 exports, 3 pushes",
        f"  commit      {COMMIT}",
        "  tag         backup/r",
        "  look at it  git clone '/data/workspace.git'",
    ]


def test_kinds_are_not_counted_from_half_a_list() -> None:
    run = a_run({"stored": 5_000}, an_item("added", "/a"))
    changes = replace(run.lists["changes"], more=True)

    text = told(replace(run, lists={**run.lists, "changes": changes}))

    assert "stored      5,000 objects\n" in text


def test_a_failure_says_what_to_do_and_what_of_it_is_new() -> None:
    remedy = "Give the identity CAN READ."
    old = an_item("failed", "/a", "may not be read", known=True, remedy=remedy)
    new = an_item("failed", "/b", "may not be read", remedy=remedy)

    text = told(a_run({"failed": 2}, old, new, status="incomplete"))

    rows = [line.strip() for line in text.splitlines()]
    assert "missing     2 objects, 1 of them new" in rows
    assert rows.count(f"-> {remedy}") == 1


def test_exceptions_are_grouped_by_their_reason() -> None:
    many = [an_item("excepted", f"/big/{n}", "too large") for n in range(7)]
    one = an_item("excepted", "/lib", "LIBRARY has no export", known=True)

    text = told(a_run({"excepted": 8}, one, *many))

    rows = [line.strip() for line in text.splitlines()]
    assert "left out    8 objects, 7 of them new" in rows
    assert rows.index("too large (7)") < rows.index("LIBRARY has no export (1)")
    assert "/big/4" in rows
    assert "/big/5" not in rows
    assert "and 2 more: http://host/api/runs/r" in rows


def test_an_incomplete_run_names_what_is_missing_and_what_to_do() -> None:
    failure = an_item("failed", "/a/b", "not listed: 403")

    text = told(a_run({"failed": 1}, failure, status="incomplete"))

    assert text.startswith("Incomplete: ")
    assert "missing     1 object" in text
    assert "not listed: 403 (1)" in text
    assert "/a/b" in text
    assert "tag " not in text
    assert text.endswith("`make backup` again does only what is missing.")


def test_failures_that_no_list_names_are_counted_all_the_same() -> None:
    text = told(a_run({"failed": 3}, status="incomplete"))

    assert "missing     3 objects" in text
    assert "and 3 more: http://host/api/runs/r" in text


def test_held_deletions_say_how_to_let_them_through() -> None:
    held = [an_item("held", f"/{n}", "too many at once") for n in range(2)]

    text = told(a_run({"held": 2}, *held, status="incomplete"))

    assert "held back   2 objects" in text
    assert '{"allow_deletions": "r"}' in text


def test_what_others_changed_is_named() -> None:
    text = told(a_run({}, an_item("foreign", "/a", "changed in Git by somebody else")))

    assert "by others   1 object" in text


def test_an_unchanged_run_says_that_nothing_was_done() -> None:
    counts = {"listed": 29, "folders": 14, "exported": 1, "equal": 29}
    run = a_run(counts, unchanged=True, confirms="earlier")

    text = told(run)

    assert text.startswith("Nothing changed: 29 objects in 14 folders are as Git has")
    assert "run earlier still holds (14 listings, 1 export, 4.2 s)" in text
    assert "tag         backup/earlier" in text
    assert PLACE.clone in text


def test_a_dry_run_says_what_would_be() -> None:
    moved = an_item("moved", "/new", origin="/old")
    added = [an_item("added", f"/{n}") for n in range(30)]

    text = told(a_run({"stored": 30}, moved, *added, dry_run=True, commit=""))

    assert text.startswith("Dry run: this is what a backup would do; nothing was")
    assert "to store    30 objects (30 new)" in text
    assert "moved       /new (from /old)" in text
    assert "and 11 more" in text
    assert "git clone" not in text


@pytest.mark.parametrize(
    ("status", "headline"),
    [("failed", "Failed: nothing could be"), ("cancelled", "Cancelled: what was")],
)
def test_a_run_without_a_record_gives_its_reason(status: str, headline: str) -> None:
    text = told(a_run({}, status=status, error="the PAT has expired", commit=""))

    assert text.startswith(headline)
    assert "reason      the PAT has expired" in text
    assert "commit" not in text
    assert "git clone" not in text


def test_a_name_cannot_write_on_the_terminal() -> None:
    evil = an_item("failed", "/a\x1b[2J\nComplete", "\x07 no")

    text = told(a_run({"failed": 1}, evil, status="incomplete"))

    assert "\x1b" not in text
    assert "\x07" not in text
    assert r"/a\x1b[2J\nComplete" in text


def test_numbers_read_as_people_write_them() -> None:
    assert [count(1, "push"), count(2, "copy"), count(12_345, "object")] == [
        "1 push",
        "2 copies",
        "12,345 objects",
    ]
    assert [size(n) for n in (0, 999, 1_000, 999_949, 999_999, 2_500_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "999.9 kB",
        "1.0 MB",
        "2.5 GB",
    ]
    assert [duration(s) for s in (0.04, 59.94, 59.99, 185, 3_725)] == [
        "0.0 s",
        "59.9 s",
        "1 min 00 s",
        "3 min 05 s",
        "1 h 02 min",
    ]
    assert printable("Café Noir ☕") == "Café Noir ☕"
