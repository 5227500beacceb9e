"""Plain Bicep read into a tree: what the templates of this repository are written in.

Documented: Bicep file structure and syntax; the grammar is docs/grammar.md of
Azure/bicep. Left out on purpose: user-defined types and functions, imports, the
operators `?.`, `??` and `!.`, spreads. Meeting one is a `SyntaxError`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Literal:
    value: str | int | bool | None


@dataclass(frozen=True)
class Text:
    """A string with `${...}` in it."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Member:
    """`of.name`, or `of::name` for a resource declared inside another one."""

    of: "Expression"
    name: str


@dataclass(frozen=True)
class Index:
    of: "Expression"
    at: "Expression"


@dataclass(frozen=True)
class Call:
    function: str
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Array:
    items: "tuple[Expression, ...]"


@dataclass(frozen=True)
class Object:
    """Its properties, and the resources that are declared between them."""

    properties: "tuple[tuple[Expression, Expression], ...]"
    nested: "tuple[Declaration, ...]" = ()


@dataclass(frozen=True)
class Loop:
    variables: tuple[str, ...]
    over: "Expression"
    body: "Expression"


@dataclass(frozen=True)
class If:
    """A resource's or module's condition."""

    condition: "Expression"
    body: "Expression"


@dataclass(frozen=True)
class Ternary:
    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True)
class Unary:
    operator: str
    operand: "Expression"


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Lambda:
    parameters: tuple[str, ...]
    body: "Expression"


type Expression = (
    Literal
    | Text
    | Name
    | Member
    | Index
    | Call
    | Array
    | Object
    | Loop
    | If
    | Ternary
    | Unary
    | Binary
    | Lambda
)


NODES = (
    *(Literal, Text, Name, Member, Index, Call, Array, Object, Loop, If),
    *(Ternary, Unary, Binary, Lambda),
)


@dataclass(frozen=True)
class Declaration:
    """What begins with `param`, `var`, `resource`, `module`, `output` and the like.

    `what` is a parameter's or output's type (a parameters file has none), a resource's
    type with its version, a module's or template's path.
    """

    kind: str
    name: str
    what: str = ""
    value: Expression | None = None
    existing: bool = False
    decorators: dict[str, tuple[Expression, ...]] = field(default_factory=dict)
    line: int = 0

    @property
    def description(self) -> str:
        found = self.decorators.get("description")
        return str(found[0].value) if found and isinstance(found[0], Literal) else ""


def read(path: Path) -> tuple[Declaration, ...]:
    """The declarations of a file, in order; `SyntaxError` names file and line."""
    try:
        return _Parser(list(_tokens(path.read_text() + "\n"))).file()
    except SyntaxError as error:
        raise SyntaxError(f"{path.name}: {error}") from None


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int
    parts: tuple[Expression, ...] = ()


_SPACE = re.compile(r"(?:[ \t\r]|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+")
_SIGN = re.compile(r"=>|==|!=|<=|>=|=~|&&|\|\||::|[-+*/%<>=!?:,.@(){}\[\]]")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}


