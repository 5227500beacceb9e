"""I7: equal digests mean that there is nothing to do; they must neither lie nor nag."""

import random
from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain import digest
from shared.domain.blob_ids import blob_id
from shared.domain.digest import digest_of_listing, digest_of_manifest
from shared.domain.folder import decide
from shared.domain.held import Exported, Held, NotStored, Result
from shared.domain.manifest import Manifest
from shared.domain.objects import (
    DIRECTORY,
    NOTEBOOK,
    REPO,
    Format,
    GitFolder,
    WorkspaceObject,
)
from shared.domain.outcomes import OutcomeKind
from shared.domain.plan import PlannedFolder
from tests.unit.domain.manifests import Listed, listings, manifest_of
from tests.unit.domain.workspace_objects import NAMES, a_folder, a_notebook

LISTED = Listed(
    git_path="f",
    object_id=1,
    notebook_format=Format.SOURCE,
    objects=(
        a_notebook("x", 11),
        a_folder("etl", 12),
        WorkspaceObject("/f/repo", DIRECTORY, 13, is_git_folder=True),
        WorkspaceObject("/f/old repo", REPO, 14),
        WorkspaceObject("/f/big", "FILE", 15, None, 5, 10**9),
    ),
    git_folders={
        "/f/repo": GitFolder("/f/repo", 13, "https://example.org/r", "main", "c0ffee"),
        "/f/old repo": GitFolder(
            "/f/old repo", 14, "https://example.org/o", "dev", None
        ),
    },
)


def _of(listed: Listed) -> str:
    return digest_of_listing(
        git_path=listed.git_path,
        object_id=listed.object_id,
        notebook_format=listed.notebook_format,
        objects=listed.objects,
        git_folders=listed.git_folders,
    )


@given(listings(), st.data())
def test_a_manifest_of_what_was_listed_has_the_listings_digest(
    listed: Listed, data: st.DataObject
) -> None:
    stored = [o for o in listed.objects if o.storable and data.draw(st.booleans())]
    manifest = manifest_of(listed, stored)

    assert digest_of_manifest(manifest) == _of(listed)
    assert digest_of_manifest(Manifest.from_bytes(manifest.to_bytes())) == _of(listed)


@given(listings(), st.randoms())
def test_the_order_of_a_listing_does_not_matter(
    listed: Listed, rng: random.Random
) -> None:
    shuffled = tuple(rng.sample(listed.objects, len(listed.objects)))

    assert _of(replace(listed, objects=shuffled)) == _of(listed)


@given(listings(), listings())
def test_different_listings_have_different_digests(one: Listed, other: Listed) -> None:
    assume(_facts(one) != _facts(other))

    assert _of(one) != _of(other)


@given(listings(), st.data())
def test_one_changed_fact_changes_the_digest(
    listed: Listed, data: st.DataObject
) -> None:
    changed = data.draw(_changed(listed))
    assume(_facts(changed) != _facts(listed))

    assert _of(changed) != _of(listed)


@pytest.mark.parametrize(
    "change",
    [
        {"git_path": "f~2"},
        {"object_id": 2},
        {"object_id": None},
        {"notebook_format": Format.JUPYTER},
        {"objects": LISTED.objects[1:]},
        {"git_folders": {}},
    ],
)
def test_every_fact_of_the_folder_counts(change: dict[str, object]) -> None:
    assert _of(replace(LISTED, **change)) != _of(LISTED)  # type: ignore[arg-type]


@pytest.mark.parametrize("place", [0, 4])
@pytest.mark.parametrize(
    "change",
    [
        {"path": "/f/X"},
        {"type": "DASHBOARD"},
        {"object_id": 99},
        {"language": "SQL"},
        {"language": ""},
        {"modified_at": 6},
        {"modified_at": None},
    ],
)
def test_every_fact_of_an_object_counts(place: int, change: dict[str, object]) -> None:
    assert _of(_with_object(LISTED, place, change)) != _of(LISTED)


@pytest.mark.parametrize("path", ["/f/repo", "/f/old repo"])
@pytest.mark.parametrize("fact", ["url", "branch", "head_commit"])
def test_every_fact_of_a_git_folder_counts(path: str, fact: str) -> None:
    moved = replace(LISTED.git_folders[path], **{fact: "other"})  # type: ignore[arg-type]
    changed = replace(LISTED, git_folders={**LISTED.git_folders, path: moved})

    assert _of(changed) != _of(LISTED)


def test_of_a_sub_folder_only_name_and_id_count() -> None:
    touched = {"modified_at": 5, "size": 3, "language": "SQL"}

    assert _of(_with_object(LISTED, 1, touched)) == _of(LISTED)
    assert _of(_with_object(LISTED, 1, {"object_id": 99})) != _of(LISTED)
    assert _of(_with_object(LISTED, 1, {"is_git_folder": True})) != _of(LISTED)


