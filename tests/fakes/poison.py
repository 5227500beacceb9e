"""FAKES: poison queues in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from shared.domain.retention import Poisoned
from shared.ports import MOST_POISONED


@dataclass
class FakePoisonQueues:
    """The port `PoisonQueues`; the oldest come first, as in the real ones."""

    messages: list[Poisoned] = field(default_factory=list)

    def oldest(self) -> Sequence[Poisoned]:
        found = sorted(self.messages, key=lambda m: (m.queue, m.inserted_at))
        queues = groupby(found, key=lambda message: message.queue)
        return [m for _, those in queues for m in [*those][:MOST_POISONED]]

    def remove(self, messages: Sequence[Poisoned]) -> int:
        gone = {(message.queue, message.id) for message in messages}
        stay = [m for m in self.messages if (m.queue, m.id) not in gone]
        removed = len(self.messages) - len(stay)
        self.messages = stay
        return removed
