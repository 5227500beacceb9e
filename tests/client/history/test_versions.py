"""Pasts that come page by page, and how they read."""

import json

from client.history.table import table
from client.history.versions import history_of, read_past
from client.web import Web
from tests.client.servers import json_answer, server_of


def a_version(run: str, **facts: object) -> dict[str, object]:
    plain = {
        "run": run,
        "time": "2026-11-26T10:09:16Z",
        "commit": "c" * 40,
        "deleted": False,
        "at": run,
        "blob": "b" * 40,
        "size": 153,
        "type": "NOTEBOOK",
        "language": "SQL",
    }
    return plain | facts


GONE = a_version("r2", deleted=True, at=None, size=None, type=None, language=None)


def a_page(*versions: dict[str, object], mark: str | None = None) -> dict[str, object]:
    return {"path": "/a", "kind": "object", "versions": versions, "next": mark}


def told(*versions: dict[str, object], mark: str | None = None) -> list[str]:
    past = read_past(a_page(*versions, mark=mark))
    return list(table(past, "restore as of {}".format))


def test_pages_are_gone_through_until_there_are_enough() -> None:
    pages = [
        a_page(a_version("r3"), mark="m1"),
        a_page(mark="m2"),
        a_page(a_version("r2"), mark="m3"),
    ]
    answers = [json_answer("200 OK", json.dumps(page)) for page in pages]

    with server_of(answers) as (url, heard), Web(url) as web:
        found = history_of(web, "/a", 2)

    assert [version["run"] for version in found["versions"]] == ["r3", "r2"]
    assert found["next"] == "m3"
    assert heard[2].startswith("GET /api/history?path=%2Fa&limit=1&next=m2 HTTP/1.1")


def test_a_version_is_a_line() -> None:
    head, _, titles, line = told(a_version("r1"))

    assert head == "/a, object"
    assert titles.split()[:3] == ["stored", "(UTC)", "what"]
    assert line == "2026-11-26 10:09:16  notebook sql  153 bytes  r1      cccccccccc"


def test_of_what_is_gone_the_newest_state_that_can_be_got_back_is_named() -> None:
    lost = a_version("") | {"run": None, "at": None}

    lines = told(GONE, lost, a_version("r1"), a_version("r0"))

    assert lines[3].split()[2] == "deleted"
    assert "somebody else" in lines[4]
    assert lines[-1] == "It is gone. Get it back: restore as of r1"
    assert "It is gone" not in "\n".join(told(a_version("r3"), GONE))


def test_more_of_it_and_nothing_of_it_are_said() -> None:
    assert told(a_version("r1"), mark="m")[-1] == "and older ones: --limit"
    assert told(mark="m")[-2:] == [
        "No version was found yet.",
        "and older ones: --limit",
    ]