def test_a_size_alone_does_not_count() -> None:
    assert _of(_with_object(LISTED, 4, {"size": 1})) == _of(LISTED)


@pytest.mark.parametrize("rules", [(2, 1), (1, 2)])
def test_new_rules_make_every_folder_differ(
    rules: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = Manifest("/f", "f", 1, Format.SOURCE)
    before = digest_of_manifest(manifest)

    monkeypatch.setattr(digest, "RULES", rules)
    listing = digest_of_listing(
        git_path="f",
        object_id=1,
        notebook_format=Format.SOURCE,
        objects=(),
        git_folders={},
    )

    assert listing != before
    assert digest_of_manifest(replace(manifest, rules=rules)) == listing


def test_the_digest_of_a_folder_is_the_same_in_every_process() -> None:
    assert _of(LISTED) == PINNED


@given(listings())
def test_a_folder_that_was_stored_is_found_up_to_date(listed: Listed) -> None:
    folder = _planned(listed)
    results: dict[int, Result] = {
        obj.object_id: Exported(b"", blob_id(b""), listed.notebook_format)
        if obj.object_id % 3
        else NotStored(OutcomeKind.EXCEPTED, "too large", 10**9)
        for obj in listed.objects
        if obj.storable
    }

    decision = decide(folder, Held(), results, listed.notebook_format)

    assert decision.manifest is not None
    assert digest_of_manifest(decision.manifest) == _of(listed)


@given(listings())
def test_a_folder_with_a_failure_stays_different(listed: Listed) -> None:
    assume(any(obj.storable for obj in listed.objects))
    failed: dict[int, Result] = {
        obj.object_id: NotStored(OutcomeKind.FAILED, "500") for obj in listed.objects
    }

    decision = decide(_planned(listed), Held(), failed, listed.notebook_format)

    assert decision.manifest is not None
    assert digest_of_manifest(decision.manifest) != _of(listed)


# --- builders


@dataclass(frozen=True)
class _Facts:
    """All that decides whether a folder is up to date, compared as Python does."""

    head: tuple[object, ...]
    children: frozenset[tuple[object, ...]]


def _facts(listed: Listed) -> _Facts:
    children = set()
    for obj in listed.objects:
        clone = listed.git_folders.get(obj.path)
        if obj.descended:
            children.add(("folder", obj.name, obj.object_id))
            continue
        children.add(
            (
                *(obj.name, obj.type, obj.language, obj.object_id, obj.modified_at),
                *((clone.url, clone.branch, clone.head_commit) if clone else ()),
                *((None,) * 3 if not clone and (_is_clone(obj)) else ()),
            )
        )
    head = (listed.git_path, listed.object_id, listed.notebook_format)
    return _Facts(head, frozenset(children))


def _is_clone(obj: WorkspaceObject) -> bool:
    return obj.type == REPO or obj.is_git_folder


@st.composite
def _changed(draw: st.DrawFn, listed: Listed) -> Listed:
    """The listing with one thing about one object different, or one object less."""
    assume(listed.objects)
    place = draw(st.integers(0, len(listed.objects) - 1))
    change = draw(
        st.one_of(
            st.builds(lambda name: {"path": f"/f/{name}"}, NAMES),
            st.builds(lambda i: {"object_id": i}, st.integers(1, 10**16)),
            st.builds(lambda t: {"modified_at": t}, st.none() | st.integers(1, 99)),
            st.sampled_from([{"type": NOTEBOOK}, {"type": REPO}, {"language": "R"}]),
            st.none(),
        )
    )
    if change is None:
        rest = listed.objects[:place] + listed.objects[place + 1 :]
        return replace(listed, objects=rest)
    return _with_object(listed, place, change)


def _with_object(listed: Listed, place: int, change: dict[str, object]) -> Listed:
    objects = list(listed.objects)
    objects[place] = replace(objects[place], **change)  # type: ignore[arg-type]
    return replace(listed, objects=tuple(objects))


def _planned(listed: Listed) -> PlannedFolder:
    names = manifest_of(listed, ()).folders
    return PlannedFolder(
        path="/f",
        git_path=listed.git_path,
        object_id=listed.object_id,
        objects=listed.objects,
        names={folder.name: folder.git for folder in names},
        git_folders=tuple(listed.git_folders.values()),
        untimed={},
        checked=False,
        manifest="",
    )


PINNED = "22346d3eba970a2d37638d4432aae29e319d89765cf3cfb8d895282384c78c05"
