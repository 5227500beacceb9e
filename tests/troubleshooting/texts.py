"""What the code can say to a person, found in its source: each text as a template.

Nothing is imported and nothing is run: whoever writes a new sentence into `shared/` or
`functions/` has it found here, raised or returned, and has to say what it means.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parents[2]
ROOMS = ("shared", "functions")
LOGS = {"warning", "error", "exception", "critical"}
TRIED = {"translated", "repeated", "asking", "log_unexpected", "without_words"}
"""Calls whose texts name what is tried: other texts have them as `<action>`."""

SILENT = {"debug", "info", "compile", "step", "cast", "TypeVar"}
"""Calls whose texts no person is told, or that are no texts."""

_WORD = re.compile(r"[A-Za-z]{2,}")
_PLACEHOLDER = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Text:
    """One text, what is filled in standing as `<name>`, and where it is."""

    template: str
    module: str
    line: int
    of_error: bool
    """Whether it stands in the call that makes an error."""


def texts() -> tuple[Text, ...]:
    """All texts of the code that could be a sentence to somebody."""
    return found_in(
        {
            ".".join(path.relative_to(HOUSE).with_suffix("").parts): ast.parse(
                path.read_text("utf-8")
            )
            for room in ROOMS
            for path in sorted((HOUSE / room).rglob("*.py"))
        }
    )


def found_in(trees: Mapping[str, ast.Module]) -> tuple[Text, ...]:
    """The texts of these modules, by their names."""
    errors = frozenset(_errors(trees.values()))
    return tuple(
        text
        for module, tree in trees.items()
        for text in _Finder(module, errors).of(tree)
    )


def _errors(trees: Iterable[ast.Module]) -> Iterator[str]:
    """The names of all classes that are errors."""
    known = {"BackupError", "Exception", "ValueError"}
    classes = [
        (node.name, {ast.unparse(base) for base in node.bases})
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    while more := {name for name, bases in classes if bases & known} - known:
        known |= more
    yield from known


@dataclass(frozen=True, slots=True)
class _Finder:
    module: str
    errors: frozenset[str]

    def of(self, node: ast.AST, *, of_error: bool = False) -> Iterator[Text]:
        template = _template(node)
        if template is not None:
            assert isinstance(node, ast.expr)
            if _says_something(template, of_error=of_error):
                yield Text(template, self.module, node.lineno, of_error)
            return
        if isinstance(node, ast.Call):
            yield from self._of_call(node, of_error=of_error)
            return
        for child in _children(node):
            yield from self.of(child, of_error=of_error)

    def _of_call(self, node: ast.Call, *, of_error: bool) -> Iterator[Text]:
        name = _last_name(node.func)
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if name in SILENT or name in TRIED:
            arguments = [a for a in arguments if _template(a) is None]
        elif name in LOGS and "log" in ast.unparse(node.func):
            filled = _filled(node.args)
            yield Text(filled, self.module, node.lineno, of_error=True)
            return
        yield from self.of(node.func)
        for argument in arguments:
            inner = of_error or name in self.errors
            yield from self.of(argument, of_error=inner)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """All that can be told: neither docstrings nor annotations."""
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "bases", "format_spec"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            documents = isinstance(child, ast.Expr) and isinstance(
                child.value, ast.Constant
            )
            if isinstance(child, ast.AST) and not documents:
                yield child


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"<{_named(part)}>"
            for part in node.values
        )
    return None


def _filled(arguments: list[ast.expr]) -> str:
    """A log's format with what it is given."""
    names = iter([_named(argument) for argument in arguments[1:]])
    text = _template(arguments[0]) or ""
    return re.sub(r"%[sdr]", lambda _: f"<{next(names)}>", text)


def _named(node: ast.AST) -> str:
    """A short name for a value: the last one in the expression that makes it."""
    inner: ast.AST | str = node
    while not isinstance(inner, str):
        inner = _inner(inner)
    return inner


def _inner(node: ast.AST) -> ast.AST | str:
    """What the expression is about, or its name."""
    match node:
        case ast.FormattedValue(value=inner) | ast.Starred(value=inner):
            return inner
        case ast.Attribute(attr="__name__" | "value", value=inner):
            return inner
        case ast.BinOp(left=inner) | ast.BoolOp(values=[inner, *_]):
            return inner
        case ast.Attribute(attr="id", value=inner):
            return f"{_named(inner)} id"
        case ast.Call() | ast.Subscript():
            return _inner_of_part(node)
    return _spaced(_last_name(node))


def _inner_of_part(node: ast.Call | ast.Subscript) -> ast.AST | str:
    match node:
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=key)]):
            return _spaced(str(key))
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key
        case (
            ast.Call(func=ast.Attribute(attr="join"), args=[inner])
            | ast.Call(func=ast.Attribute(value=inner))
            | ast.Call(args=[inner, *_])
            | ast.Subscript(value=inner)
        ):
            return inner
    return "…"


def _last_name(node: ast.AST) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _spaced(name: str) -> str:
    return name.strip("_").replace("_", " ").lower() or "…"


def _says_something(template: str, *, of_error: bool) -> bool:
    told = _PLACEHOLDER.sub(" ", template)
    words = _WORD.findall(told)
    sentence = " " in template.strip() and len(words) > 1
    return sentence or (of_error and bool(words) and " " in template)
