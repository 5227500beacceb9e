import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.manifest import Entry, Manifest
from shared.domain.objects import Format
from shared.domain.room import (
    FIRST_SHARD_OBJECTS,
    MAX_SHARD_FOLDERS,
    PushRoom,
    encoded_bytes,
    manifest_bytes,
    shard_is_full,
    shard_size,
)

LINE = 3
AN_ID = 9_007_199_254_740_991


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


@given(st.lists(st.text(min_size=1, max_size=60), max_size=30))
def test_a_manifest_takes_no_more_room_than_was_counted(names: list[str]) -> None:
    entries = tuple(
        Entry(name, "DASHBOARD", AN_ID, name, "f" * 40, AN_ID, Format.RAW, "PYTHON", 0)
        for name in names
    )
    raw = Manifest("/a", "a", AN_ID, Format.SOURCE, entries).to_bytes()

    assert encoded_bytes(len(raw), ".backup/folders/a/folder.json") <= manifest_bytes(
        names
    )


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
