"""What people do to a workspace in a day, drawn by hypothesis."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from shared.domain.objects import DASHBOARD, DIRECTORY, FILE, NOTEBOOK, REPO, is_within
from tests.fakes.remotes import WorkspaceScene

FOLDERS = ["", "", "/a", "/A", "/a/b", "/c", "/c/d", "/c/d/e"]
NAMES = ["x", "x", "X", "x.py", "é", "e\u0301", "CON", "y%", "folder.json", "README.md"]
KINDS = [
    (NOTEBOOK, "PYTHON"),
    (NOTEBOOK, "SQL"),
    (FILE, None),
    (DASHBOARD, None),
    (DIRECTORY, None),
    (NOTEBOOK, "PYTHON"),
    (REPO, None),
    ("LIBRARY", None),
]
DEEDS = [
    *("add", "add", "add", "edit", "edit", "delete", "move", "move"),
    *("turn", "touch", "renew", "become", "rename", "grow"),
]
HUGE = b"too large for an export"


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that somebody does; `pick` chooses what is not named."""

    what: str
    folder: str
    name: str
    pick: int

    @property
    def path(self) -> str:
        """The path it names."""
        return f"{self.folder}/{self.name}"


def edits(deeds: list[str] = DEEDS) -> st.SearchStrategy[Edit]:
    """One edit of any kind."""
    return st.builds(
        Edit,
        st.sampled_from(deeds),
        st.sampled_from(FOLDERS),
        st.sampled_from(NAMES),
        st.integers(0, 15),
    )


def do(workspace: WorkspaceScene, edit: Edit) -> None:
    """Do it, where the workspace allows it."""
    path = picked(workspace, edit)
    if edit.what == "add":
        if free(workspace, edit.path):
            add(workspace, edit.path, edit.pick)
    elif path is None:
        return
    elif edit.what == "delete":
        workspace.delete(path)
    elif edit.what == "move":
        move(workspace, path, edit.path)
    elif edit.what == "rename":
        move(workspace, path, with_other_case(path))
    elif edit.what in {"renew", "become"}:
        renew(workspace, path, edit)
    elif workspace.objects[path].storable:
        change(workspace, path, edit)


def picked(workspace: WorkspaceScene, edit: Edit) -> str | None:
    """One of the paths that are there, the one that is named if it is."""
    if edit.path in workspace.objects:
        return edit.path
    there = sorted(p for p in workspace.objects if p.startswith(edit.folder + "/"))
    return there[edit.pick % len(there)] if there else None


def free(workspace: WorkspaceScene, path: str) -> bool:
    """Whether nothing has this path, and all above it are folders."""
    above = [path[:at] for at in range(1, len(path)) if path[at] == "/"]
    parents = (workspace.objects.get(p) for p in above)
    blocked = any(found is not None and not found.descended for found in parents)
    return path not in workspace.objects and not blocked


def add(workspace: WorkspaceScene, path: str, number: int) -> None:
    """An object of one of the kinds, by the number."""
    kind, language = KINDS[number % len(KINDS)]
    text = f"{path} {number}"
    if language:
        workspace.add_notebook(path, text, language)
    elif kind == FILE:
        workspace.add_file(path, text.encode())
    elif kind == DIRECTORY:
        workspace.mkdir(path)
    else:
        workspace.add(path, kind, text.encode())


def move(workspace: WorkspaceScene, path: str, target: str) -> None:
    """Move it, unless something is in the way."""
    if free(workspace, target) and not is_within(target, path):
        workspace.move(path, target)


def with_other_case(path: str) -> str:
    """The path, its last component in capitals or out of them."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.lower() if name.isupper() else name.upper()}"


def renew(workspace: WorkspaceScene, path: str, edit: Edit) -> None:
    """Delete it and make another of that name: of its own kind, or of another."""
    found = workspace.objects[path]
    number = edit.pick
    if edit.what == "renew":
        kinds = [kind for kind, _ in KINDS]
        number = kinds.index(found.type)
    workspace.delete(path)
    add(workspace, path, number)


def change(workspace: WorkspaceScene, path: str, edit: Edit) -> None:
    """Other bytes, the same at a later time, another language, or too many."""
    found = workspace.objects[path]
    content = {
        "touch": workspace.contents[path],
        "grow": HUGE + str(edit.pick).encode(),
    }.get(edit.what, f"{edit.what} {edit.pick} {found.modified_at}".encode())
    workspace.edit(path, content)
    changed = workspace.objects[path]
    if found.modified_at is None:
        changed = replace(changed, modified_at=None)
    if edit.what == "turn" and found.type == NOTEBOOK:
        other = "SQL" if found.language == "PYTHON" else "PYTHON"
        changed = replace(changed, language=other)
    workspace.objects[path] = changed
