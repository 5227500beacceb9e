"""Every fault, wherever a restore asks for something: it ends true, or says why not.

Never a wrong byte in the workspace that is not told, never an outcome "verified" that
is not, and the restore after it, without the fault, makes good what was missing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from local.databricks.importing import Import, perform
from local.databricks.rendering import truth
from shared.domain.blob_ids import blob_id
from shared.domain.restore_outcomes import Result
from shared.domain.restore_plan import Bounds
from shared.domain.restores import OnConflict, Restore, RestoreStatus
from shared.errors import BackupError
from shared.services.open_restore import OpenedRestore, WantedRestore
from tests.matrix.cases import Fault
from tests.matrix.kept import keep_in_azurite
from tests.matrix.scene import (
    BOARD,
    DEEP_NOTEBOOK,
    EDITED,
    FIRST,
    NOTES,
    Scene,
    a_scene,
)
from tests.matrix.site import Site, workspace_writes

API = "/api/2.0/workspace"
PLACES: Mapping[str, tuple[str, str]] = {
    "an import": ("POST", f"{API}/import"),
    "a new folder": ("POST", f"{API}/mkdirs"),
    "a removal": ("POST", f"{API}/delete"),
    "an export": ("GET", f"{API}/export"),
    "a list": ("GET", f"{API}/list"),
}
REPOSITORY = "/_apis/git/repositories/[^/]+"
READS: Mapping[str, tuple[str, str]] = {
    "the tip": ("GET", f"{REPOSITORY}/refs"),
    "the items": ("POST", f"(?i){REPOSITORY}/itemsBatch"),
    "the blobs": ("POST", f"{REPOSITORY}/blobs"),
    "a folder's tree": ("GET", f"{REPOSITORY}/items"),
    "the history": ("GET", f"{REPOSITORY}/commits"),
}
PASSING: Mapping[str, Fault] = {
    "429": {"status": 429},
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "7"}},
    "500": {"status": 500},
    "503": {"status": 503},
    "503 after the effect": {"status": 503, "when": "after"},
    "a cut connection": {"effect": "cut"},
    "a connection cut after the effect": {"effect": "cut", "when": "after"},
    "half an answer": {"effect": "truncate"},
    "an answer that is no JSON": {"status": 200, "body": "<html>maintenance</html>"},
}
LASTING: Mapping[str, Fault] = {
    "401": {"status": 401},
    "403": {
        "status": 403,
        "body": {"error_code": "PERMISSION_DENIED", "message": "No."},
    },
    "404": {
        "status": 404,
        "body": {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No."},
    },
    "400": {"status": 400, "body": {"error_code": "SOMETHING_NEW", "message": "No."}},
    "400 for what is there": {
        "status": 400,
        "body": {"error_code": "RESOURCE_ALREADY_EXISTS", "message": "already exists."},
    },
    "a full folder": {
        "status": 403,
        "body": {"error_code": "MAX_CHILD_NODE_SIZE_EXCEEDED", "message": "Full."},
    },
    "503 for good": {"status": 503},
    "one byte changed": {"effect": "flip"},
}


STORED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "tables": {
        "a read of a row": ("GET", r"\(PartitionKey="),
        "a write": ("POST", r"/\$batch"),
    },
    "blobs": {
        "a read of a blob": ("GET", "/state-[^/]*/restores/"),
        "a new blob": ("PUT", "/restores/"),
    },
}
"""What a restore asks of storage, by service."""

OF_STORAGE: Mapping[str, Fault] = {
    "500": {"status": 500},
    "503 ServerBusy": {"status": 503},
    "a connection cut before": {"effect": "cut"},
    "a connection cut after": {"effect": "cut", "when": "after"},
    "an answer cut in half": {"effect": "truncate"},
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: the fault meets the restore of a disturbed workspace."""

    name: str
    remote: str
    fault: Fault
    passes: bool


def rows() -> Iterator[Row]:
    for remote, places in (("databricks", PLACES), ("azure_devops", READS)):
        for where, (method, path) in places.items():
            at = {"method": method, "path": path}
            for what, effect in PASSING.items():
                for skip in (0, 1):
                    fault = {**at, **effect, "times": 1, "skip": skip}
                    name = f"{what} once at {where}, after {skip}"
                    yield Row(name=name, remote=remote, fault=fault, passes=True)
            for what, effect in LASTING.items():
                name = f"{what} always at {where}"
                fault = {**at, **effect}
                yield Row(name=name, remote=remote, fault=fault, passes=False)


def storage_rows() -> Iterator[Row]:
    for service, places in STORED.items():
        for where, (method, path) in places.items():
            for what, effect in OF_STORAGE.items():
                for skip in (0, 1, 2, 4, 8, 16):
                    fault = {"method": method, "path": path, **effect, "skip": skip}
                    name = f"{what} once at {where}, after {skip}"
                    once = {**fault, "times": 1}
                    yield Row(name=name, remote=service, fault=once, passes=True)


ROWS = [*rows(), *storage_rows()]


