"""A shard's plan and the folders it verified come back as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.objects import Format, GitFolder, WorkspaceObject
from shared.domain.plan import (
    PlannedDeletion,
    PlannedFolder,
    ShardPlan,
    planned_objects,
)
from shared.domain.runs import ShardKind
from shared.domain.verified import Verified, read_verified, verified_lines
from shared.errors import UnknownVersion
from tests.builders import a_dashboard, a_folder, a_git_folder, a_listing, a_notebook
from tests.unit.domain.test_index import folders, texts

ids = st.integers(1, 2**53)
perhaps = st.none() | texts
objects = st.builds(
    WorkspaceObject,
    path=texts.map(lambda name: f"/{name}"),
    type=texts,
    object_id=ids,
    language=perhaps,
    modified_at=st.none() | ids,
    size=st.none() | st.integers(0),
    is_git_folder=st.booleans(),
)
planned = st.builds(
    PlannedFolder,
    path=texts,
    git_path=texts,
    object_id=st.none() | ids,
    objects=st.lists(objects, max_size=4).map(tuple),
    names=st.dictionaries(texts, texts, max_size=2),
    git_folders=st.lists(
        st.builds(GitFolder, texts, ids, perhaps, perhaps, perhaps), max_size=2
    ).map(tuple),
    untimed=st.dictionaries(ids, texts, max_size=2),
    checked=st.booleans(),
    manifest=texts,
)
deletions = st.builds(
    PlannedDeletion,
    path=texts,
    git_path=texts,
    whole=st.booleans(),
    objects=st.lists(st.tuples(ids, texts), max_size=3).map(tuple),
    folders=st.lists(texts, max_size=3).map(tuple),
    moved_to=st.dictionaries(ids, texts, max_size=2),
    manifest=texts,
)
plans = st.builds(
    ShardPlan,
    run_id=texts,
    number=st.integers(1),
    kind=st.sampled_from(ShardKind),
    notebook_format=st.sampled_from(Format),
    store=st.lists(planned, max_size=2).map(tuple),
    delete=st.lists(deletions, max_size=2).map(tuple),
)


@given(plans)
def test_a_plan_comes_back(plan: ShardPlan) -> None:
    assert ShardPlan.from_bytes(plan.to_bytes()) == plan


def test_a_plan_of_a_newer_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.domain.plan.PLAN_VERSION", 2)
    newer = ShardPlan("r", 1, ShardKind.STORE, Format.SOURCE).to_bytes()
    monkeypatch.undo()

    with pytest.raises(UnknownVersion):
        ShardPlan.from_bytes(newer)


def test_a_plan_counts_what_has_bytes_of_its_own() -> None:
    etl = a_listing("/etl", a_notebook("/etl/x"), a_folder("/etl/y"))
    top = a_listing("/", a_dashboard("/z"), a_git_folder("/g"))

    assert planned_objects([etl, top]) == 2


@given(
    st.lists(st.builds(Verified, texts, texts, texts, st.none() | folders), max_size=3)
)
def test_verified_folders_come_back(verified: list[Verified]) -> None:
    assert list(read_verified(verified_lines(verified))) == verified
