"""The rooms of the house: who may import whom, who reads the environment, and sizes."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent

# The innermost rooms come first; the longest matching name says which room it is.
DOORS = {
    "shared.errors": (),
    "shared.domain": ("shared.domain", "shared.errors"),
    "shared.ports": ("shared.ports", "shared.domain", "shared.errors"),
    "shared.services": (
        *("shared.services", "shared.ports"),
        *("shared.domain", "shared.errors"),
    ),
    "shared.adapters": (
        *("shared.adapters", "shared.ports"),
        *("shared.domain", "shared.errors"),
    ),
    "shared.setting_values": ("shared.domain", "shared.errors"),
    "shared.settings": ("shared.setting_values", "shared.domain", "shared.errors"),
    "shared.setting_errors": ("shared.settings", "shared.errors"),
    "shared.connections": (
        *("shared.adapters", "shared.settings", "shared.ports"),
        *("shared.domain", "shared.errors"),
    ),
    "shared.wiring": ("shared",),
    "functions": (
        *("functions", "shared.services", "shared.wiring"),
        *("shared.domain", "shared.errors"),
    ),
    "function_app": ("functions",),
    "client": ("client",),
    "local": ("local", "client"),
}
OURS = {"shared", "functions", "function_app", "client", "local", "tests"}
FROM_OUTSIDE = {
    "shared.adapters": None,
    "shared.wiring": None,
    "client": {"click", "rich", "urllib3"},
    "local": None,
    "functions": {"azure.functions"},
    "function_app": {"azure.functions"},
}
"""Packages beyond the standard library; None: any. A room not named here: none."""

MODULES = sorted(
    path
    for room in ("shared", "functions", "client", "local", "function_app.py")
    for path in ([HOUSE / room] if room.endswith(".py") else (HOUSE / room).rglob("*"))
    if path.suffix == ".py"
)
NAMES = [str(path.relative_to(HOUSE)) for path in MODULES]

each_module = pytest.mark.parametrize("path", MODULES, ids=NAMES)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(HOUSE).with_suffix("").parts)


def room_of(module: str) -> str:
    rooms = [room for room in DOORS if is_in(module, room)]
    return max(rooms, key=len, default="")


def is_in(module: str, room: str) -> bool:
    return f"{module}.".startswith(f"{room}.")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@each_module
def test_imports_go_through_the_doors(path: Path) -> None:
    room = room_of(name_of(path))
    for module in imports(path):
        if module.partition(".")[0] in OURS:
            allowed = any(is_in(module, door) for door in DOORS.get(room, ()))
        elif module.partition(".")[0] in sys.stdlib_module_names:
            allowed = True
        else:
            outside = FROM_OUTSIDE.get(room, set())
            allowed = outside is None or any(is_in(module, name) for name in outside)
        assert allowed, f"{room or 'a nameless room'} may not import {module}"


@each_module
def test_only_the_settings_read_the_environment(path: Path) -> None:
    # The azure-devops package reads its cache directory there when it is imported.
    readers = {
        *("shared.settings", "shared.setting_errors"),
        "shared.adapters.azure_devops_package",
    }
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
    }

    if not is_in(name_of(path), "local") and name_of(path) not in readers:
        assert not names & {"environ", "environb", "getenv", "putenv"}


@each_module
def test_modules_and_functions_can_be_read_at_one_sitting(path: Path) -> None:
    text = path.read_text()

    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 40, f"{node.name} has {lines} lines"
            if node.decorator_list and is_in(name_of(path), "functions"):
                assert lines <= 15, f"the trigger {node.name} has {lines} lines"


def test_the_house_is_not_empty() -> None:
    assert {
        room_of(name_of(path)) for path in MODULES if path.name != "__init__.py"
    } >= (DOORS.keys() - {"shared.setting_values"})
