"""LOCAL, doctor: one look from the command line to its table.

Of a stack that runs, only the functions host has to answer: what else does not is what
the look is about.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from client.checks.diagnosis import Diagnosis, asked, read_diagnosis
from client.checks.table import table
from client.console import plain_console
from local.asking import web_of
from local.backup.options import Options
from local.backup.places import check_same, data_folder, ground
from local.endpoints import Endpoints, is_alive, read_endpoints
from local.interruption import hear_no_more
from local.telling import say_ignored, saying, told


def doctor(options: Options) -> int:
    """Look at everything; 0 where nothing has failed, warnings or not."""
    say = saying(plain_console())

    def work() -> int:
        say_ignored(options, say)
        with _stack(options, say) as endpoints:
            try:
                found = _ask(endpoints)
            finally:
                hear_no_more()
        say("")
        for line in table(found):
            say(line)
        return 1 if found.status == "failed" else 0

    return told("doctor", work, say, lambda: "stopped")


@contextmanager
def _stack(options: Options, say: Callable[[str], None]) -> Iterator[Endpoints]:
    """The running stack, however ill it is; else one of its own."""
    data = data_folder(options)
    running = read_endpoints(data)
    if running is not None and is_alive(running):
        check_same(running, options.settings, data)
        say(f"using the stack that runs at {running.functions}")
        yield running
        return
    with ground(options, say) as found:
        yield found.endpoints


def _ask(endpoints: Endpoints) -> Diagnosis:
    with web_of(endpoints) as web:
        return read_diagnosis(asked(web))
