"""Whatever the code can say to a person has its row in `docs/troubleshooting.md`."""

import ast
from collections import Counter
from collections.abc import Mapping

import pytest

from functions import problems
from shared.domain.remedies import Remedy
from tests.troubleshooting.page import PAGE, page
from tests.troubleshooting.rows import FILE, alerts, rows
from tests.troubleshooting.texts import Text, found_in, texts

ELSEWHERE: Mapping[str, str] = {
    "shared.domain.diagnostics": "docs/diagnostics.md, compared by its own test",
    "shared.services.checks": "docs/diagnostics.md, compared by its own test",
    "shared.services.setup_steps": "docs/setup.md: what a step means, what to do",
    "shared.services.git_folder_cases": "the same of the step that makes a Git folder",
    "shared.domain.retention": "docs/retention.md: what goes, and what stays",
    "shared.domain.events": "docs/events.md: what the facts of an event are",
    "shared.domain.remedies": "they are what the rows tell people to do",
    "shared.domain.repository_texts": "commit messages and the repository's README",
    "shared.domain.forecast_cost": "prices, in docs/forecast.md",
    "shared.services.steps": "the steps' names, in docs/architecture.md",
    "shared.services.blob_names": "names of blobs",
}
"""Modules whose texts are no errors, and where they are; errors in them count."""

NEVER_SEEN: Mapping[str, tuple[str, ...]] = {
    "the end of a claim: its worker stops, and whoever has the row goes on": (
        "the shard has another owner",
        "the shard was closed by somebody else",
        "the run has ended: <status>",
        "another planner has the run",
        "another worker has the restore",
        "the restore was stopped: <stop>",
    ),
    "decided anew at once; when that came to nothing, another text says so": (
        "the branch has come into being",
    ),
    "a manifest or record that is not ours; told as a row of its own, without it": (
        "not a manifest: <error> is missing",
        "not a manifest: <error>",
        "there was no version <version>",
        "<value> is not a text",
        "<value> is not a number",
        "two objects share a name in Git",
        "<name> is not a name for what is backed up",
        "the path is not absolute",
        "<name> has a blob id or a size that is none",
        "<name> is no path component",
        "<name> cannot lie in Git",
        "the run record is not one of ours",
    ),
    "said anew as: is not a mark that an earlier answer gave": ("not a mark",),
    "a mistake of ours; tests would meet it": (
        "<run id> is not a run id",
        "<restore id> is not a restore id",
        "<writes> rows in one transaction",
        "a secret is not to be written anywhere",
    ),
    "a frame around another text, which has its row": (
        "<endpoint> of <subject>: <error>",
    ),
    "names what was tried, in front of another text": (
        "reading (connection data)",
        "reading (identities)",
        "reading (access lists)",
        "reading (project)",
        "reading (rights)",
        "list rows of <name>",
        "write <rows> row(s) of <name>",
        "put a row of <name>",
        "the listing of <path>",
        "the list of Git folders",
        "the caller",
        "the identity",
        "Git folders",
        "the place of the open run",
        "the open run",
        "a shard of run <run id>",
    ),
    "a commit's or tag's message": ("Complete backup <run id>", "retry of <last id>"),
    "a word that says nothing is wrong": (
        "<kind>, dry run,",
        "complete, nothing changed",
        "Most changed folders",
        "and <more> more",
        "The commit in Azure DevOps",
        "<<commit page>|The commit in Azure DevOps>",
        "<<runbook page>|What to do>",
        "What to do: `<runbook>`",
        "What to do",
        ". What to do: ",
        "managed identity",
        "token in a setting",
        "key in a setting",
        "Create branch",
        "Create tag",
        "Create repository",
        "Force push",
        "Edit policies",
        "Bypass policies when pushing",
        "the organization",
        "the project",
        "the repository",
        "all branches",
        "the branch",
        " and <more> more",
        "\\ No newline at end of file\n",
    ),
    "an example": ("Data Platform", "a personal access token"),
    "for machines: a filter, a header, a pattern, a blob's or file's name": (
        "PartitionKey eq '<restores>' and RowKey gt '<mark>'",
        "PartitionKey eq '<restores>' and RowKey gt '<after>'",
        "PartitionKey eq '<partition>' and RowKey gt '<after>' and RowKey lt 'run.'",
        "PartitionKey eq '<partition>' and RowKey gt '<moment>.' and RowKey lt 'run.'",
        "PartitionKey eq '<run id>' and RowKey ge 'shard-' and RowKey lt 'shard.'",
        " and status eq '<status>'",
        "PartitionKey eq '<run id>'",
        "application/json; charset=utf-8",
        "attachment; filename=\"<plain>\"; filename*=UTF-8''<name>",
        "\\. Config: |Request log:",
        ".backup/runs/<year>/<month>/<day>/<run id>.json",
        "runs/<run id>/checkpoints/<self>",
        "runs/<run id>/plans/<number>-<self>",
    ),
}
"""Texts without a row, by why no person needs one."""

