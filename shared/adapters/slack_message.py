"""OUTSIDE: a notice as a message for Slack's incoming webhooks; sends nothing.

Documented (docs.slack.dev, Block Kit and "Formatting message text"): 50 blocks, 150
characters of a header, 10 fields of 2,000 and 3,000 characters of a section's text.
`&`, `<` and `>` are escaped, and with `verbatim` nothing else becomes a link or a
mention. Reported (slackapi/bolt-js issue 2509): about 13,000 characters over all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.domain.notices import RUNBOOK, Line, Mood, Notice, Passage

MOST_BLOCKS = 50
LONGEST_HEADER = 150
LONGEST_TEXT = 3_000
MOST_FIELDS = 10
LONGEST_FIELD = 2_000

_SIGNS = {Mood.GOOD: "\u2705", Mood.WARNING: "\u26a0\ufe0f", Mood.BAD: "\u274c"}
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "\u02cb"})
"""A backtick cannot be escaped; what takes its place looks the same."""


def slack_message(
    notice: Notice, commit_page: str, runbook_page: str = ""
) -> dict[str, Any]:
    """The body of the request; `commit_page` is empty where there is no commit."""
    headline = f"{_SIGNS[notice.mood]} {notice.headline}"
    header = {"type": "plain_text", "text": headline, "emoji": True}
    blocks: list[Mapping[str, Any]] = [{"type": "header", "text": header}]
    if notice.facts:
        fields = [_text(f"*{_plain(name)}*\n{_plain(v)}") for name, v in notice.facts]
        blocks.append({"type": "section", "fields": fields})
    blocks += [_section(_plain(remark)) for remark in notice.remarks]
    for passage in notice.passages:
        blocks += [_section(text) for text in _packed(_lines(passage))]
    foot = _foot(notice, commit_page, runbook_page)
    blocks.append({"type": "context", "elements": [_text(foot)]})
    return {"text": _plain(headline), "blocks": blocks}


def _lines(passage: Passage) -> Iterator[str]:
    yield f"*{_plain(passage.title)}*"
    yield from map(_line, passage.lines)
    if passage.more:
        yield f"and {passage.more:,} more"


def _line(line: Line) -> str:
    return f"\u2022 `{_plain(line.path)}` {_plain(line.told)}"


def _packed(lines: Iterator[str]) -> Iterator[str]:
    """The lines in as few texts as hold them."""
    text = next(lines)
    for line in lines:
        joined = f"{text}\n{line}"
        if _length(joined) > LONGEST_TEXT:
            yield text
            joined = line
        text = joined
    yield text


def _foot(notice: Notice, commit_page: str, runbook_page: str) -> str:
    parts = [f"Run `{_plain(notice.run_id)}`"]
    if commit_page:
        parts.append(f"<{_plain(commit_page)}|The commit in Azure DevOps>")
    if runbook_page:
        parts.append(f"<{_plain(runbook_page)}|What to do>")
    else:
        parts.append(f"What to do: `{RUNBOOK}`")
    return " \u00b7 ".join(parts)


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str) -> str:
    return text.translate(_ESCAPES)


def _length(text: str) -> int:
    """In UTF-16 units, the most that anybody counts."""
    return len(text.encode("utf-16-le")) // 2
