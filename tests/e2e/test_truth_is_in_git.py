"""I6: Git is the truth, everything else a cache; strangers may write there, too."""

import subprocess
from pathlib import Path

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient

from tests.e2e.trial import Clone, Trial, calls_of

EXPORT = "/workspace/export"
PUSH = "/pushes"


def fill(trial: Trial) -> None:
    for folder in ("/Clients/Acme", "/Clients/Borg", "/Users/ada@example.com"):
        for number in range(5):
            trial.workspace.notebook(f"{folder}/n{number}", f"print('{number}')")
    trial.workspace.place("/Shared/a.lvdash.json", "DASHBOARD", content="{}")


def forget_all_state(storage: str) -> None:
    with BlobServiceClient.from_connection_string(storage) as blobs:
        for container in blobs.list_containers():
            if container.name.startswith("azure-webjobs"):
                continue
            client = blobs.get_container_client(container.name)
            for blob in client.list_blobs():
                client.delete_blob(blob.name)
    with TableServiceClient.from_connection_string(storage) as tables:
        for table in tables.list_tables():
            client_of_table = tables.get_table_client(table.name)
            for entity in client_of_table.list_entities():
                client_of_table.delete_entity(entity)


def test_with_all_state_lost_nothing_is_exported_or_committed_again(
    trial: Trial, tmp_path: Path
) -> None:
    fill(trial)
    first = trial.run()
    clone = trial.repository.clone(tmp_path / "clone")
    head = clone.git("rev-parse", "HEAD")
    forget_all_state(trial.endpoints.storage)
    trial.forget_calls()
    second = trial.run()
    clone.pull()

    assert second["status"] == "complete"
    assert second["unchanged"]
    assert second["confirms"] == first["id"]
    assert second["commit"] == first["commit"]
    assert calls_of(trial.workspace.calls(), EXPORT) == 1  # the dashboard
    assert calls_of(trial.repository.calls(), PUSH) == 0
    assert clone.git("rev-parse", "HEAD") == head


def test_a_strangers_commit_is_kept_where_foreign_and_put_right_where_ours(
    trial: Trial, tmp_path: Path
) -> None:
    fill(trial)
    trial.run()
    clone = trial.repository.clone(tmp_path / "clone")
    right = clone.content()
    trial.repository.commit_paths(
        {
            "Clients/Acme/n1.py": "print('evil')\n",
            "Clients/Acme/n2.py": None,
            ".backup/folders/Clients/Borg/folder.json": "not a manifest",
            "Clients/Borg/notes.md": "mine\n",
            "docs/mine.md": "mine\n",
        }
    )
    run = trial.run()
    clone.pull()
    content = clone.content()
    again = trial.run()

    assert run["status"] == "complete"
    assert content.pop("Clients/Borg/notes.md") == b"mine\n"
    assert content.pop("docs/mine.md") == b"mine\n"
    assert content == right
    named = {item["path"] for item in run["foreign"]["items"]}
    assert {"/Clients/Acme/n1", "/Clients/Acme/n2"} <= named
    assert again["unchanged"]


def test_a_strangers_commit_during_a_run_never_leaves_it_complete_and_wrong(
    trial: Trial, tmp_path: Path
) -> None:
    fill(trial)
    trial.run()
    clone = trial.repository.clone(tmp_path / "clone")
    right = clone.content()
    trial.workspace.notebook("/Clients/Acme/n0", "print('new')")
    slow = {"method": "GET", "path": "workspace/export", "effect": "slow"}
    trial.workspace.fault(**slow, seconds=4)
    run_id = trial.start()
    while calls_of(trial.workspace.calls(), EXPORT) < 2:
        pass
    trial.repository.commit_paths(
        {"Clients/Acme/n0.py": "print('evil')\n", "Clients/Borg/n3.py": "evil\n"}
    )
    trial.wait(run_id)
    last = trial.run()
    clone.pull()
    right["Clients/Acme/n0.py"] = trial.workspace.source("/Clients/Acme/n0")

    assert last["status"] == "complete"
    assert clone.content() == right
    assert not wrong_restore_points(clone, right)


def wrong_restore_points(clone: Clone, right: dict[str, bytes]) -> list[str]:
    """The tagged commits since the stranger's that hold other bytes than these."""
    stranger = clone.git("log", "--grep=By hand", "--format=%H", "-1").strip()
    tags = clone.git("tag", "--contains", stranger, "--list", "backup/*").split()
    assert tags
    wrong = []
    for tag in tags:
        for name, content in right.items():
            stored = subprocess.run(
                ["git", "-C", str(clone.path), "cat-file", "blob", f"{tag}:{name}"],
                check=False,
                capture_output=True,
            )
            if stored.stdout != content:
                wrong.append(f"{tag}:{name}")
    return wrong


def test_a_strangers_file_where_a_folder_must_go_is_named_and_not_fought_for(
    trial: Trial,
) -> None:
    trial.workspace.notebook("/Shared/n", "print(1)")
    trial.run()
    trial.repository.commit_paths({"Clients": "a file, not a folder\n"})
    fill(trial)
    run = trial.run()

    assert run["status"] == "incomplete"
    assert any(
        "must be moved or removed" in item["detail"]
        for item in run["failures"]["items"]
    )