def disturbed(site: Site) -> Scene:
    """After a backup: folders gone, an edit, a file where a notebook was."""
    scene = a_scene(site, bounds=Bounds(batch_objects=2))
    scene.app.writes = workspace_writes(site.databricks.url)  # type: ignore[assignment]
    scene.begin()
    site.store.remove(DEEP_NOTEBOOK)
    for folder in ("/deep/a/b", "/deep/a", "/deep"):
        site.store.remove(folder)
    site.store.remove(NOTES)
    scene.notebook(EDITED, "print('edited')")
    site.store.remove("/Clients/bolt/report")
    put_file(scene, "/Clients/bolt/report", b"a file by now")
    site.store.remove("/Clients/acme/report")
    scene.notebook("/Clients/acme/report", "select 1", "SQL")
    return scene


def put_file(scene: Scene, path: str, content: bytes) -> None:
    perform(scene.site.store, Import(path, content, "RAW", None, overwrite=True))


def there(scene: Scene) -> dict[str, tuple[str, str | None, bytes]]:
    """What the workspace really holds, by path."""
    told = {}
    for item in scene.site.store.below("/"):
        content = truth(item, scene.site.store.content(item.id))
        if content is not None:
            told[item.path] = (item.type, item.language, content)
    return told


def restored(scene: Scene, *, calm: bool = False) -> Restore | None:
    """None where it could not even be opened; once all is `calm`, that is an error."""
    scene.app.clock.advance(3_600)
    before = {*scene.app.restore_ids}
    wanted = WantedRestore(paths=("/",), on_conflict=OnConflict.OVERWRITE, apply=True)
    try:
        opened = scene.app.invoke(wanted)
    except BackupError:
        if calm:
            raise
        # What it left behind is worked off, or cleared away, all the same.
        scene.app.pump()
        begun = {*scene.app.restore_ids} - before
        return scene.app.restore_row(begun.pop()) if begun else None
    assert isinstance(opened, OpenedRestore)
    scene.app.pump()
    return scene.app.restore_row(opened.restore.id)


def assert_true(scene: Scene, restore: Restore) -> None:
    held = there(scene)
    for outcome in scene.app.outcomes(restore):
        if outcome.result is Result.VERIFIED and not outcome.is_folder:
            kind, language, content = held[outcome.path]
            assert blob_id(content) == outcome.blob, outcome
            assert (kind, language) == (outcome.type, outcome.language), outcome


@pytest.mark.filterwarnings(
    # What the storage SDK leaves of an answer that was cut off.
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("row", ROWS, ids=[f"{r.remote}: {r.name}" for r in ROWS])
def test_a_fault_ends_well(site: Site, row: Row) -> None:
    scene = disturbed(site)
    before = there(scene)
    stored = stored_contents()
    stored_in_azurite = row.remote in STORED
    if stored_in_azurite:
        keep_in_azurite(scene, "tables", "blobs")
    remote = getattr(site.storage if stored_in_azurite else site, row.remote)
    remote.arm(row.fault)

    restore = restored(scene)
    fired = remote.fired
    remote.disarm()
    after = there(scene)

    assert fired or row.fault.get("skip"), "the fault never came"
    assert scene.app.place.holder() is None
    if row.fault.get("effect") != "flip":
        assert_no_wrong_byte(before, after, stored, told_of(scene, restore))
    if restore is not None:
        assert_true(scene, restore)
        assert not restore.status.open
        if row.passes and restore.status is not RestoreStatus.COMPLETE:
            raise AssertionError((restore.error, scene.app.outcomes(restore)))
    healing = restored(scene, calm=True)
    if stored_in_azurite:
        scene.app.looks = {}
    assert healing is not None
    assert healing.status is RestoreStatus.COMPLETE, scene.app.outcomes(healing)
    assert {p: held for p, held in there(scene).items() if p in stored} == stored


def stored_contents() -> dict[str, tuple[str, str | None, bytes]]:
    """What was backed up, by path."""
    notebook = "# Databricks notebook source\n"
    told: dict[str, tuple[str, str | None, bytes]] = {
        path: ("NOTEBOOK", "PYTHON", (notebook + text).encode())
        for path, text in FIRST.items()
    }
    told[NOTES] = ("FILE", None, b"one\r\ntwo\x00\xff")
    told[BOARD] = ("DASHBOARD", None, b'{"pages": []}')
    return told


type Held = dict[str, tuple[str, str | None, bytes]]


def told_of(scene: Scene, restore: Restore | None) -> str:
    """All that the restore and its outcomes say."""
    outcomes = scene.app.outcomes(restore) if restore else ()
    error = restore.error if restore else ""
    return "\n".join([error, *(outcome.detail for outcome in outcomes)])


def assert_no_wrong_byte(before: Held, after: Held, stored: Held, told: str) -> None:
    """Each object is as it was, or as it was stored; none is lost.

    What is left over from a trial, because nothing could be removed, is told.
    """
    for path, held in after.items():
        known = held in (before.get(path), stored.get(path))
        assert known or f"{path} is left over" in told, path
    assert before.keys() <= after.keys()
