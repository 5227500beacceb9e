"""What the host refuses to start with: one sentence, exit code 1, nothing left."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from local.host.background import running_host
from local.host.host import HostConfig
from local.host.refusal import Refused
from tests.local.host.bench import APPS, ROOT, Bench

pytestmark = pytest.mark.conforms("reported: azure-functions-host")

HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"
STORAGE = "UseDevelopmentStorage=true"
HOST = (sys.executable, "-m", "local.host")


def an_app(folder: Path, body: str, host_json: str = '{"version": "2.0"}') -> Path:
    (folder / "function_app.py").write_text(HEAD + textwrap.dedent(body))
    (folder / "host.json").write_text(host_json)
    return folder


def refusal(app: Path, **settings: str) -> str:
    config = HostConfig(app_dir=app, storage=STORAGE, settings=settings, timers=False)
    with pytest.raises(Refused) as caught, running_host(config):
        pass
    return str(caught.value)


def a_timer(schedule: str) -> str:
    return f"""
        @app.timer_trigger(arg_name="t", schedule="{schedule}")
        def tick(t: func.TimerRequest) -> None: ...
    """


def a_queue(name: str, connection: str = "AzureWebJobsStorage") -> str:
    return f"""
        @app.queue_trigger(arg_name="m", queue_name="{name}", connection="{connection}")
        def work(m: func.QueueMessage) -> None: ...
    """


def a_route(template: str, name: str = "page", methods: str = '["GET"]') -> str:
    return f"""
        @app.route(route="{template}", methods={methods})
        def {name}(req: func.HttpRequest) -> str:
            return ""
    """


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            a_timer("0 0 25 * * *"),
            "tick: schedule '0 0 25 * * *': '25' does not fit the hour",
        ),
        (a_timer("0 0 2 * *x *"), "'*x' does not fit the month"),
        (a_timer("nightly"), "has 1 fields; NCRONTAB has six"),
        (a_timer("01:00:00"), "is a TimeSpan"),
        (a_timer("%WHEN%"), "tick: setting WHEN of '%WHEN%' does not exist"),
        (a_queue("Backup-Plans"), "work: 'Backup-Plans' is not a queue name"),
        (a_queue("ab"), "'ab' is not a queue name"),
        (a_queue("a--b"), "'a--b' is not a queue name"),
        (a_queue("%QUEUE%"), "work: setting QUEUE of '%QUEUE%' does not exist"),
        (a_queue("plans", "Elsewhere"), "setting Elsewhere (its storage connection)"),
        (a_route("admin/page"), "conflicts with one of the built-in routes"),
        (a_route("a/{id:ulid}"), "constraint 'ulid' is not known"),
        (a_route("a/{*rest}/b"), "only the last part may be open-ended"),
        (a_route("a/{id}-{n}"), "is not one whole parameter"),
        (a_route("a/{id}/{ID}"), "names a parameter twice"),
        (a_route("a") + a_route("A/", "other"), "conflicts with the route of page"),
        ("", "no functions found"),
        ("import nothing_of_this_name", "nothing_of_this_name"),
        ("second = func.FunctionApp()", "More than one"),
        ("raise RuntimeError('at import')", "at import"),
        ("import os; os._exit(3)", "the worker died while it imported the app"),
    ],
)
def test_an_app_that_cannot_run_is_refused(
    tmp_path: Path, body: str, sentence: str
) -> None:
    assert sentence in refusal(an_app(tmp_path, body))


@pytest.mark.conforms("ours")
def test_a_binding_that_this_host_does_not_have_is_refused(tmp_path: Path) -> None:
    body = """
        @app.blob_trigger(arg_name="b", path="a/b", connection="AzureWebJobsStorage")
        def page(b: func.InputStream) -> None: ...
    """

    said = refusal(an_app(tmp_path, body))

    assert "page: binding type 'blobTrigger' is unknown to this host" in said


@pytest.mark.conforms("ours")
def test_an_identity_based_connection_is_refused(tmp_path: Path) -> None:
    app = an_app(tmp_path, a_queue("plans", "Other"))

    said = refusal(app, Other__queueServiceUri="https://x.queue.core.windows.net")

    assert "connection Other is identity-based" in said


@pytest.mark.conforms("documented: HTTP trigger, methods")
def test_one_route_may_have_several_functions_of_distinct_methods(
    bench: Bench, tmp_path: Path
) -> None:
    body = a_route("runs") + a_route("runs", "other", '["POST"]')

    with bench.host(app_dir=an_app(tmp_path, body)) as host:
        assert host.url


@pytest.mark.conforms("documented: host.json reference")
@pytest.mark.parametrize(
    ("host_json", "sentence"),
    [
        ('{"version": "2.0", // why\n}', "comments"),
        ('{"version": "3"}', '"version" must be "2.0"'),
        ('{"version": "2.0", "functionTimeout": 20}', "functionTimeout must look like"),
        ('{"version": "2.0", "functionTimeout": "00:00:00"}', "longer than nothing"),
        ('{"version": "2.0", "functionTimeout": "00:70:00"}', "is not a time span"),
        ("batchSize: 33", "batchSize is 33; it must be 1 to 32"),
        ("batchSize: true", "batchSize must be a whole number"),
        ("newBatchThreshold: -1", "newBatchThreshold is -1"),
        ("maxDequeueCount: 0", "maxDequeueCount is 0"),
        ('maxPollingInterval: "00:00:00.010"', "must be at least 00:00:00.100"),
        ('messageEncoding: "utf8"', "is not base64 or none"),
        ("batchsize: 3", "extensions.queues.batchsize is not a setting"),
    ],
)
def test_a_host_json_that_is_wrong_is_refused(
    tmp_path: Path, host_json: str, sentence: str
) -> None:
    if not host_json.startswith("{"):
        key, content = host_json.split(": ")
        queues = {key: json.loads(content)}
        host_json = json.dumps({"version": "2.0", "extensions": {"queues": queues}})

    assert sentence in refusal(an_app(tmp_path, a_timer("0 0 2 * * *"), host_json))


@pytest.mark.conforms("documented: host.json reference")
def test_a_missing_host_json_is_refused(tmp_path: Path) -> None:
    assert "host.json does not exist" in refusal(tmp_path)


@pytest.mark.conforms("ours")
def test_a_missing_app_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')

    assert "has no function_app.py" in refusal(tmp_path)


@pytest.mark.conforms("ours")
def test_the_command_says_why_in_one_line_and_exits_with_1(tmp_path: Path) -> None:
    app = an_app(tmp_path, a_timer("nightly"))

    done = subprocess.run(
        [*HOST, "--app-dir", str(app), "--storage", STORAGE],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    said = done.stderr.splitlines()[-1]
    assert said.startswith("host: tick: schedule 'nightly' has 1 fields")


@pytest.mark.conforms("documented: Code and test locally, local.settings.json")
def test_settings_are_read_like_local_settings_json(tmp_path: Path) -> None:
    broken = tmp_path / "settings.json"
    broken.write_text('{"Values": {"A": 1}}')

    done = subprocess.run(
        [*HOST, "--app-dir", str(APPS / "basic"), "--settings", str(broken)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 1
    assert "settings: A in" in done.stderr
