"""Starts the Azure DevOps server: `python -m local.azure_devops --data DIR`."""

import argparse
import asyncio
from pathlib import Path

from local.azure_devops.app import create_app
from local.serving import serve_until_stopped


def main() -> None:
    """Serve until interrupted; one line says where, once the server listens."""
    options = _options()
    app = create_app(
        options.data,
        organization=options.organization,
        project=options.project,
        repository=options.repository,
        pat=options.pat,
        anonymous_clone=options.anonymous_clone,
    )

    def announce(url: str) -> None:
        print(f"{url}/{options.organization}", flush=True)

    asyncio.run(serve_until_stopped(app, options.host, options.port, announce))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.azure_devops",
        description="An Azure DevOps organization's Git repositories on this machine.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=0, help="0 takes a free one")
    add("--data", type=Path, required=True, help="where the repositories lie")
    add("--organization", default="acme")
    add("--project", default="backup")
    add("--repository", default="workspace")
    add("--pat", help="the only accepted token; without it any is")
    add(
        "--anonymous-clone",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether git clone needs no token",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
