"""infra/publish.sh, against an az and a curl that answer from a list."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "eyJ0-a-token"
RUNNING, DONE, FAILED = '{"status": 1}', '{"status":4,"x":3}', '{"status": 3}'
ACCEPTED = "an-id\n202"

AZ = f"""#!/bin/sh
case "$*" in
*"functionapp show"*) echo "$SCM" ;;
*get-access-token*) echo {TOKEN} ;;
*) exit 9 ;;
esac
"""
CURL = """#!/bin/sh
printf '%s\\n' "$*" >>"$FOLDER/calls"
cat >>"$FOLDER/stdin"
number=$(wc -l <"$FOLDER/calls")
cat "$FOLDER/answer-$((number - 1))"
"""


@dataclass
class Published:
    code: int
    said: str
    calls: list[str]
    stdin: str


def publish(
    folder: Path, *answers: str, scm: str = "func-1.scm.example.net"
) -> Published:
    for name, script in (("az", AZ), ("curl", CURL)):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    for number, answer in enumerate(answers):
        (folder / f"answer-{number}").write_text(answer)
    package = folder / "app.zip"
    package.write_bytes(b"PK")
    done = subprocess.run(
        [ROOT / "infra/publish.sh", "rg", "func-1", package],
        env={
            "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "FOLDER": str(folder),
            "SCM": scm,
            "PUBLISH_SECONDS": "0",
        },
        check=False,
        capture_output=True,
        text=True,
    )
    calls, stdin = folder / "calls", folder / "stdin"
    return Published(
        done.returncode,
        done.stderr,
        calls.read_text().splitlines() if calls.exists() else [],
        stdin.read_text() if stdin.exists() else "",
    )


def test_the_package_is_handed_over_unbuilt_and_waited_for(tmp_path: Path) -> None:
    published = publish(tmp_path, ACCEPTED, RUNNING, DONE)

    assert published.code == 0, published.said
    assert "func-1.scm.example.net/api/publish?RemoteBuild=false" in published.calls[0]
    assert f"@{tmp_path}/app.zip" in published.calls[0]
    assert len(published.calls) == 3


def test_the_token_is_not_on_a_command_line(tmp_path: Path) -> None:
    published = publish(tmp_path, ACCEPTED, DONE)

    assert not [call for call in published.calls if TOKEN in call]
    assert published.stdin.count(f"Authorization: Bearer {TOKEN}") == 2


@pytest.mark.parametrize("body", [FAILED, '{"status":-1}', '{"status": 6}'])
def test_a_deployment_that_failed_fails(body: str, tmp_path: Path) -> None:
    published = publish(tmp_path, ACCEPTED, RUNNING, body)

    assert published.code == 1
    assert "ended with status" in published.said


def test_a_refused_package_fails_and_is_not_sent_again(tmp_path: Path) -> None:
    published = publish(tmp_path, "no such file\n400")

    assert published.code == 1
    assert "status 400: no such file" in published.said
    assert len(published.calls) == 1


@pytest.mark.parametrize(
    "passing", ["BlobUploadFailedException\n400", "\n403", "\n409", "\n503"]
)
def test_what_passes_is_waited_for(passing: str, tmp_path: Path) -> None:
    published = publish(tmp_path, passing, ACCEPTED, DONE)

    assert published.code == 0, published.said


def test_it_gives_up_in_the_end(tmp_path: Path) -> None:
    published = publish(tmp_path, *(["busy\n409"] * 10))

    assert published.code == 1
    assert len(published.calls) == 10


def test_an_app_that_is_not_there_is_named(tmp_path: Path) -> None:
    published = publish(tmp_path, scm="")

    assert (published.code, published.calls) == (1, [])
    assert "func-1 has no scm host" in published.said


def test_without_arguments_it_says_how_it_is_used() -> None:
    done = subprocess.run(
        [ROOT / "infra/publish.sh"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert "infra/publish.sh RESOURCE_GROUP APP [PACKAGE]" in done.stderr
