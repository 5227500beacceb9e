"""A workspace's first backup, made once on the servers and laid out again for each row.

What it left is the same for every row: objects in the workspace, commits in Git, rows
and blobs in memory. It is copied from where it is kept, as a restart would find it.
"""

import itertools
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.azure_devops.organization import Home, Organization
from local.databricks.store import Store
from tests.backup_app import BackupApp
from tests.real_state import move_blobs, move_rows


@dataclass(frozen=True)
class FirstBackup:
    """What is kept of it: the workspace's database, Git's folder, the app's state."""

    organization: Organization
    workspace: bytes
    last_id: int
    git: Path
    state: BackupApp

    def lay_out(self, store: Store, home: Home, app: BackupApp) -> Home:
        """As if it had just been made here; returns the repository as it then is."""
        store._db.deserialize(self.workspace)
        store._last_id = self.last_id
        path = home.repository.path
        shutil.rmtree(path)
        shutil.copytree(self.git, path)
        self.organization._describe(path, home.repository.id, home.repository.name)
        _move(self.state, app)
        return self.organization._open(path)


def keep(
    organization: Organization, store: Store, home: Home, app: BackupApp
) -> FirstBackup:
    """Keep what the first backup has left; Git's part beside the organization."""
    state, git = BackupApp(), organization.root.with_name(home.repository.path.name)
    _move(app, state)
    shutil.copytree(home.repository.path, git)
    workspace = store._db.serialize()
    return FirstBackup(organization, workspace, store._last_id, git, state)


def _move(source: BackupApp, target: BackupApp) -> None:
    ports: dict[str, Any] = {
        "store": target.store,
        "index": target.index,
        "blobs": target.blobs,
    }
    move_rows(source, ports)
    move_blobs(source, ports)
    target.clock.advance(source.clock.passed)
    target.calls.processes = source.calls.processes
    # Owners and run ids follow from it: none that was there before comes again.
    target._numbers = itertools.count(1_000)
