import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decision import inside
from shared.domain.folder import decide
from shared.domain.git import Change, ChangeKind, Push
from shared.domain.held import Exported, Held, exported_format
from shared.domain.manifest import Excepted, Manifest, manifest_path
from shared.domain.objects import (
    DASHBOARD,
    FILE,
    NOTEBOOK,
    REPO,
    Format,
    WorkspaceObject,
)
from shared.domain.plan import PlannedFolder
from shared.domain.room import (
    FIRST_SHARD_OBJECTS,
    MAX_SHARD_FOLDERS,
    PushRoom,
    encoded_bytes,
    line_bytes,
    manifest_bytes,
    object_bytes,
    shard_is_full,
    shard_size,
)
from tests.unit.domain.workspace_objects import NAMES

LINE = 3
MAX_ID = 2**63 - 1
A_TIME = 9_999_999_999_999
KINDS = (NOTEBOOK, FILE, DASHBOARD, "MLFLOW_EXPERIMENT")
BRACKETS = 12
"""Around the lines of the two lists, where they are not empty."""


def test_shards_grow_from_small_ones_to_the_largest() -> None:
    sizes = [shard_size(number, 1_000) for number in range(1, 7)]

    assert sizes == [FIRST_SHARD_OBJECTS, 200, 400, 800, 1_000, 1_000]


def test_an_empty_shard_has_room_for_any_folder() -> None:
    assert not shard_is_full(0, 0, 10_000, 100)


@pytest.mark.parametrize(
    ("folders", "objects", "more", "full"),
    [
        (1, 60, 40, False),
        (1, 60, 41, True),
        (MAX_SHARD_FOLDERS - 1, 0, 0, False),
        (MAX_SHARD_FOLDERS, 0, 0, True),
    ],
)
def test_a_shard_is_full_by_its_objects_or_by_its_folders(
    folders: int, objects: int, more: int, *, full: bool
) -> None:
    assert shard_is_full(folders, objects, more, 100) is full


@given(st.binary(max_size=400), st.text(max_size=40))
def test_a_change_takes_no_more_room_than_was_counted(raw: bytes, path: str) -> None:
    content = base64.b64encode(raw).decode()
    new = {"content": content, "contentType": "base64encoded"}
    sent = {"changeType": "edit", "item": {"path": path}, "newContent": new}

    counted = encoded_bytes(len(raw), path)

    assert len(json.dumps(sent)) <= counted
    change = Change(ChangeKind.EDIT, path, raw)
    assert Push(None, "", (change,)).encoded_bytes >= counted


@given(st.dictionaries(NAMES, st.sampled_from(KINDS), max_size=8), st.text(max_size=20))
def test_a_folder_takes_no_more_room_than_was_counted(
    kinds: dict[str, str], git_path: str
) -> None:
    objects = tuple(
        WorkspaceObject(f"/f/{name}", kind, MAX_ID - number, "PYTHON", A_TIME)
        for number, (name, kind) in enumerate(kinds.items())
    )
    folder = PlannedFolder("/f", git_path, MAX_ID, objects)
    results = {
        obj.object_id: Exported(b"x", "f" * 40, exported_format(obj, Format.JUPYTER))
        for obj in objects
        if obj.storable
    }

    decision = decide(folder, Held(), results, Format.JUPYTER)

    sizes = {change.path: change.encoded_bytes for change in decision.changes}
    assert sizes[manifest_path(git_path)] <= manifest_bytes(git_path, kinds)
    assert decision.manifest is not None
    empty = replace(decision.manifest, entries=(), exceptions=())
    lines = len(decision.manifest.to_bytes()) - len(empty.to_bytes())
    assert lines * 4 <= 3 * sum(map(line_bytes, kinds)) + 4 * BRACKETS
    for entry in decision.manifest.entries:
        size = sizes[inside(git_path, entry.file)]
        assert size <= object_bytes(1, git_path, entry.name)


def test_a_git_folder_takes_no_more_room_than_was_counted() -> None:
    url, branch = f"https://git.example.com/{'a' * 100}", "b" * 100
    clone = Excepted("c", REPO, MAX_ID, "Git folder", url=url, branch=branch)
    clones = tuple(replace(clone, head_commit="f" * 40) for _ in range(100))
    manifest = Manifest("/f", "f", MAX_ID, Format.SOURCE, exceptions=clones)
    size = encoded_bytes(len(manifest.to_bytes()), manifest_path("f"))

    assert manifest_bytes("f", 100 * ["c"]) < size
    assert size <= manifest_bytes("f", 100 * ["c"], clones=100)


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.lists(st.integers(1, 50), max_size=8)),
        max_size=12,
    )
)
def test_no_push_holds_more_than_fits_unless_a_single_part_does(
    folders: list[tuple[int, list[int]]],
) -> None:
    push = PushRoom(100)
    pushes: list[list[int]] = [[]]
    for manifest, objects in folders:
        if push.begins(manifest):
            pushes.append([])
        pushes[-1].append(manifest)
        for joined, content in enumerate(objects):
            if push.takes(content, LINE):
                pushes.append([manifest + joined * LINE])
            pushes[-1].append(content + LINE)
        if push.ends():
            pushes.append([])

    assert all(sum(parts) <= push.full_at or len(parts) <= 2 for parts in pushes)
    assert sum(len(objects) for _, objects in folders) <= sum(map(len, pushes))
