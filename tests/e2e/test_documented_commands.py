"""Every command of the documentation does what it is there for, on one stack.

A page is gone through from its top to its bottom in one shell, as a reader would.
"""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from local.endpoints import Endpoints
from tests import client_transcript
from tests.commands import HOUSE, Block, Command, blocks, commands_of, own_words
from tests.e2e.stacks import a_stack, wait_until
from tests.e2e.trial import OPEN, Trial
from tests.infra import test_deploy_guide
from tests.infra.test_deploy_guide import NOTE

ELSEWHERE: Mapping[str, set[str]] = {
    "docs/deploy.md": {""},  # with stand-ins: tests/infra/test_deploy_guide.py
    "docs/client.md": {"sh", "console"},  # tests/e2e/test_client.py types it again
}
"""Blocks that another test runs: pages, and the languages of their blocks."""

SHOWN: Mapping[str, tuple[str, ...]] = {
    "docs/api.md": ("{", "--- a/"),
    "README.md": ("  Databricks workspace", "Complete: ", "Clients/Acme/etl/load.py"),
    "docs/architecture.md": ("             02:00 UTC",),
    "docs/events.md": ("AppTraces",),
    "docs/forecast.md": ("Listed: ",),
    "docs/restore.md": (
        "This is what a restore would do; nothing was written.",
        "Complete: ",
        '{"id": "restore-',
        '{"path": ',
        "  asked for ",
        "The workspace is as its backup has it.",
    ),
    "local/README.md": ("with Stack(tmp_path) as endpoints:", "2 cores, "),
}
"""Blocks that are pictures, answers and code: by how they begin."""

ONLY_PARSED = {
    "DATABRICKS_HOST=https://adb-": "there is no such workspace",
    "DATABRICKS_HOST=adb-": "there is no such workspace",
    "make up": "stays in the foreground, on the usual ports; the stack below is one",
    "make bench": "measures for half an hour; tests/local/benchmark",
    "make down": "would stop the stack that the other commands need",
    "make clean": "would remove what the other commands need",
    "python -m local up": "stays in the foreground; tests/local/test_stack.py",
    "python -m local.host": "stays in the foreground; tests/local/host",
}
"""Commands that are only understood, by how they begin or what they name, and why."""

STAND_INS = {
    "az": "nobody is signed in to Azure here",
    "azd": "nobody is signed in to Azure here",
    "git-filter-repo": "no package of ours; its own tests say what it does",
}
"""Programs that only take notes, and why."""

FAILS_WITH = {
    "make drift": "The workspace is not as its backup has it.",
    "make doctor": "failed",
    "make restore FILES=/Users/grace@example.com": "is a home, and the workspace has",
    "make restore CANCEL": "has ended",
}
"""What commands say where they have a right to fail; they may go well, too."""

ANSWERS = {
    'curl -X DELETE "$URL/api/runs/': 409,
    'curl -X DELETE "$URL/api/restores/': 409,
    "curl -X DELETE $URL/api/runs/": 409,  # it had ended
    "call -X DELETE $URL/api/restores/": 409,
}
"""Statuses of answers, where success is not the only good one."""

PREAMBLE = """
set +e
make() { command make -s -C "$HOUSE" -o setup "$@" DATA="$DATA"; }
curl() { command curl -sS --fail-with-body -w '\\n%{http_code}\\n' "$@"; }
"""
RUN_ID = re.compile(r"(?<!restore-)\b\d{8}T\d{6}Z-[0-9a-f]{6}\b")
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MARK = "-- ended with"


