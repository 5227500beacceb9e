"""OUTSIDE: a notice as an Adaptive Card for a Teams workflow; sends nothing.

Documented (learn.microsoft.com, "Create an Incoming Webhook", "Format cards"): the
envelope, 28 KB a message, no mention without an entity of its own. Text from outside
is only in text runs, of which the card's schema says "Markdown is not supported".
"""

from collections.abc import Iterator
from typing import Any

from shared.domain.notices import RUNBOOK, Line, Mood, Notice, Passage

LARGEST = 28 * 1_024
"""Bytes."""

_COLOURS = {Mood.GOOD: "Good", Mood.WARNING: "Warning", Mood.BAD: "Attention"}


def teams_message(
    notice: Notice, commit_page: str, runbook_page: str = ""
) -> dict[str, Any]:
    """The body of the request; `commit_page` is empty where there is no commit."""
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": _card(notice, commit_page, runbook_page),
    }
    return {"type": "message", "attachments": [attachment]}


def _card(notice: Notice, commit_page: str, runbook_page: str) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": list(_body(notice)),
    }
    pages = {"The commit in Azure DevOps": commit_page, "What to do": runbook_page}
    actions = [
        {"type": "Action.OpenUrl", "title": title, "url": page}
        for title, page in pages.items()
        if page
    ]
    return {**card, "actions": actions} if actions else card


def _body(notice: Notice) -> Iterator[dict[str, Any]]:
    yield {
        "type": "TextBlock",
        "text": notice.headline,
        "size": "Large",
        "weight": "Bolder",
        "color": _COLOURS[notice.mood],
        "wrap": True,
    }
    if notice.facts:
        facts = [{"title": name, "value": value} for name, value in notice.facts]
        yield {"type": "FactSet", "facts": facts}
    for remark in notice.remarks:
        yield _line(_run(remark))
    for passage in notice.passages:
        yield from _passage(passage)
    foot = (_run("Run "), _code(notice.run_id), _run(". What to do: "), _code(RUNBOOK))
    yield {**_line(*foot), "separator": True, "spacing": "Medium"}


def _passage(passage: Passage) -> Iterator[dict[str, Any]]:
    yield {**_line({**_run(passage.title), "weight": "Bolder"}), "spacing": "Medium"}
    yield from map(_told, passage.lines)
    if passage.more:
        yield _line(_run(f"and {passage.more:,} more"))


def _told(line: Line) -> dict[str, Any]:
    return {**_line(_code(line.path), _run(f" {line.told}")), "spacing": "Small"}


def _line(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str) -> dict[str, Any]:
    return {"type": "TextRun", "text": text}


def _code(text: str) -> dict[str, Any]:
    return {**_run(text), "fontType": "Monospace"}
