"""What every `Notifier` does: the one in memory and the webhook's."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from shared.adapters.webhook import NobodyListens, Webhook
from shared.domain.notices import notice_of
from shared.errors import RequestRefused, Unavailable
from shared.ports import Notifier
from tests.fakes.storage import FakeNotifier
from tests.notices import an_end
from tests.receivers import OK, answers, receiving

NOTICE = notice_of(an_end())
REFUSED = b"HTTP/1.1 410 Gone\r\n\r\n"
DOWN = b"HTTP/1.1 503 Down\r\n\r\n"

type Make = Callable[[bytes], tuple[Notifier, Callable[[], int]]]
"""A notifier whose other side answers so, and how many messages that one got."""


@pytest.fixture(params=["fake", "webhook"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    stack = ExitStack()

    def fake(raw: bytes) -> tuple[Notifier, Callable[[], int]]:
        faults = {REFUSED: RequestRefused("gone"), DOWN: Unavailable("down")}
        notifier = FakeNotifier(fault=faults.get(raw))
        return notifier, lambda: len(notifier.told)

    def webhook(raw: bytes) -> tuple[Notifier, Callable[[], int]]:
        receiver = stack.enter_context(receiving(answers(raw)))
        notifier = Webhook(receiver.url, "https://dev.azure.com/x", seconds=60)
        return notifier, lambda: len(receiver.bodies)

    with stack:
        yield fake if request.param == "fake" else webhook


def test_each_notice_is_one_message(make: Make) -> None:
    notifier, count = make(OK)

    notifier.tell(NOTICE)
    notifier.tell(NOTICE)

    assert count() == 2


@pytest.mark.parametrize(
    ("raw", "error"), [(REFUSED, RequestRefused), (DOWN, Unavailable)]
)
def test_what_fails_is_told_and_not_tried_again(
    make: Make, raw: bytes, error: type[Exception]
) -> None:
    notifier, count = make(raw)

    with pytest.raises(error):
        notifier.tell(NOTICE)

    assert count() == 1


def test_nobody_is_told_nothing() -> None:
    NobodyListens().tell(NOTICE)