@dataclass(frozen=True, slots=True)
class Site:
    """The stack that all pages are gone through on, and what is known of it."""

    trial: Trial
    endpoints: Endpoints
    data: Path
    home: Path
    ports: Mapping[str, str]
    left: set[str] = field(default_factory=set)

    def filled(self, text: str) -> str:
        """The command with what a reader would put in the places of examples."""
        run, restore = self._newest("runs"), self._newest("restores")
        text = re.sub(r"(?<=/api/restores/)<id>|<its id>", restore, text)
        text = re.sub(r"<(?:run )?id>", run, text)
        text = RUN_ID.sub(run, text)
        text = MOMENT.sub(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), text)
        for example, real in self.ports.items():
            text = text.replace(example, real)
        text = re.sub(r"<([a-z ]+)>", lambda named: named[1].replace(" ", "-"), text)
        return re.sub(r"/tmp/(?=\w)", f"{self.home}/", text)

    def is_calm(self) -> bool:
        """Whether nothing goes on."""
        return not any(
            row["status"] in OPEN
            for kind in ("runs", "restores")
            for row in self.trial.http("GET", f"/api/{kind}?limit=5").json()[kind]
        )

    def prepare(self, command: Command) -> None:
        """What the page says of the workspace: whose home it has, and whose not."""
        for home in self.left:
            self.trial.workspace.folder(home)
        if home_of := re.match(r"make restore FILES=(/Users/\S+@\S+)", command.text):
            home = home_of[1]
            self.trial.workspace.notebook(f"{home}/notes", "print('once')")
            self.trial.run()
            self.trial.workspace.delete(home)
            self.left.add(home)

    def _newest(self, kind: str) -> str:
        rows = self.trial.http("GET", f"/api/{kind}?limit=1").json()[kind]
        return str(rows[0]["id"])


class Shell:
    """A shell that is typed into, command by command."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--norc"],
            cwd=home,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.types(PREAMBLE)

    def types(self, text: str) -> tuple[int, str]:
        """The exit code and what was said."""
        assert self._process.stdin
        assert self._process.stdout
        # What is typed next is not for the command to read.
        self._process.stdin.write(f'{{ {text}\n}} </dev/null\necho "{MARK} $?"\n')
        self._process.stdin.flush()
        said: list[str] = []
        for line in self._process.stdout:
            if line.startswith(MARK):
                return int(line.removeprefix(MARK)), "".join(said)
            said.append(line)
        raise AssertionError("the shell has ended: " + "".join(said))

    def end(self) -> None:
        """With all that was started in it."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.communicate(timeout=60)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("reader")
    data = home / "data"
    with a_stack(data, storage_faults=True) as endpoints:
        trial = Trial(endpoints)
        requests.post(f"{endpoints.databricks}/_local/sample", timeout=60)
        for path in ("/Shared/etl", "/Shared/reports"):
            trial.workspace.notebook(path, "print('once')")
        trial.run()
        trial.restore("/Shared/etl")
        mirror = home / "mirror.git"
        subprocess.run(
            ["git", "clone", "-q", "--mirror", endpoints.clone_url, mirror], check=True
        )
        queues = re.search(r"QueueEndpoint=http://([^/;]+)", endpoints.storage)
        assert queues
        ports = {"localhost:10001": queues[1]}
        yield Site(trial, endpoints, data, home, ports | _free_ports())


def _free_ports() -> dict[str, str]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return {
            "7072": str(one.getsockname()[1]),
            "7073": str(two.getsockname()[1]),
        }


@pytest.fixture
def shell(site: Site) -> Iterator[Shell]:
    programs = site.home / "bin"
    programs.mkdir(exist_ok=True)
    for name in STAND_INS:
        (programs / name).write_text(NOTE)
        (programs / name).chmod(0o755)
    clone_of = "https://dev.azure.com/contoso/Data%20Platform/_git/workspace-backup"
    shell = Shell(
        site.home,
        {
            "PATH": f"{programs}:{HOUSE / '.venv/bin'}:{os.environ['PATH']}",
            "HOME": str(site.home),
            "NOTES": str(site.home / "notes"),
            "NO_COLOR": "1",
            "HOUSE": str(HOUSE),
            "PYTHONPATH": str(HOUSE),
            "DATA": str(site.data),
            "URL": site.endpoints.functions,
            "KEY": site.endpoints.functions_key,
            "BACKUP_URL": site.endpoints.functions,
            "BACKUP_KEY": site.endpoints.functions_key,
            "RG": "rg-databricks-backup",
            "KEY_VAULT_NAME": "kv-backup",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{site.home}/mirror.git.insteadOf",
            "GIT_CONFIG_VALUE_0": clone_of,
            "AZURE_DEVOPS_CACHE_DIR": str(site.home / "cache"),
        },
    )
    yield shell
    shell.end()


