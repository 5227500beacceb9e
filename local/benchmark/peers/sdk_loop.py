"""LOCAL, benchmark: the SDK's export in ten threads, and nothing else.

    python -m local.benchmark.peers.sdk_loop FILE

The floor under every Python program on this SDK: it lists nothing, compares nothing,
and throws away what it gets. The file names an object a line: its path as JSON, and
SOURCE or AUTO; the environment names the workspace. Prints how many it exported, and
how many it could not.
"""

import base64
import json
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.workspace import ExportFormat

THREADS = 10


def exported(client: WorkspaceClient, line: str) -> bool:
    """Whether the object came."""
    path, wanted = json.loads(line)
    try:
        answer = client.workspace.export(path, format=ExportFormat(wanted))
    except DatabricksError:
        return False
    base64.b64decode(answer.content or "")
    return True


def loop(lines: Iterable[str]) -> tuple[int, int]:
    """How many came, and how many did not."""
    client = WorkspaceClient()
    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(lambda line: exported(client, line), lines))
    return sum(outcomes), len(outcomes) - sum(outcomes)


def main() -> None:
    """Export what the file names."""
    print(*loop(Path(sys.argv[1]).read_text().splitlines()))


if __name__ == "__main__":
    main()
