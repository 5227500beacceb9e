"""host.json: within the host's rules, and long enough for what the code does.

Documented: functions-host-json.md, functions-bindings-storage-queue.md.
"""

import json
import re
from typing import Any

from local.host.host_json import read_host_json
from shared import wiring
from shared.adapters import queues
from tests.infra.deployments import ROOT, plain, settings_of

HOST: dict[str, Any] = json.loads((ROOT / "host.json").read_text())


def test_values_are_within_the_hosts_rules() -> None:
    options = read_host_json(ROOT)

    assert 1 <= options.queues.batch_size <= 32
    assert options.queues.new_batch_threshold >= 0
    assert options.queues.max_polling_interval >= 0.1
    assert options.queues.max_dequeue_count >= 1


def test_messages_are_encoded_as_the_code_sends_them() -> None:
    assert HOST["extensions"]["queues"]["messageEncoding"] == "base64"
    assert "Base64Encode" in (ROOT / "shared/adapters/queues.py").read_text()


def test_a_function_may_run_longer_than_the_code_lets_it() -> None:
    timeout = read_host_json(ROOT).function_timeout

    assert timeout is not None
    assert timeout >= 1.5 * max(wiring.PLAN_SECONDS, wiring.SHARD_SECONDS)


def test_a_failing_message_is_poisoned_before_it_expires() -> None:
    options = read_host_json(ROOT).queues
    lock = 600  # seconds; what a lost worker costs (reported: sdk-for-net 32635)
    longest = options.max_dequeue_count * (options.visibility_timeout + lock)

    assert longest < queues.TIME_TO_LIVE


def test_an_instance_works_on_few_enough_shards_for_its_memory() -> None:
    options = read_host_json(ROOT).queues
    at_once = options.batch_size + options.new_batch_threshold

    assert at_once <= int(settings_of(plain())["MAX_PARALLEL_SHARDS"])


def test_the_extension_bundle_is_a_range_of_the_current_major_version() -> None:
    bundle = HOST["extensionBundle"]

    assert bundle["id"] == "Microsoft.Azure.Functions.ExtensionBundle"
    assert re.fullmatch(r"\[4\.[\d.*]+, 5\.0\.0\)", bundle["version"])


def test_host_and_worker_agree_on_who_sends_telemetry() -> None:
    worker = settings_of(plain())["PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY"]
    needed = (ROOT / "requirements.txt").read_text()

    assert (HOST["telemetryMode"], worker) == ("OpenTelemetry", "true")
    # The worker imports it, and only logs where it is missing.
    assert "\nazure-monitor-opentelemetry==" in needed