def only_parsed(command: Command) -> bool:
    return any(
        command.text.startswith(why) or why in command.text for why in ONLY_PARSED
    )


def typed(page: str) -> list[Command]:
    return [
        command
        for block in blocks()
        if block.page == page and is_run(block)
        for command in commands_of(block)
    ]


def is_elsewhere(block: Block) -> bool:
    return block.language in ELSEWHERE.get(block.page, ())


def is_run(block: Block) -> bool:
    return block.is_commands and not is_elsewhere(block)


RUN = sorted({block.page for block in blocks() if is_run(block)})


def went_well(command: Command, code: int, said: str) -> bool:
    excuses = [told for begin, told in FAILS_WITH.items() if begins(command, begin)]
    statuses = [status for begin, status in ANSWERS.items() if begins(command, begin)]
    excuses += [f"\n{status}\n" for status in statuses]
    return code == 0 or any(excuse in said for excuse in excuses)


def begins(command: Command, begin: str) -> bool:
    return command.text.startswith(begin)


@pytest.mark.parametrize("page", RUN)
def test_every_command_of_a_page_runs(site: Site, shell: Shell, page: str) -> None:
    failed = []
    for command in typed(page):
        if only_parsed(command):
            continue
        wait_until(site.is_calm)
        site.prepare(command)
        code, said = shell.types(site.filled(command.text))
        if command.text.endswith("&"):
            wait_until(lambda: answers(site.filled(command.text)))  # noqa: B023 - at once
        if not went_well(command, code, said):
            failed.append(f"{command}\n-> {code}: {said}")

    assert not failed, "\n\n".join(failed)


def answers(text: str) -> bool:
    """Whether a server that was started listens."""
    port = re.search(r"--port (\d+)", text)
    assert port
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(port[1]))) == 0


def test_what_is_not_run_here_is_parsed_by_its_own_command_or_by_a_stand_in() -> None:
    commands = [command for page in RUN for command in typed(page)]
    parsed = [command for command in commands if only_parsed(command)]

    assert [c for c in parsed if own_words(c.text) is None] == []
    assert [why for why in ONLY_PARSED if not any(why in c.text for c in parsed)] == []
    for program in STAND_INS:
        named = program.replace("git-", "git ")
        assert [c for c in commands if c.text.startswith(named)], program


def test_every_block_is_commands_or_known_to_be_something_else() -> None:
    others = [b for b in blocks() if not b.is_commands and not is_elsewhere(b)]

    assert [block for block in others if not is_shown(block)] == []
    for page, begins_so in SHOWN.items():
        for begin in begins_so:
            assert [b for b in others if b.page == page and b.begins.startswith(begin)]


def is_shown(block: Block) -> bool:
    return block.begins.startswith(SHOWN.get(block.page, ()))


def test_what_another_test_runs_is_run_whole_by_it() -> None:
    pages: dict[str, list[str]] = {page: [] for page in ELSEWHERE}
    for block in filter(is_elsewhere, blocks()):
        pages[block.page].append(f"{block.text}\n")
    typed_again = client_transcript.FENCE.findall(client_transcript.PAGE.read_text())

    assert pages == {
        "docs/deploy.md": test_deploy_guide.BLOCKS,
        "docs/client.md": [text for _, text in typed_again],
    }


def test_every_setting_of_azd_is_one_that_the_template_takes() -> None:
    parameters = (HOUSE / "infra/main.parameters.json").read_text()
    commands = [command.text for page in RUN for command in typed(page)]
    named = [text.split()[3] for text in commands if text.startswith("azd env set ")]

    assert named
    for name in named:
        assert f"${{{name}" in parameters, name
