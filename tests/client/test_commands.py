"""Commands as a person types them, with the app's real triggers behind them."""

import io
import json
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from client.commands.caller import Caller
from client.commands.frame import main
from client.console import plain_console
from client.passing import Time
from shared.domain.runs import Mode, RunStatus, Tally
from shared.services.open_run import Wanted
from tests.client.functions import Functions, Step
from tests.client.servers import an_answer, json_answer, server_of

LOAD = "/Clients/acme/load"
KEY = "s3cret-key"


@dataclass
class Person:
    """Types commands; the time of what they wait for passes at once."""

    url: str
    out: str = ""
    err: str = ""
    slept: list[float] = field(default_factory=list)

    def types(self, *words: str) -> int:
        out, err = io.StringIO(), io.StringIO()
        caller = Caller(
            out=plain_console(out),
            err=plain_console(err),
            passing=Time(self.slept.append, lambda: sum(self.slept)),
        )
        code = main(["--url", self.url, "--key", KEY, *words], caller)
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    @property
    def given(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def person(functions: Functions) -> Person:
    return Person(functions.url)


def ends(status: RunStatus, **changes: Any) -> Step:
    return lambda functions, run_id: functions.end_run(run_id, status, **changes)


def still(_functions: Functions, _run_id: str) -> None:
    return


COMPLETE = ends(RunStatus.COMPLETE, commit="c" * 40, tally=Tally(stored=2))
INCOMPLETE = ends(RunStatus.INCOMPLETE, tally=Tally(failed=1))


def an_open_run(functions: Functions) -> str:
    return functions.bound.open_run(Wanted(trigger="timer")).request.run_id


def newest(functions: Functions) -> str:
    return max(functions.bound.index.runs)


def test_a_run_is_watched_to_its_end_and_told(
    functions: Functions, person: Person
) -> None:
    functions.script = [still, still, COMPLETE]

    code = person.types("run")

    assert code == 0
    assert f"run {newest(functions)}\n" in person.out
    assert "Complete: everything is in Git" in person.out
    assert "look at it" not in person.out
    assert person.err == f"at {functions.url}\n"


def test_what_is_not_complete_is_no_success_and_says_how_to_go_on(
    functions: Functions, person: Person
) -> None:
    functions.script = [still, INCOMPLETE]

    code = person.types("run")

    again = f"`python -m client --url {functions.url} run` again does only what is"
    assert code == 1
    assert again in person.out


def test_what_was_said_of_a_run_is_asked_for(
    functions: Functions, person: Person
) -> None:
    words = ["--mode", "full", "--dry-run", "--path", "/Shared/a", "--message", "hello"]

    assert person.types("run", "--no-wait", *words) == 0

    request = functions.bound.index.runs[newest(functions)]
    assert (request.mode, request.dry_run, request.message) == (
        Mode.FULL,
        True,
        "hello",
    )
    assert request.scope.roots == ("/Shared/a",)


def test_what_the_app_refuses_is_told_in_its_words(person: Person) -> None:
    assert person.types("run", "--slice", "9/3") == 1
    assert "client: slice: " in person.err
    assert person.types("run", "--allow-deletions", "yesterday") == 1
    assert "client: allow_deletions: " in person.err


def test_a_run_that_is_only_begun_says_what_watches_it(
    functions: Functions, person: Person
) -> None:
    code = person.types("run", "--no-wait")

    run_id = newest(functions)
    assert (code, person.out) == (0, f"run {run_id}\n")
    assert f"watch it: python -m client --url {functions.url} watch {run_id}" in (
        person.err
    )


def test_an_open_run_is_watched_before_and_without_waiting_told(
    functions: Functions, person: Person
) -> None:
    left = an_open_run(functions)

    assert person.types("run", "--no-wait") == 1
    assert f"client: run {left} is open; watch it: " in person.err

    functions.script = [COMPLETE, still, COMPLETE]
    assert person.types("run") == 0
    assert f"run {left} is still open: going on with it first" in person.out
    assert person.out.count("Complete: everything is in Git") == 2


def test_scripts_get_the_apps_own_answer_and_nothing_else(
    functions: Functions, person: Person
) -> None:
    functions.script = [still, still, COMPLETE]

    code = person.types("run", "--json")

    assert code == 0
    assert person.given["status"] == "complete"
    assert person.given["counts"]["stored"] == 2
    assert f"run {person.given['id']}" in person.err


def test_whatever_is_open_is_watched(functions: Functions, person: Person) -> None:
    run_id = an_open_run(functions)
    functions.script = [still, COMPLETE]

    assert person.types("watch") == 0
    assert f"run {run_id}\n" in person.out
    assert person.types("watch") == 0
    assert "nothing is open; `python -m client " in person.err


def test_what_has_ended_is_told_at_once(functions: Functions, person: Person) -> None:
    run_id = an_open_run(functions)
    functions.end_run(run_id, RunStatus.FAILED, error="the PAT has expired")

    assert person.types("watch", run_id) == 1
    assert "reason      the PAT has expired" in person.out
    assert person.slept == []


@pytest.mark.parametrize("name", ["nothing", "../x y", "restore-1"])
def test_an_id_that_is_none_is_told(person: Person, name: str) -> None:
    for command in ("watch", "cancel"):
        assert person.types(command, name) == 1
        assert "client: " in person.err
        assert "Traceback" not in person.err


def test_a_run_is_cancelled_and_seen_to_stop(
    functions: Functions, person: Person
) -> None:
    run_id = an_open_run(functions)
    functions.script = [still, ends(RunStatus.CANCELLED)]

    assert person.types("cancel", run_id) == 0
    assert "Cancelled: what was stored until then stays." in person.out
    assert person.types("cancel", run_id) == 1
    assert "has ended: cancelled" in person.err


def test_a_cancellation_that_came_too_late_is_no_success(
    functions: Functions, person: Person
) -> None:
    run_id = an_open_run(functions)
    functions.script = [still, COMPLETE]

    assert person.types("cancel", run_id) == 1


def test_runs_are_listed_with_what_they_did(
    functions: Functions, person: Person
) -> None:
    functions.script = [still, INCOMPLETE]
    person.types("run", "--mode", "full")

    assert person.types("runs") == 0
    title, row, *_ = person.out.splitlines()
    assert title.split()[:3] == ["run", "status", "began"]
    assert row.startswith(newest(functions))
    assert row.endswith("http  full: 1 missing")
    assert person.types("runs", "--limit", "1", "--json") == 0
    assert len(person.given["runs"]) == 1


def test_a_history_tells_each_version(person: Person) -> None:
    assert person.types("history", LOAD) == 0
    there = person.out
    assert person.types("history", LOAD, "--json") == 0

    [version] = person.given["versions"]
    assert version["run"] in there
    assert "notebook python" in there
    assert "It is gone" not in there


def test_bytes_are_given_as_they_are(
    person: Person, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert person.types("content", LOAD) == 0
    printed = capfdbinary.readouterr().out
    file = tmp_path / "load.py"
    assert person.types("content", LOAD, "--output", str(file)) == 0

    assert printed == file.read_bytes() == b"# Databricks notebook source\n# load\n"
    assert person.types("content", LOAD, "--output", str(tmp_path / "no" / "way")) == 1
    assert "cannot be written: No such file or directory" in person.err


def test_a_difference_is_shown_and_is_the_exit_code(
    functions: Functions, person: Person, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert person.types("diff", LOAD) == 0
    assert person.err == "they are the same\n"
    functions.bound.workspace.edit(LOAD, b"# Databricks notebook source\n# new\n")

    assert person.types("diff", LOAD) == 1
    assert capfdbinary.readouterr().out.endswith(b"-# load\n+# new\n")


def test_a_plan_leads_to_a_restore(functions: Functions, person: Person) -> None:
    functions.bound.workspace.delete(LOAD)

    functions.script = [still, lambda f, restore_id: f.advance(restore_id)]
    assert person.types("restore", LOAD) == 0
    planned = person.out
    again = next(line for line in planned.splitlines() if "do it" in line)
    words = again.partition(f"--url {functions.url} ")[2].split()
    functions.script = [still, lambda f, restore_id: f.advance(restore_id)]
    code = person.types(*words)

    assert "nothing was written" in planned
    assert words[0] == "restore"
    assert (code, LOAD in functions.bound.workspace.objects) == (0, True)
    assert "verified    1 object" in person.out
    assert person.types("restores") == 0
    assert "1 object of /Clients/acme/load" in person.out
    assert "plan of /Clients/acme/load" in person.out


def test_another_restore_in_the_way_is_told_with_what_can_be_done(
    functions: Functions, person: Person
) -> None:
    assert person.types("restore", "/", "--apply", "--no-wait") == 0
    restore_id = person.out.strip()

    for wait in ("--wait", "--no-wait"):
        assert person.types("restore", "/Clients", "--apply", wait) == 1
        assert f"{restore_id} is open" in person.err
        cancel = f"python -m client --url {functions.url} cancel {restore_id}"
        assert cancel in person.err
    functions.script = [lambda f, name: f.advance(name)]
    assert person.types("cancel", restore_id) == 0
    assert "Cancelled: what was written until then stays." in person.out


def test_an_open_restore_is_found_and_watched(
    functions: Functions, person: Person
) -> None:
    person.types("restore", "/", "--apply", "--no-wait")
    functions.script = [lambda f, restore_id: f.advance(restore_id)]

    assert person.types("watch", "--json") == 0
    assert person.given["status"] == "complete"


def test_drift_is_the_exit_code(functions: Functions, person: Person) -> None:
    compared: list[Step] = [lambda f, restore_id: f.advance(restore_id)]
    functions.script = list(compared)
    assert person.types("drift") == 0
    functions.script = list(compared)
    functions.bound.workspace.delete(LOAD)
    functions.bound.clock.advance(1)

    assert person.types("drift", "--json") == 1
    assert person.given["missing_in_workspace"] == 1


def test_a_forecast_and_health_are_told(functions: Functions, person: Person) -> None:
    assert person.types("forecast", "--sample", "0", "--notebooks", "70000") == 0
    assert "restore of all" in person.out
    assert person.types("forecast", "--change", "lots") == 1
    assert "client: change_percent: " in person.err
    assert person.types("health") == 0
    assert person.out.startswith("Healthy")
    functions.bound.clock.advance(60 * 3600)
    assert person.types("health") == 1
    assert person.out.startswith("Critical")
    assert person.types("health", "--json") == 1
    assert person.given["status"] == "critical"


@pytest.mark.usefixtures("usual_signals")
@pytest.mark.parametrize("words", [["run"], ["restore", "/", "--apply"], ["drift"]])
def test_who_leaves_is_told_what_goes_on(
    functions: Functions, person: Person, words: list[str]
) -> None:
    def pressed(_functions: Functions, _name: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    functions.script = [still, pressed] if words == ["run"] else [pressed]

    assert person.types(*words) == 130
    assert f" goes on at {functions.url}; " in person.err


def test_a_name_cannot_write_on_the_terminal(person: Person) -> None:
    assert person.types("restore", "/a\x1b[2J\nb") == 1
    assert "\x1b" not in person.err + person.out


@pytest.mark.usefixtures("usual_signals")
def test_who_leaves_a_restore_of_somebody_else_is_told_what_it_is(
    functions: Functions, person: Person
) -> None:
    def pressed(_functions: Functions, _name: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    for words, told in ((["--apply"], "looks at it again"), ([], "it only reads")):
        assert person.types("restore", "/", "--no-wait", *words) == 0
        functions.script = [still, pressed]
        assert person.types("watch", person.out.strip()) == 130
        assert told in person.err


def test_what_is_not_there_may_have_a_past(person: Person) -> None:
    for words in (["content", "/Clients/gone"], ["restore", "/Clients/gone", "/b"]):
        assert person.types(*words) == 1
        assert "client: there is no /Clients/gone in the backup" in person.err
        assert person.err.endswith(f"--url {person.url} history /Clients/gone\n")


@pytest.mark.parametrize(
    ("answers", "words", "told"),
    [
        ([an_answer("401 Unauthorized")], ["runs"], "key or token is not accepted"),
        ([an_answer("404 Not Found")], ["doctor"], "there is no such function"),
        ([an_answer("503 Away")] * 3, ["health"], "does not run right now"),
        ([an_answer("200 OK", "{}"[:1])], ["runs"], "is the address right?"),
        ([json_answer("200 OK", "{}")], ["runs"], "not what this client expects"),
        ([json_answer("409 Taken", "{}")], ["run"], "status 409"),
        ([an_answer("200 OK", "{}")[:-1]], ["run"], "runs` tells what became of it"),
    ],
)
def test_an_app_that_answers_badly_is_told_in_a_sentence(
    answers: list[bytes], words: list[str], told: str
) -> None:
    with server_of(answers) as (url, _):
        person = Person(url)
        code = person.types(*words)

    assert code == 1
    [*_, sentence] = person.err.removeprefix(f"at {url}\n").splitlines()
    assert sentence.startswith("client: ")
    assert told in sentence
    assert "Traceback" not in person.err
    assert KEY not in person.err + person.out


def a_step(name: str, status: str, means: str) -> dict[str, Any]:
    told = {"name": name, "status": status, "means": means, "do": "Do it."}
    return {**told, "facts": {}, "seconds": 0.1}


A_SETUP = {
    "applied": False,
    "status": "failed",
    "changes": ["branch"],
    "steps": [
        a_step("branch", "to_do", "Is missing."),
        a_step("pushing", "failed", "May not."),
    ],
}


def test_a_setup_is_told_with_the_line_that_applies_it() -> None:
    with server_of([json_answer("200 OK", json.dumps(A_SETUP))]) as (url, heard):
        person = Person(url)
        code = person.types("setup", "--git-folder", "/Repos/a/b", "--folder", "/x y")

    assert code == 1
    assert [request.split()[:2] for request in heard] == [["POST", "/api/setup"]]
    assert "→ branch   Is missing." in person.out
    assert person.out.endswith(
        f"to do it: python -m client --url {url} setup --git-folder /Repos/a/b"
        " --folder '/x y' --apply\n"
    )


def test_a_setup_that_was_applied_has_no_line_to_go_on_with() -> None:
    done = {**A_SETUP, "applied": True, "status": "changes"}
    answers = [json_answer("200 OK", json.dumps(done))] * 2
    with server_of(answers) as (url, _):
        person = Person(url)
        code = person.types("setup", "--apply")
        told = person.out
        person.types("setup", "--apply", "--json")

    assert code == 0
    assert "Done: branch." in told
    assert "to do it" not in told
    assert person.given == done


def test_folders_without_a_git_folder_are_refused(person: Person) -> None:
    assert person.types("setup", "--folder", "/Shared") == 2
