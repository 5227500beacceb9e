"""LOCAL: the app's functions as the worker indexed them; runs none of them.

The worker library hands bindings through unchecked. What the .NET host would refuse
afterwards is refused here, with the function's name. (Azure keeps the other functions
running and shows the broken one with an error; one machine is clearer when it stops.)
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from local.host.cron import Schedule, parse_schedule
from local.host.refusal import Refused
from local.host.routes import Route, conflict, parse_route
from local.host.settings import connection_string, is_disabled, resolve

FUNCTION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,127}")
# Documented: "Naming queues and metadata", Queue service REST API.
QUEUE_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
AUTH_LEVELS = {"ANONYMOUS", "FUNCTION", "ADMIN"}
POISON = "-poison"


@dataclass(frozen=True)
class QueueTrigger:
    """A queue to listen to, with its storage."""

    queue: str
    connection: str

    @property
    def poison_queue(self) -> str | None:
        """Where poisoned messages go; a poison queue has none of its own."""
        return None if self.queue.endswith(POISON) else self.queue + POISON


@dataclass(frozen=True)
class TimerTrigger:
    """A schedule, and how it is kept."""

    schedule: Schedule
    run_on_startup: bool
    use_monitor: bool


@dataclass(frozen=True)
class HttpTrigger:
    """A route; no methods means all of them."""

    route: Route
    methods: frozenset[str]
    auth_level: str


@dataclass(frozen=True)
class Retry:
    """A retry policy of the host; only timers have one here. Seconds."""

    max_count: int
    shortest: float
    longest: float

    def delay(self, attempt: int) -> float:
        """Return how long to wait before attempt 1, 2 and so on."""
        return min(self.longest, self.shortest * 2.0 ** (attempt - 1))


@dataclass(frozen=True)
class Function:
    """One function: its worker id, its trigger's parameter, and the trigger."""

    name: str
    id: str
    parameter: str
    trigger: QueueTrigger | TimerTrigger | HttpTrigger
    bindings: tuple[Mapping[str, Any], ...]
    retry: Retry | None = None
    disabled: bool = False


def read_functions(
    indexed: Iterable[Mapping[str, Any]], settings: Mapping[str, str]
) -> tuple[Function, ...]:
    """Turn the worker's answer into functions; raises `Refused`."""
    functions = tuple(_function(entry, settings) for entry in indexed)
    if not functions:
        raise Refused("no functions found: does function_app.py register any?")
    _refuse_conflicts(functions)
    return functions


def _function(entry: Mapping[str, Any], settings: Mapping[str, str]) -> Function:
    name = str(entry["name"])
    if not FUNCTION_NAME.fullmatch(name):
        raise Refused(f"{name!r} is not a valid function name")
    bindings = tuple(json.loads(raw) for raw in entry["bindings"])
    triggers = [b for b in bindings if b["type"].lower().endswith("trigger")]
    if len(triggers) != 1:
        raise Refused(f"{name}: exactly one trigger is needed, not {len(triggers)}")
    for binding in bindings:
        _refuse_unknown(name, binding)
    return Function(
        name=name,
        id=str(entry["id"]),
        parameter=triggers[0]["name"],
        trigger=_trigger(name, triggers[0], settings),
        bindings=bindings,
        retry=_retry(entry.get("retry")),
        disabled=is_disabled(name, settings),
    )


def _refuse_unknown(name: str, binding: Mapping[str, Any]) -> None:
    known = {"queueTrigger", "timerTrigger", "httpTrigger", "http"}
    if binding["type"] not in known:
        raise Refused(
            f"{name}: binding type {binding['type']!r} is unknown to this host,"
            f" which has {', '.join(sorted(known))}"
        )


def _trigger(
    name: str, binding: Mapping[str, Any], settings: Mapping[str, str]
) -> QueueTrigger | TimerTrigger | HttpTrigger:
    if binding["type"] == "queueTrigger":
        return _queue_trigger(name, binding, settings)
    if binding["type"] == "timerTrigger":
        return _timer_trigger(name, binding, settings)
    return _http_trigger(name, binding, settings)


def _queue_trigger(
    name: str, binding: Mapping[str, Any], settings: Mapping[str, str]
) -> QueueTrigger:
    queue = resolve(binding.get("queueName") or "", settings, name)
    if not QUEUE_NAME.fullmatch(queue):
        raise Refused(
            f"{name}: {queue!r} is not a queue name (3 to 63 lower-case letters,"
            " digits and single dashes)"
        )
    connection = binding.get("connection") or ""
    return QueueTrigger(queue, connection_string(connection, settings, name))


def _timer_trigger(
    name: str, binding: Mapping[str, Any], settings: Mapping[str, str]
) -> TimerTrigger:
    text = resolve(binding.get("schedule") or "", settings, name)
    try:
        schedule = parse_schedule(text)
    except Refused as error:
        raise Refused(f"{name}: {error}") from error
    return TimerTrigger(
        schedule,
        run_on_startup=bool(binding.get("runOnStartup", False)),
        use_monitor=bool(binding.get("useMonitor", True)),
    )


def _http_trigger(
    name: str, binding: Mapping[str, Any], settings: Mapping[str, str]
) -> HttpTrigger:
    template = resolve(binding.get("route") or name, settings, name)
    level = str(binding.get("authLevel") or "FUNCTION").upper()
    if level not in AUTH_LEVELS:
        raise Refused(f"{name}: auth level {level!r} is not known")
    try:
        route = parse_route(template)
    except Refused as error:
        raise Refused(f"{name}: {error}") from error
    methods = frozenset(str(m).upper() for m in binding.get("methods") or ())
    return HttpTrigger(route, methods, level)


def _retry(policy: Mapping[str, float] | None) -> Retry | None:
    if policy is None:
        return None
    return Retry(int(policy["max_count"]), policy["shortest"], policy["longest"])


def _refuse_conflicts(functions: Iterable[Function]) -> None:
    seen: dict[str, Function] = {}
    routed: list[tuple[str, HttpTrigger]] = []
    for function in functions:
        if function.name.lower() in seen:
            raise Refused(f"two functions are called {function.name}")
        seen[function.name.lower()] = function
        trigger = function.trigger
        if not isinstance(trigger, HttpTrigger):
            continue
        for other, earlier in routed:
            shared = trigger.methods & earlier.methods
            every = not trigger.methods or not earlier.methods
            if conflict(trigger.route, earlier.route) and (shared or every):
                raise Refused(
                    f"{function.name}: the route {trigger.route.template!r} conflicts"
                    f" with the route of {other}"
                )
        routed.append((function.name, trigger))