FOUND = texts()
SAID = {text for row in rows() for text in row.says}
LEFT_OUT = {text for group in NEVER_SEEN.values() for text in group}
REGENERATE = "python -m tests.troubleshooting"


def counts(text: Text) -> bool:
    return text.of_error or not text.module.startswith(tuple(ELSEWHERE))


def test_every_text_of_the_code_has_a_row() -> None:
    missing = [
        f"{text.module}:{text.line}: {text.template}"
        for text in FOUND
        if counts(text) and text.template not in SAID | LEFT_OUT
    ]

    assert not missing, f"say in {FILE.name} what they mean"


def test_every_row_is_of_a_text_that_the_code_still_has() -> None:
    from_rules = {word for alert in alerts().items() for word in alert}

    assert SAID - {text.template for text in FOUND} - from_rules == set()


def test_nothing_is_left_out_that_is_not_there_or_that_has_a_row() -> None:
    assert {text.template for text in FOUND} >= LEFT_OUT
    assert not LEFT_OUT & SAID
    for module in ELSEWHERE:
        assert any(text.module.startswith(module) for text in FOUND), module


def test_a_text_has_one_row() -> None:
    twice = Counter(text for row in rows() for text in row.says)

    assert [text for text, count in twice.items() if count > 1] == []


def test_every_row_says_why_whether_it_heals_and_what_to_do() -> None:
    for row in rows():
        assert row.symptom or row.says, row
        assert row.because, row
        assert row.heals, row
        assert row.do, row


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), REGENERATE


def test_the_page_begins_with_what_everybody_meets() -> None:
    first = [row.symptom for row in rows()[:5]]

    assert all(first)
    assert [word for row in first for word in row.lower().split()[:2]] == [
        *("a", "backup"),
        *("out", "of"),
        *("pushes", "fail;"),
        *("authentication", "fails"),
        *("many", "objects"),
    ]


def test_every_alert_that_is_deployed_has_a_row() -> None:
    assert {row.alert for row in rows() if row.alert} == {*alerts()}


def test_every_problem_is_named_as_answers_name_it() -> None:
    every = [p for p in vars(problems).values() if isinstance(p, problems.Problem)]

    assert len(every) > 10
    for problem in every:
        [row] = [row for row in rows() if problem.title in row.says]
        named = problem.name in row.because or row.says[0].startswith("<setting>")
        assert named, problem


def test_every_remedy_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8")

    for remedy in set(Remedy) - {Remedy.WAIT}:
        assert remedy.advice in text, remedy


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (
            "DATABRICKS_HOST is missing; for example: DATABRICKS_HOST=https://a.net",
            "is missing",
        ),
        (
            "run 20261122T020000Z-3f9a1c has no restore point; none before",
            "run <run id> has no restore point; <nearest>",
        ),
        (
            "read a blob: storage answered 403 AuthorizationFailure",
            "<action>: storage answered <status> <code>",
        ),
        (
            "Azure DevOps does not take it: pushes: VS403654: a secret (400)",
            "Azure DevOps does not take it: <error>",
        ),
    ],
)
def test_a_message_with_names_and_numbers_in_it_leads_to_its_row(
    message: str, says: str
) -> None:
    assert any(says in row.says for row in rows() if row.matches(message))


def test_a_new_text_would_be_noticed_wherever_it_stands() -> None:
    tree = ast.parse(
        "class OddError(BackupError):\n"
        "    '''A docstring is no text.'''\n"
        "def f(name: 'str') -> str:\n"
        "    log.info('nobody reads %s', name)\n"
        "    log.warning('the thing %s is odd', name)\n"
        "    raise OddError(f'the {name} broke')\n"
        "def g(run, why):\n"
        "    return Outcome(detail=f'was lost: {why}') if run else 'is odd now'\n"
    )

    assert [text.template for text in found_in({"some.module": tree})] == [
        "the thing <name> is odd",
        "the <name> broke",
        "was lost: <why>",
        "is odd now",
    ]
