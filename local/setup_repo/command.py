"""LOCAL, setup-repo: one setup from the command line to its table.

Errors are told in a sentence.
"""

from client.checks.setup import asked, read_setup, setup_table
from client.console import plain_console
from local.asking import web_of
from local.backup.places import ground
from local.interruption import hear_no_more
from local.setup_repo.options import WantedSetup
from local.telling import say_ignored, saying, told


def setup_repo(wanted: WantedSetup) -> int:
    """Plan or apply; 0 where nothing has failed, warnings or not."""
    say = saying(plain_console())

    def work() -> int:
        say_ignored(wanted.stack, say)
        with ground(wanted.stack, say) as found:
            try:
                with web_of(found.endpoints) as web:
                    setup = read_setup(asked(web, wanted.setup))
            finally:
                hear_no_more()
        say("")
        for line in setup_table(setup, "the same command, with APPLY=1"):
            say(line)
        return 1 if setup.status == "failed" else 0

    return told("setup-repo", work, say, lambda: "stopped")
