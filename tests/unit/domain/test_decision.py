"""What a push left undone is told by the read back, and mended."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decision import Decision, differences, mending
from shared.domain.folder_deletion import decide_deletion
from shared.domain.plan import PlannedDeletion
from tests.builders import LATER, Tree, a_file, a_listing, after, exported, held_in
from tests.unit.domain.folders import LOAD, LOOK, decided, two_notebooks

NEW = a_file("/etl/new")


def a_storing() -> Decision:
    """An edit, a change of language, a new object."""
    changed = replace(LOAD, language="SQL", modified_at=LATER)
    edited = replace(LOOK, modified_at=LATER)
    results = {
        LOAD.object_id: exported("-- 1"),
        LOOK.object_id: exported("2b"),
        NEW.object_id: exported("n"),
    }
    return decided(two_notebooks(), a_listing("/etl", changed, edited, NEW), results)


def a_deletion() -> Decision:
    """The whole folder."""
    both = ((LOAD.object_id, "load"), (LOOK.object_id, "look"))
    plan = PlannedDeletion("/etl", "etl", whole=True, objects=both)
    return decide_deletion(plan, held_in(two_notebooks(), "etl"))


@given(st.sampled_from([a_storing(), a_deletion()]), st.data())
def test_what_a_push_dropped_or_spoilt_is_told_and_mended(
    decision: Decision, data: st.DataObject
) -> None:
    before = two_notebooks()
    paths = sorted(change.path for change in decision.changes)
    dropped = data.draw(st.sets(st.sampled_from(paths)))
    spoilt = data.draw(st.sets(st.sampled_from(paths))) - dropped

    pushed = after(before, [c for c in decision.changes if c.path not in dropped])
    pushed = {
        path: b"spoilt" if path in spoilt else raw for path, raw in pushed.items()
    }
    found = held_in(pushed, "etl")
    wrong = dropped | (spoilt & pushed.keys())

    assert set(differences(decision, found)) == wrong
    assert after(pushed, mending(decision, found)) == after(before, decision.changes)


def test_what_is_right_is_not_pushed_again() -> None:
    decision = a_storing()
    right = held_in(after(two_notebooks(), decision.changes), "etl")

    assert differences(decision, right) == ()
    assert mending(decision, right) == ()


def test_what_the_decision_does_not_hold_is_told_but_cannot_be_repeated() -> None:
    decision = decided(two_notebooks(), a_listing("/etl", LOAD, LOOK), {})
    lost: Tree = {**two_notebooks()}
    del lost["etl/load.py"]

    assert differences(decision, held_in(lost, "etl")) == ("etl/load.py",)
    assert mending(decision, held_in(lost, "etl")) == ()
