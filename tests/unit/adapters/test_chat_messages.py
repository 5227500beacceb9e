"""Notices as Slack and Teams take them: their limits, a schema, no injection."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft6Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from shared.adapters.slack_message import (
    LONGEST_FIELD,
    LONGEST_HEADER,
    LONGEST_TEXT,
    MOST_BLOCKS,
    MOST_FIELDS,
    slack_message,
)
from shared.adapters.teams_message import LARGEST, teams_message
from shared.domain.notices import RUNBOOK, Findings, Notice, notice_of
from shared.domain.record import Named
from shared.domain.runs import RunStatus, Tally
from tests.notices import (
    HOSTILE,
    a_failure,
    an_end,
    notices,
    the_largest,
    the_most_escaped,
)

PAGE = "https://dev.azure.com/contoso/Data%20Platform/_git/backup/commit/" + "c" * 40
SCHEMA = Draft6Validator(
    json.loads(Path(__file__).with_name("adaptive-card-1.4.json").read_text("utf-8"))
)
SLACK_OVERALL = 13_000
"""Characters (reported: slackapi/bolt-js issue 2509)."""

EVERYTHING = (the_largest(), the_most_escaped())


def bad_night(path: str, why: str = "the workspace said 500") -> Notice:
    failures = Named((a_failure(path, detail=why),), 3)
    run = an_end(
        RunStatus.INCOMPLETE, error=why, commit="c" * 40, tally=Tally(failed=3)
    )
    return notice_of(run, Findings(failures, ((path, 7),)))


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, str):
        yield value


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def assert_slack_takes(message: dict[str, Any]) -> None:
    """What Block Kit's reference says of the blocks that we use."""
    assert message.keys() == {"text", "blocks"}
    assert 1 <= len(message["blocks"]) <= MOST_BLOCKS == 50
    for block in message["blocks"]:
        match block:
            case {"type": "header", "text": {"type": "plain_text", "text": text}}:
                assert 1 <= units(text) <= LONGEST_HEADER == 150
            case {"type": "section", "fields": list(fields)}:
                assert 1 <= len(fields) <= MOST_FIELDS == 10
                assert all(units(f["text"]) <= LONGEST_FIELD == 2_000 for f in fields)
            case {"type": "section", "text": {"text": text}}:
                assert 1 <= units(text) <= LONGEST_TEXT == 3_000
            case {"type": "context", "elements": [{"text": text}]}:
                assert 1 <= units(text) <= LONGEST_TEXT
            case _:
                raise AssertionError(f"an unknown block: {block}")
    assert sum(map(units, texts_in(message["blocks"]))) <= SLACK_OVERALL


def marked_up(message: dict[str, Any]) -> list[str]:
    """All of a message that Slack reads as mrkdwn."""
    blocks = message["blocks"]
    objects = [b["text"] for b in blocks if "text" in b]
    objects += [f for b in blocks for f in b.get("fields", b.get("elements", []))]
    rich = [o for o in objects if o["type"] == "mrkdwn"]
    assert all(o["verbatim"] is True for o in rich)
    return [o["text"] for o in rich] + [message["text"]]


def assert_teams_takes(message: dict[str, Any]) -> None:
    """The envelope, the schema of the card, and the size of the whole as it is sent."""
    assert message.keys() == {"type", "attachments"}
    assert message["type"] == "message"
    (attachment,) = message["attachments"]
    assert attachment.keys() == {"contentType", "contentUrl", "content"}
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None
    SCHEMA.validate(attachment["content"])
    sent = json.dumps(message, ensure_ascii=False).encode("utf-8")
    assert len(sent) <= LARGEST == 28 * 1_024


@given(notices)
def test_slack_takes_every_notice(notice: Notice) -> None:
    assert_slack_takes(slack_message(notice, PAGE if notice.commit else ""))


@given(notices)
def test_teams_takes_every_notice(notice: Notice) -> None:
    assert_teams_takes(teams_message(notice, PAGE if notice.commit else ""))