def _tokens(text: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        start = at
        if found := _SPACE.match(text, at):
            at = found.end()
        elif text[at] == "\n":
            at += 1
            yield _Token("newline", "\n", line)
        elif text.startswith("'''", at):
            at = text.index("'''", at + 3) + 3
            literal = Literal(text[start + 3 : at - 3].removeprefix("\n"))
            yield _Token("string", text[start:at], line, (literal,))
        elif text[at] == "'":
            parts, at = _string(text, at + 1, line)
            yield _Token("string", text[start:at], line, parts)
        else:
            for kind, pattern in (
                ("word", _WORD),
                ("number", _NUMBER),
                ("sign", _SIGN),
            ):
                if found := pattern.match(text, at):
                    at = found.end()
                    yield _Token(kind, found[0], line)
                    break
            else:
                raise SyntaxError(f"line {line}: {text[at]!r} is not expected")
        line += text.count("\n", start, at)
    yield _Token("end", "", line)


def _string(text: str, at: int, line: int) -> tuple[tuple[Expression, ...], int]:
    """The parts of a string whose first character is at `at`, and where it ends."""
    parts: list[Expression] = []
    plain = ""
    while text[at] != "'":
        if text[at] == "\n":
            raise SyntaxError(f"line {line}: the string has no end")
        if text[at] == "\\":
            plain += _ESCAPES[text[at + 1]]
            at += 2
        elif text.startswith("${", at):
            end = _end_of_interpolation(text, at + 2)
            inner = _Parser(list(_tokens(text[at + 2 : end])))
            parts += [Literal(plain), inner.expression()]
            plain, at = "", end + 1
        else:
            plain += text[at]
            at += 1
    return (*parts, Literal(plain)), at + 1


def _end_of_interpolation(text: str, at: int) -> int:
    depth, quoted = 1, False
    while True:
        if text[at] == "'":
            quoted = not quoted
        elif not quoted:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1


_BINARY = (
    ("||",),
    ("&&",),
    ("==", "!=", "=~"),
    ("<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def file(self) -> tuple[Declaration, ...]:
        found = []
        self._newlines()
        while self._here.kind != "end":
            found.append(self._declaration())
            if self._here.kind != "end":
                self._take("\n")
            self._newlines()
        return tuple(found)

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _is(self, text: str) -> bool:
        return self._here.kind != "string" and self._here.text == text

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, text: str) -> None:
        if not self._is(text):
            raise self._surprise(f"{text!r} is expected")
        self._next()

    def _took(self, text: str) -> bool:
        if self._is(text):
            self._next()
            return True
        return False

    def _word(self) -> str:
        if self._here.kind != "word":
            raise self._surprise("a name is expected")
        return self._next().text

    def _newlines(self) -> None:
        while self._took("\n"):
            pass

    def _surprise(self, what: str) -> SyntaxError:
        return SyntaxError(f"line {self._here.line}: {what}, not {self._here.text!r}")

    # ---- declarations

    def _declaration(self) -> Declaration:
        decorators = {}
        while self._took("@"):
            call = self._postfix()
            if not isinstance(call, Call):
                raise self._surprise("a decorator is expected")
            decorators[call.function] = call.arguments
            self._newlines()
        line, kind = self._here.line, self._word()
        if kind not in _DECLARATIONS:
            raise self._surprise(f"{kind!r} declares nothing that is plain Bicep")
        if kind == "using":
            return Declaration(kind, kind, self._plain_string(), line=line)
        name = kind if kind == "targetScope" else self._word()
        what, existing = "", False
        if kind in {"param", "output"} and not self._is("="):
            what = self._word()
        elif kind in {"resource", "module"}:
            what = self._plain_string()
            existing = self._took("existing")
        value = None
        if kind != "param" or self._is("="):
            self._take("=")
            value = self._value()
        return Declaration(kind, name, what, value, existing, decorators, line)

    def _plain_string(self) -> str:
        found = self._string(self._next())
        if not isinstance(found, Literal):
            raise self._surprise("a string without ${...} is expected")
        return str(found.value)

    def _value(self) -> Expression:
        """What stands behind `=` or a loop's colon: an expression, or a condition."""
        if self._took("if"):
            self._take("(")
            condition = self._in_brackets(self.expression)
            self._take(")")
            return If(condition, self.expression())
        return self.expression()

    # ---- expressions

    def expression(self) -> Expression:
        condition = self._binary(0)
        if not self._took("?"):
            return condition
        self._newlines()
        then = self.expression()
        self._newlines()
        self._take(":")
        self._newlines()
        return Ternary(condition, then, self.expression())

    def _binary(self, level: int) -> Expression:
        if level == len(_BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while self._here.kind == "sign" and self._here.text in _BINARY[level]:
            operator = self._next().text
            self._newlines()
            left = Binary(operator, left, self._binary(level + 1))
        return left

    def _unary(self) -> Expression:
        for operator in ("!", "-"):
            if self._took(operator):
                return Unary(operator, self._unary())
        return self._postfix()

    def _postfix(self) -> Expression:
        found = self._primary()
        while True:
            if self._took(".") or self._took("::"):
                found = Member(found, self._word())
            elif self._took("["):
                found = Index(found, self.expression())
                self._take("]")
            else:
                return found

    def _primary(self) -> Expression:
        token = self._next()
        match token.kind:
            case "string":
                return self._string(token)
            case "number":
                return Literal(int(token.text))
            case "word":
                return self._word_expression(token.text)
        match token.text:
            case "(":
                return self._parenthesis()
            case "[":
                return self._array()
            case "{":
                return self._object()
        self._at -= 1
        raise self._surprise("an expression is expected")

    def _string(self, token: _Token) -> Expression:
        if token.kind != "string":
            self._at -= 1
            raise self._surprise("a string is expected")
        if len(token.parts) == 1:
            return token.parts[0]
        return Text(token.parts)

    def _word_expression(self, word: str) -> Expression:
        if word in _CONSTANTS:
            return Literal(_CONSTANTS[word])
        if self._took("=>"):
            return Lambda((word,), self.expression())
        if self._took("("):
            arguments = self._separated(")", self.expression)
            return Call(word, tuple(arguments))
        return Name(word)

    def _parenthesis(self) -> Expression:
        start = self._at
        names = []
        while self._here.kind == "word":
            names.append(self._word())
            if not self._took(","):
                break
        if names and self._took(")") and self._took("=>"):
            return Lambda(tuple(names), self.expression())
        self._at = start
        found = self._in_brackets(self.expression)
        self._take(")")
        return found

    def _in_brackets(self, parse: Callable[[], Expression]) -> Expression:
        self._newlines()
        found = parse()
        self._newlines()
        return found

    def _separated[T](self, end: str, parse: Callable[[], T]) -> list[T]:
        """Items between commas or line ends, up to `end`."""
        items: list[T] = []
        self._newlines()
        while not self._took(end):
            items.append(parse())
            if not self._is(end):
                if not (self._took(",") or self._is("\n")):
                    raise self._surprise("a comma or a line's end is expected")
                self._newlines()
        return items

    def _array(self) -> Expression:
        if not self._took("for"):
            return Array(tuple(self._separated("]", self.expression)))
        if self._took("("):
            names = tuple(self._separated(")", self._word))
        else:
            names = (self._word(),)
        self._take("in")
        over = self.expression()
        self._take(":")
        loop = Loop(names, over, self._value())
        self._newlines()
        self._take("]")
        return loop

    def _object(self) -> Object:
        found = self._separated("}", self._property)
        return Object(
            tuple(one for one in found if isinstance(one, tuple)),
            tuple(one for one in found if isinstance(one, Declaration)),
        )

    def _property(self) -> tuple[Expression, Expression] | Declaration:
        # `resource` can also be a property's name.
        following = self._tokens[min(self._at + 1, len(self._tokens) - 1)]
        if self._is("@") or (self._is("resource") and following.kind == "word"):
            return self._declaration()
        key: Expression
        if self._here.kind == "string":
            key = self._string(self._next())
        else:
            key = Literal(self._word())
        self._take(":")
        self._newlines()
        return key, self.expression()


_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_DECLARATIONS = {
    *("param", "var", "resource", "module"),
    *("output", "metadata", "targetScope", "using"),
}
