"""Every link of the documentation leads somewhere: to a file, to a heading in it."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

HOUSE = Path(__file__).parents[2]
PAGES = sorted(
    path
    for folder in (".", "docs", "infra", "local", ".github")
    for path in (HOUSE / folder).glob("*.md")
)
FENCED = re.compile(r"^( *)```.*?^\1```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(`+).+?\1", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
PUNCTUATION = re.compile(r"[^\w\- ]")


def anchors(page: Path) -> set[str]:
    """What the page's headings are addressed by, as GitHub and Azure DevOps do."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", page.read_text("utf-8"))):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        anchor = PUNCTUATION.sub("", text.lower()).replace(" ", "-")
        number = 0
        while anchor + (f"-{number}" if number else "") in found:
            number += 1
        found.add(anchor + (f"-{number}" if number else ""))
    return found


def links(page: Path) -> list[str]:
    text = CODE.sub("", FENCED.sub("", page.read_text("utf-8")))
    return [link for link in LINK.findall(text) if "://" not in link]


def broken(page: Path, link: str) -> str:
    """What is not there; empty where the link is well."""
    place, _, anchor = unquote(link).partition("#")
    target = (page.parent / place).resolve() if place else page
    if not target.exists():
        return f"{link}: there is no such file"
    if anchor and anchor not in anchors(target):
        return f"{link}: there is no such heading"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [told for link in links(page) if (told := broken(page, link))] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    todo, seen = [HOUSE / "README.md"], set[Path]()
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        for link in links(page):
            place = unquote(link).partition("#")[0]
            todo.append((page.parent / place).resolve())

    assert {page for page in PAGES if page.parent == HOUSE / "docs"} <= seen


def test_what_is_broken_would_be_noticed(tmp_path: Path) -> None:
    page, other = tmp_path / "a.md", tmp_path / "b.md"
    page.write_text("[b](b.md#there) [c](c.md) `[no](link)` [d](b.md#nowhere) [e](#a)")
    other.write_text("# There\n## Not *that* `there`, but here\n```\n# Nowhere\n```\n")

    told = [broken(page, link) for link in links(page)]

    assert anchors(other) == {"there", "not-that-there-but-here"}
    assert told == [
        "",
        "c.md: there is no such file",
        "b.md#nowhere: there is no such heading",
        "#a: there is no such heading",
    ]
