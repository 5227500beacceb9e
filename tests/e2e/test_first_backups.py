"""The main job through the real host: first run, quiet night, a day's edits."""

from pathlib import Path

from tests.e2e.trial import Trial, calls_of

TIP = "/refs"
HOUSEKEEPING = ("/repos", "/Me")


def a_small_workspace(trial: Trial) -> None:
    workspace = trial.workspace
    for number in range(12):
        workspace.notebook(f"/Clients/Acme/etl/step {number}", f"print({number})")
    workspace.notebook("/Clients/Acme/report", "select 1", "SQL")
    workspace.notebook("/Clients/Acme/model", "val x = 1", "SCALA")
    workspace.notebook("/Users/ada@example.com/plot", "plot(1)", "R")
    workspace.file("/Users/ada@example.com/data.csv", b"a,b\r\n1,2\r\n")
    workspace.place(
        "/Shared/sales.lvdash.json", "DASHBOARD", content='{"pages": [1, 2]}'
    )
    workspace.folder("/Shared/nothing in here")


def test_a_quiet_night_costs_the_listings_and_one_read_of_the_tip(
    trial: Trial,
) -> None:
    a_small_workspace(trial)
    first = trial.run()
    trial.forget_calls()
    second = trial.run()
    workspace, repository = trial.workspace.calls(), trial.repository.calls()

    assert first["status"] == second["status"] == "complete"
    assert second["unchanged"]
    assert second["confirms"] == first["id"]
    assert second["commit"] == first["commit"]
    assert calls_of(workspace, "/workspace/list") == first["counts"]["folders"]
    assert calls_of(workspace, "/workspace/export") == 1  # the dashboard
    others = sum(workspace.values()) - first["counts"]["folders"] - 1
    assert others == calls_of(workspace, *HOUSEKEEPING) <= 10
    assert {r: n for r, n in repository.items() if not r.startswith("OPTIONS")} == {
        route: 1 for route in repository if route.endswith(TIP)
    }


def test_the_difference_of_two_restore_points_is_what_was_edited(
    trial: Trial, tmp_path: Path
) -> None:
    a_small_workspace(trial)
    first = trial.run()
    workspace = trial.workspace
    workspace.notebook("/Clients/Acme/etl/step 3", "print('three')")
    workspace.notebook("/Users/ada@example.com/new", "print('new')")
    workspace.delete("/Clients/Acme/etl/step 7")
    workspace.delete("/Clients/Acme/report")
    workspace.notebook("/Clients/Acme/report", "print('now python')")
    workspace.move("/Users/ada@example.com", "/Users/ada.l@example.com")
    trial.forget_calls()
    second = trial.run()
    exports = calls_of(workspace.calls(), "/workspace/export")
    clone = trial.repository.clone(tmp_path / "clone")

    assert second["status"] == "complete"
    assert clone.changed(first["commit"], second["commit"]) == {
        ("M", "Clients/Acme/etl/step 3.py"),
        ("D", "Clients/Acme/etl/step 7.py"),
        ("D", "Clients/Acme/report.sql"),
        ("A", "Clients/Acme/report.py"),
        ("D", "Users/ada@example.com/plot.r"),
        ("D", "Users/ada@example.com/data.csv"),
        ("A", "Users/ada.l@example.com/plot.r"),
        ("A", "Users/ada.l@example.com/data.csv"),
        ("A", "Users/ada.l@example.com/new.py"),
    }
    changed = 5  # step 3, new, report, and the two that moved
    assert exports == changed + 1  # and the dashboard
    assert second["counts"]["moved"] == 2
    assert second["counts"]["deleted"] == 1


def test_every_stored_byte_is_the_workspaces(trial: Trial, tmp_path: Path) -> None:
    a_small_workspace(trial)
    run = trial.run()
    content = trial.repository.clone(tmp_path / "clone").content()
    workspace = trial.workspace

    assert run["status"] == "complete"
    assert len(content) == run["counts"]["stored"] == 17
    assert content["Clients/Acme/etl/step 3.py"] == workspace.source(
        "/Clients/Acme/etl/step 3"
    )
    assert content["Clients/Acme/report.sql"] == workspace.source(
        "/Clients/Acme/report"
    )
    assert content["Users/ada@example.com/data.csv"] == b"a,b\r\n1,2\r\n"
    assert content["Shared/sales.lvdash.json"] == b'{"pages": [1, 2]}'


def test_a_restore_point_is_tagged_and_carries_its_record(
    trial: Trial, tmp_path: Path
) -> None:
    a_small_workspace(trial)
    run = trial.run(message="Before the great clean-up")
    clone = trial.repository.clone(tmp_path / "clone")
    year, month, day = run["id"][:4], run["id"][4:6], run["id"][6:8]

    tagged = clone.git("rev-list", "-n", "1", f"backup/{run['id']}").strip()
    assert tagged == run["commit"]
    added = clone.git("show", "--name-only", "--format=", run["commit"]).split()
    assert added == [f".backup/runs/{year}/{month}/{day}/{run['id']}.json"]
    assert "Before the great clean-up" in clone.git("log", "-1", run["commit"])
    assert clone.git("fsck", "--strict") == ""
