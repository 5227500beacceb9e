"""Names that something on the way would rather not have: all stored, or named."""

import json
import unicodedata
from pathlib import Path
from typing import Any

from shared.domain.manifest import folder_of_manifest
from tests.e2e.awkward import fill
from tests.e2e.trial import Clone, Trial


def manifests(clone: Clone) -> dict[str, dict[str, Any]]:
    """Every manifest by its folder's Git path."""
    return {
        git_path: json.loads(content)
        for name, content in clone.files().items()
        if (git_path := folder_of_manifest(name)) is not None
    }


def on_a_tolerant_disk(path: str) -> str:
    return unicodedata.normalize("NFD", path).casefold()


def test_everything_is_stored_or_named_and_every_exact_name_is_kept(
    trial: Trial, tmp_path: Path
) -> None:
    fill(trial)
    run = trial.run()
    clone = trial.repository.clone(tmp_path / "clone")
    files = clone.files()
    stored: dict[str, str] = {}
    excepted: dict[str, dict[str, Any]] = {}
    folders: set[str] = set()
    for git_path, manifest in manifests(clone).items():
        base = manifest["path"].rstrip("/")
        folders.add(manifest["path"])
        for entry in manifest["objects"]:
            prefix = f"{git_path}/" if git_path else ""
            stored[f"{base}/{entry['name']}"] = prefix + entry["file"]
        for entry in manifest["exceptions"]:
            excepted[f"{base}/{entry['name']}"] = entry
    truth = trial.workspace.objects()
    kinds = {path: row["object_type"] for path, row in truth.items()}

    assert run["status"] == "complete"
    assert folders == {p for p, k in kinds.items() if k == "DIRECTORY"} | {"/"}
    assert set(stored) == {p for p, k in kinds.items() if k in {"NOTEBOOK", "FILE"}}
    assert {path: entry["type"] for path, entry in excepted.items()} == {
        "/Kinds/a library": "LIBRARY",
        "/Kinds/an experiment": "MLFLOW_EXPERIMENT",
        "/Kinds/from the future": "QUANTUM_NOTEBOOK",
        "/Kinds/a clone": "REPO",
    }
    clone_facts = excepted["/Kinds/a clone"]
    assert clone_facts["url"] == "https://example.com/team/code.git"
    assert (clone_facts["branch"], clone_facts["head_commit"]) == ("release", "c" * 40)
    assert len({on_a_tolerant_disk(path) for path in files}) == len(files)
    for path, git_path in stored.items():
        exported = trial.workspace.source if kinds[path] == "NOTEBOOK" else None
        wanted = exported(path) if exported else trial.workspace.export(path)
        assert files[git_path] == wanted, path
    assert clone.git("fsck", "--strict") == ""


def test_a_name_stays_when_its_rival_is_deleted(trial: Trial, tmp_path: Path) -> None:
    trial.workspace.place("/Clients/Acme/one", "NOTEBOOK", content="print('Acme')")
    trial.workspace.place("/Clients/acme/two", "NOTEBOOK", content="print('acme')")
    trial.run()
    clone = trial.repository.clone(tmp_path / "clone")
    before = {m["path"]: git_path for git_path, m in manifests(clone).items()}
    trial.workspace.delete("/Clients/Acme")
    trial.forget_calls()
    run = trial.run()
    clone.pull()
    after = {m["path"]: git_path for git_path, m in manifests(clone).items()}

    assert run["status"] == "complete"
    assert run["counts"]["exported"] == 0
    assert before["/Clients/Acme"] == "Clients/Acme"
    assert "/Clients/Acme" not in after
    assert after["/Clients/acme"] == before["/Clients/acme"] != "Clients/acme"
    assert not [name for name in clone.files() if name.startswith("Clients/Acme/")]
