"""LOCAL, Databricks: starts the server from a shell."""

import argparse
import asyncio
from pathlib import Path

from local.databricks.app import LOCAL_TOKEN, create_app
from local.databricks.store import Store
from local.serving import serve_until_stopped


def main() -> None:
    """Serve until stopped; prints one line, the URL, once it listens."""
    parser = argparse.ArgumentParser(
        prog="python -m local.databricks",
        description="A Databricks workspace on this machine, for the Workspace API.",
    )
    parser.add_argument("--data", type=Path, required=True, help="folder to keep it in")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--token", default=LOCAL_TOKEN, help="default: %(default)s")
    given = parser.parse_args()
    store = Store(given.data)
    try:
        app = create_app(store, tokens=[given.token])
        asyncio.run(serve_until_stopped(app, given.host, given.port, _announce))
    finally:
        store.close()


def _announce(url: str) -> None:
    print(url, flush=True)


if __name__ == "__main__":
    main()
