"""The app as the platform drives it: messages as text, through the queues' functions.

Whatever leaves a function makes its message come back after `visibilityTimeout`; after
`maxDequeueCount` times it is poison, and buried by the function that is there for it.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from functions import queues
from shared.domain.messages import (
    Message,
    PlanMessage,
    RestoreMessage,
    ShardMessage,
    encode,
)
from shared.errors import BackupError
from shared.services.advance_restore import AdvanceRestore
from shared.services.advance_run import AdvanceRun
from shared.services.back_up_shard import BackUpShard
from shared.services.end_restores import BuryRestore
from tests.backup_app import BackupApp

_HOST = json.loads((Path(__file__).parents[1] / "host.json").read_text("utf-8"))
_QUEUES = _HOST["extensions"]["queues"]
DEQUEUES: int = _QUEUES["maxDequeueCount"]
HIDDEN = sum(
    int(part) * unit
    for part, unit in zip(
        _QUEUES["visibilityTimeout"].split(":"), (3_600, 60, 1), strict=True
    )
)


def always() -> bool:
    """The queues answer, unless a test says otherwise."""
    return True


_FUNCTIONS: Mapping[type[Message], tuple[Any, Any]] = {
    PlanMessage: (queues.advance_run, queues.bury_plan),
    ShardMessage: (queues.back_up_shard, queues.bury_shard),
    RestoreMessage: (queues.advance_restore, queues.bury_restore),
}
"""Which function takes a message, and which one buries it."""


@dataclass(kw_only=True)
class TriggeredApp(BackupApp):
    """`poisoned` are the messages that were buried, `errors` what left functions.

    `written` gives the text by which a message travels. While the queues are not
    `reachable` the host gets no message, and no dequeue is counted.
    """

    written: Callable[[Message], str] = encode
    reachable: Callable[[], bool] = always
    poisoned: list[Message] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    dequeued: Counter[Message] = field(default_factory=Counter)

    def deliver(self, message: Message) -> None:
        work, bury = _FUNCTIONS[type(message)]
        text = self.written(message)
        if not self.reachable():
            self._give_out(message, HIDDEN)
            return
        try:
            self._call(work, text)
        except (BackupError, ValueError) as error:
            self.errors.append(error)
            self.dequeued[message] += 1
        else:
            del self.dequeued[message]
            return
        if self.dequeued[message] < DEQUEUES:
            self._give_out(message, HIDDEN)
            return
        del self.dequeued[message]
        self.poisoned.append(message)
        self._call(bury, text)

    def _call(self, function: Any, text: str) -> None:
        handler = function._function.get_user_function()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queues, "app", lambda: _Bound(self))
            handler(func.QueueMessage(body=text))


@dataclass(frozen=True)
class _Bound:
    """What the functions know of `wiring.App`."""

    app: BackupApp

    def advance_run(self) -> AdvanceRun:
        return self.app.advance_run(self.app.process())

    def back_up_shard(self) -> BackUpShard:
        return self.app.back_up_shard(self.app.process())

    @property
    def restores(self) -> "_BoundRestores":
        return _BoundRestores(self.app)

    def bury_plan(self, run_id: str) -> None:
        self.app.bury_plan(run_id)

    def bury_shard(self, run_id: str, number: int) -> None:
        self.app.bury_shard(run_id, number)


@dataclass(frozen=True)
class _BoundRestores:
    """What the functions know of `RestoreApp`."""

    app: BackupApp

    @property
    def advance(self) -> AdvanceRestore:
        return self.app.restoring(self.app.process()).advance()

    @property
    def bury(self) -> BuryRestore:
        return self.app.restoring().bury()
