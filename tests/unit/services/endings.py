"""How the runs of an app ended that met a crash, beside those of one that did not."""

import itertools
import json
from collections import Counter
from typing import Any

from shared.domain.decision import inside
from shared.domain.repository_texts import is_record_comment
from shared.domain.run_ids import record_path
from shared.services.steps import Step
from tests.backup_app import BackupApp
from tests.builders import Tree, manifests_of
from tests.crashes import Call
from tests.unit.services.scenes import assert_whole

LOST_COUNTS = {"stored", "stored_bytes", "exported", "pushes"}
"""What was pushed by a process that died before it could say so, counts as equal."""


def assert_as_undisturbed(app: BackupApp, plain: BackupApp) -> None:
    """The same ends, records and tags; nothing exported twice but what was lost."""
    assert statuses(app) == statuses(plain)
    assert recorded(app) == recorded(plain)
    assert told(app) == told(plain)
    assert_whole(app.git)
    assert exported(app) - exported(plain) <= Counter(lost_exports(app))


def statuses(app: BackupApp) -> list[tuple[str, bool]]:
    """How each run ended, newest first; that one is complete."""
    rows = [app.row(run_id) for run_id in app.run_ids]
    assert rows[0].status == "complete", rows[0].error
    return [(row.status.value, row.unchanged) for row in rows]


def recorded(app: BackupApp) -> list[tuple[int, bool]]:
    """How many records each run has in Git's history, and whether it is tagged."""
    comments = [commit.comment for commit in app.git.log(app.git.tip() or "", 1_000)]
    assert len(app.git.tags) == len({*app.git.tags.values()})
    return [
        (
            sum(is_record_comment(comment, run_id) for comment in comments),
            f"backup/{run_id}" in app.git.tags,
        )
        for run_id in app.run_ids
    ]


def told(app: BackupApp) -> list[object]:
    """What the records of complete runs name, and count."""
    files = app.git.files()
    found = [files.get(record_path(run_id)) for run_id in app.run_ids]
    records = [json.loads(raw) for raw in found if raw is not None]
    return [_told(record) for record in records if record["status"] == "complete"]


def _told(record: dict[str, Any]) -> dict[str, object]:
    counts = record["counts"]
    counts["equal"] += counts["stored"]
    facts = {key: n for key, n in counts.items() if key not in LOST_COUNTS}
    lists = {key: value for key, value in record.items() if isinstance(value, dict)}
    named = {key: value["named"] for key, value in lists.items() if "named" in value}
    for outcome in itertools.chain.from_iterable(named.values()):
        outcome.pop("object_id", None)
    return {**facts, **named}


def exported(app: BackupApp) -> Counter[str]:
    """How often each path was exported."""
    return Counter(_exports(app.calls.log))


def lost_exports(app: BackupApp) -> list[str]:
    """What the process that died had exported, and neither pushed nor accounted for.

    What has no time is exported again until its folder's place is saved.
    """
    own = [call for call in app.calls.log if call.process == app.calls.dead]
    saves = [place for place, call in enumerate(own) if _is_save(call)]
    unsaved = own[max(saves, default=0) :]
    pushed = {path for call in own for path in call.about or () if _is_push(call)}
    files = timed_files(app.git.files())
    timed = [path for path in _exports(own) if path in files]
    untimed = [path for path in _exports(unsaved) if path not in files]
    return [path for path in timed if files[path] not in pushed] + untimed


def timed_files(tree: Tree) -> dict[str, str]:
    """The Git path of each object whose listing has a time, by workspace path."""
    return {
        f"{manifest.path.rstrip('/')}/{entry.name}": inside(
            manifest.git_path, entry.file
        )
        for manifest in manifests_of(tree).values()
        for entry in manifest.entries
        if entry.modified_at is not None
    }


def _exports(log: list[Call]) -> list[str]:
    return [str(call.about) for call in log if call.name == "workspace.export"]


def _is_save(call: Call) -> bool:
    return (call.step, call.name) == (Step.S6, "store.write")


def _is_push(call: Call) -> bool:
    return call.name == "git.push"
