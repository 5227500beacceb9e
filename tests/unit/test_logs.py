"""The search through the stacks' logs finds what must not be there, and only that."""

import base64
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.azurite import KEY
from local.stack import key_for
from tests.logs import leaks

SOURCE = (
    'import secrets_of_acme as hidden\n\n  password_column = "net \\ amount"\nshort\n'
)
HARMLESS = """
    INFO host: Executing 'back_up_shard'
    INFO worker backup.events: {"status":"done","error":"","event":"shard.finished"}
    INFO azure: 'Authorization': 'REDACTED' /container?sv=2026&sig=REDACTED
    INFO a basic thing, a bearer of news: 8b137891791fe96927ad78e64b0aad7bded08bdc
    INFO short
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Path]:
    """What a stack leaves behind; nothing is left of it for the real search."""
    data = tmp_path / "somewhere" / "stack"
    (data / "logs").mkdir(parents=True)
    (data / "logs" / "host.log").write_text(HARMLESS)
    (data / "databricks").mkdir()
    key_for(data, "databricks")
    with closing(sqlite3.connect(data / "databricks/workspace.sqlite")) as held:
        held.execute("create table content (id integer primary key, body blob)")
        held.execute("insert into content values (1, ?)", (SOURCE.encode(),))
        held.commit()
    yield data
    shutil.rmtree(data)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def lines(data: Path) -> list[str]:
    """Each a line that no log may have."""
    token, pat, key = (
        key_for(data, name) for name in ("databricks", "azure-devops", "functions")
    )
    return [
        f"GET /api/2.0/workspace/list with {token}",
        f"pat {pat}.",
        f"GET /api/runs?code={key}",
        f"AccountName=devstoreaccount1;AccountKey={KEY};",
        f"> {encoded(f':{pat}')}",
        f"https://account/container?sv=1&sig={'a%2Bb' * 4}",
        f"headers: {{'Authorization': '{'x' * 9}'}}",
        f"sent Bearer {'ey' * 20}",
        f"sent Basic {'ab' * 12}=",
        f"Authorization: SharedKey devstoreaccount1:{'c' * 20}=",
        "found import secrets_of_acme as hidden here",
        "body b'\\n  password_column = \\\"net \\\\\\\\ amount\\\"\\n'",
        "the beginning: import secrets_of_acme as…",
        f'{{"content": "{encoded(SOURCE)}"}}',
        f"... {encoded(SOURCE)[3:90]} ...",
    ]


def test_a_log_without_secrets_is_not_complained_of(stack: Path) -> None:
    assert leaks(stack.parent) == []


@pytest.mark.parametrize("number", range(15))
def test_whatever_must_not_be_there_is_found_and_not_shown(
    stack: Path, number: int
) -> None:
    bad = lines(stack)[number]
    (stack / "logs" / "databricks.out").write_text(f"harmless\n{bad}\n")

    found = leaks(stack.parent.parent)

    assert found
    assert all(f"{stack}/logs/databricks.out:2 shows " in said for said in found)
    for word in (key_for(stack, "databricks"), KEY, "acme", "net", "sig=", "ey" * 20):
        assert word not in "".join(said.partition(" shows ")[2] for said in found)


def test_every_line_is_tried(stack: Path) -> None:
    assert len(lines(stack)) == 15