@pytest.mark.parametrize("notice", EVERYTHING, ids=["largest", "most escaped"])
def test_both_take_the_most_that_can_be_told(notice: Notice) -> None:
    assert_slack_takes(slack_message(notice, PAGE))
    assert_teams_takes(teams_message(notice, PAGE))


@given(notices)
def test_the_only_markup_in_slack_is_ours(notice: Notice) -> None:
    """Documented: `<` begins every link and mention, `&` every escape."""
    for text in marked_up(slack_message(notice, PAGE)):
        left = text.replace(f"<{PAGE}|The commit in Azure DevOps>", "")
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", left), left
        assert "```" not in left


@given(notices)
def test_a_path_in_slack_cannot_end_its_code(notice: Notice) -> None:
    for text in marked_up(slack_message(notice, PAGE)):
        for line in text.split("\n"):
            assert line.count("`") in ({0, 4} if line.startswith("Run ") else {0, 2})


@given(notices)
def test_teams_reads_only_our_own_words_as_markdown(notice: Notice) -> None:
    """What comes from outside stands in text runs, which know no Markdown."""
    card = teams_message(notice, PAGE)["attachments"][0]["content"]
    read = []
    for element in card["body"]:
        match element["type"]:
            case "RichTextBlock":
                assert {run["type"] for run in element["inlines"]} == {"TextRun"}
            case _:
                read += [t for t in texts_in(element) if t != element["type"]]

    assert read
    for text in read:
        assert re.fullmatch(r"[\w ,.:()…-]+", text, re.ASCII), text
    assert "msteams" not in card  # where mentions would be


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_path_is_made_of_it_is_shown(text: str) -> None:
    notice = bad_night(f"/first{text}last", text)
    slack = json.dumps(slack_message(notice, PAGE))
    teams = json.dumps(teams_message(notice, PAGE))

    for message in (slack, teams):
        assert "/first" in message
        assert "last" in message
        assert "\\n\\n" not in message


def test_the_messages_say_what_there_is_to_say() -> None:
    notice = bad_night("/Clients/Acme/load")
    slack = "\n".join(marked_up(slack_message(notice, PAGE)))
    card = teams_message(notice, PAGE)["attachments"][0]["content"]
    teams = "\n".join(texts_in(card))

    for message in (slack, teams):
        assert "Backup incomplete: 3 not stored" in message
        assert "/Clients/Acme/load" in message
        assert "the workspace said 500" in message
        assert "and 2 more" in message
        assert "7 changed" in message
        assert PAGE in message
        assert notice.run_id in message
        assert RUNBOOK in message
    assert card["actions"][0]["url"] == PAGE


def test_the_runbook_is_linked_where_people_read_it() -> None:
    notice = notice_of(an_end(RunStatus.FAILED))
    runbook = "https://wiki.example.com/a&b"
    slack = slack_message(notice, "", runbook)
    teams = teams_message(notice, PAGE, runbook)
    actions = teams["attachments"][0]["content"]["actions"]

    assert_slack_takes(slack)
    assert_teams_takes(teams)
    assert "<https://wiki.example.com/a&amp;b|What to do>" in str(slack)
    assert [action["url"] for action in actions] == [PAGE, runbook]


def test_without_a_commit_nothing_is_linked() -> None:
    notice = notice_of(an_end(RunStatus.FAILED))

    assert "actions" not in teams_message(notice, "")["attachments"][0]["content"]
    assert "|" not in str(slack_message(notice, ""))


@pytest.mark.parametrize(
    "element",
    [
        {"type": "Textblock", "text": "x"},
        {"type": "TextBlock"},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun"}]},
        {"type": "FactSet", "facts": [{"title": "x"}]},
        {"type": "TextBlock", "text": "x", "colour": "Good"},
    ],
)
def test_the_schema_refuses_what_is_no_card(element: dict[str, Any]) -> None:
    card = teams_message(bad_night("/a"), PAGE)["attachments"][0]["content"]
    card["body"].append(element)

    with pytest.raises(ValidationError):
        SCHEMA.validate(card)
