"""There and back: what was backed up, deleted and restored is what it was."""

from typing import Any

from tests.e2e.awkward import fill
from tests.e2e.trial import Trial, calls_of

KEPT = {"NOTEBOOK", "FILE", "DASHBOARD", "DIRECTORY"}
WRITES = ("/workspace/import", "/workspace/mkdirs", "/workspace/delete")

type Facts = dict[str, tuple[str, str | None, str | None]]


def facts(trial: Trial) -> Facts:
    """Type, language and Git's id of the bytes of all that can be restored."""
    return {
        path: (row["object_type"], row.get("language"), row.get("blob_id"))
        for path, row in trial.workspace.objects().items()
        if row["object_type"] in KEPT
    }


def delete_everything(trial: Trial) -> None:
    """All but the homes of people, which no workspace gives away."""
    for path in list(trial.workspace.objects()):
        own = path in {"/", "/Users", "/Shared", "/Repos"} or (
            path.startswith("/Users/") and path.count("/") == 2
        )
        above = path.rsplit("/", 1)[0]
        at_top = above in {"", "/Shared", "/Repos"}
        in_a_home = above.startswith("/Users/") and above.count("/") == 2
        if not own and (at_top or in_a_home):
            trial.workspace.delete(path)


def an_awkward_workspace(trial: Trial) -> None:
    fill(trial)
    workspace = trial.workspace
    workspace.notebook("/Users/ada@example.com/plot", "plot(1)", "R")
    workspace.notebook("/Users/ada@example.com/deep/er/query", "select 1", "SQL")
    workspace.file("/Users/ada@example.com/data.csv", b"a,b\r\n1,2\r\n\x00\xff")
    workspace.place("/Shared/sales.lvdash.json", "DASHBOARD", content='{"pages": []}')


def test_everything_deleted_comes_back_as_it_was(trial: Trial) -> None:
    an_awkward_workspace(trial)
    first = trial.run()
    before = facts(trial)
    delete_everything(trial)
    assert len(facts(trial)) < 10

    restore = trial.restore("/", apply=True)
    after = facts(trial)
    second = trial.run()

    assert first["status"] == "complete"
    assert (restore["status"], restore["error"]) == ("complete", None)
    assert restore["counts"]["verified"] == first["counts"]["stored"]
    assert after == before
    assert second["status"] == "complete"
    assert changed_contents(second) == []


def changed_contents(run: dict[str, Any]) -> list[str]:
    """What a run stored anew."""
    return [item["path"] for item in run["changes"]["items"]]


def test_a_plan_writes_nothing(trial: Trial) -> None:
    an_awkward_workspace(trial)
    trial.run()
    delete_everything(trial)
    trial.forget_calls()

    for on_conflict in ("skip", "overwrite", "fail"):
        plan = trial.restore("/", on_conflict=on_conflict)
        assert plan["status"] == "planned"
        assert plan["counts"]["to_create"] == plan["counts"]["objects"] > 80

    assert calls_of(trial.workspace.calls(), *WRITES) == 0
    assert calls_of(trial.repository.calls(), "/pushes") == 0
