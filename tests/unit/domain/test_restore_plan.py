import gzip
import json
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.restore_plan import (
    RESTORE_PLAN_VERSION,
    Bounds,
    Sized,
    StoredFolder,
    WantedTree,
    packed,
    shard_bytes,
    shard_from,
    wanted_bytes,
    wanted_from,
)
from shared.errors import UnknownVersion

words = st.text(max_size=20)
folders = st.builds(
    StoredFolder, words, words, st.none() | st.lists(words, max_size=3).map(tuple)
)
trees = st.builds(WantedTree, words, folders)
sizes = st.lists(st.integers(0, 12), max_size=40)
bounds = st.builds(
    Bounds, shard_objects=st.integers(1, 10), shard_folders=st.integers(1, 5)
)


@given(sizes, bounds)
def test_shards_hold_every_folder_once_in_order_and_are_as_full_as_may_be(
    counts: list[int], bounds: Bounds
) -> None:
    sized = [Sized(StoredFolder(str(n), "m"), count) for n, count in enumerate(counts)]
    count_of = {s.folder: s.objects for s in sized}

    shards = list(packed(sized, bounds))

    assert [folder for shard in shards for folder in shard] == [*count_of]
    for shard in shards:
        assert 1 <= len(shard) <= bounds.shard_folders
        objects = sum(count_of[folder] for folder in shard)
        assert len(shard) == 1 or objects <= bounds.shard_objects
    for shard, later in pairwise(shards):
        objects = sum(count_of[folder] for folder in (*shard, later[0]))
        full = len(shard) == bounds.shard_folders
        assert full or objects > bounds.shard_objects


@given(st.lists(folders, max_size=5))
def test_a_shard_comes_back_as_it_was(shard: list[StoredFolder]) -> None:
    assert shard_from(shard_bytes(shard)) == tuple(shard)


@given(st.lists(trees, max_size=5))
def test_what_was_asked_for_comes_back_as_it_was(wanted: list[WantedTree]) -> None:
    assert wanted_from(wanted_bytes(wanted)) == tuple(wanted)


def test_the_same_shard_is_the_same_bytes() -> None:
    shard = [StoredFolder("a", "m")]

    assert shard_bytes(shard) == shard_bytes(shard)


@pytest.mark.parametrize("read", [shard_from, wanted_from])
def test_what_a_newer_version_wrote_is_refused(
    read: Callable[[bytes], object],
) -> None:
    document = {"version": RESTORE_PLAN_VERSION + 1, "rows": {"of": "another form"}}

    with pytest.raises(UnknownVersion):
        read(gzip.compress(json.dumps(document).encode()))
