"""What a template would deploy, worked out without Azure: its resources, its outputs.

Values that only Azure knows (addresses, ids of identities) are stood in for by
`_RUNTIME`. What Azure Resource Manager would refuse is refused here as well: a
parameter that a template does not have, one that is missing or not allowed, a name
that nobody declared.
"""

import functools
import hashlib
import ipaddress
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.infra import bicep_syntax as syntax

GROUP = "/subscriptions/0000/resourceGroups/rg-backup"
TENANT = "11111111-2222-3333-4444-555555555555"


class Refused(Exception):
    """The template cannot be deployed like this."""


@dataclass
class Resource:
    """A resource: what is declared of it, and what others can ask of it."""

    type: str
    version: str
    name: str
    body: dict[str, Any]
    file: str
    symbol: str
    existing: bool = False
    parent: "Resource | None" = None
    scope: "Resource | None" = None
    nested: "dict[str, Resource]" = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.parent.full_name}/{self.name}" if self.parent else self.name

    @property
    def id(self) -> str:
        return _id(self.type, *self.full_name.split("/"))

    @property
    def properties(self) -> dict[str, Any]:
        found = self.body.get("properties", {})
        assert isinstance(found, dict)
        return found

    def member(self, name: str) -> Any:
        if name in self.nested:
            return self.nested[name]
        if name in {"id", "name", "type"}:
            return {"id": self.id, "name": self.name, "type": self.type}[name]
        if name == "properties":
            known = _RUNTIME[self.type](self.name) if self.type in _RUNTIME else {}
            return {**self.properties, **known}
        raise Refused(f"{self.file}: {self.symbol} has no {name} that is known here")


@dataclass
class Module:
    """A template inside a template, deployed."""

    name: str
    file: str
    deployment: "Deployment"

    def member(self, name: str) -> Any:
        if name == "outputs":
            return self.deployment.outputs
        raise Refused(f"a module has no {name} that is known here")


@dataclass
class Deployment:
    """Everything that is deployed, modules included, in order of declaration."""

    resources: list[Resource] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    modules: list[Module] = field(default_factory=list)
    depends: dict[str, set[str]] = field(default_factory=dict)

    def of(self, type_: str) -> list[Resource]:
        return [one for one in self.resources if one.type == type_]

    def one(self, type_: str, name: str = "") -> Resource:
        found = [one for one in self.of(type_) if name in {"", one.name}]
        assert len(found) == 1, f"{len(found)} of {type_} {name}"
        return found[0]


def deploy(path: Path, **parameters: Any) -> Deployment:
    """What the template makes of the parameters; `Refused` where it cannot."""
    return _Template(path, parameters).deployed()


def deploy_environment(path: Path) -> Deployment:
    """What a parameters file makes of its template."""
    declarations = syntax.read(path)
    [using] = [d for d in declarations if d.kind == "using"]
    given: dict[str, Any] = {}
    for one in declarations:
        if one.kind == "param":
            if not isinstance(one.value, syntax.Literal):
                raise Refused(f"{path.name}: {one.name} is no plain value")
            given[one.name] = one.value.value
    return deploy(path.parent / using.what, **given)


def _id(type_: str, *names: str) -> str:
    provider, *types = type_.split("/")
    pairs = zip(types, names, strict=True)
    return f"{GROUP}/providers/{provider}/" + "/".join(f"{t}/{n}" for t, n in pairs)


def _guid(*texts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(texts)))


_RUNTIME: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "Microsoft.ManagedIdentity/userAssignedIdentities": lambda name: {
        "principalId": _guid(name, "principal"),
        "clientId": _guid(name, "client"),
    },
    "Microsoft.Storage/storageAccounts": lambda name: {
        "primaryEndpoints": {
            service: f"https://{name}.{service}.core.windows.net/"
            for service in ("blob", "queue", "table")
        }
    },
    "Microsoft.Insights/components": lambda name: {
        "ConnectionString": f"InstrumentationKey={_guid(name)};"
        "IngestionEndpoint=https://westeurope.in.applicationinsights.azure.com/"
    },
    "Microsoft.Web/sites": lambda name: {"defaultHostName": f"{name}.example.net"},
}

_ENVIRONMENT = {
    "suffixes": {"storage": "core.windows.net"},
    "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
}


class _Template:
    """One file with its parameters: names are worked out when they are asked for."""

    def __init__(self, path: Path, parameters: Mapping[str, Any]) -> None:
        self._path = path
        declarations = syntax.read(path)
        self._outputs = [d for d in declarations if d.kind == "output"]
        # Outputs have names of their own: a parameter may be called the same.
        self._declared = {
            d.name: d for d in declarations if d.kind not in {"output", "metadata"}
        }
        self._known: dict[str, Any] = {}
        self._deployment = Deployment()
        self._take(parameters)

    def deployed(self) -> Deployment:
        for declaration in self._declared.values():
            if declaration.kind in {"resource", "module"}:
                self._named(declaration.name)
                self._deployment.depends[declaration.name] = self._needs(declaration)
        self._deployment.outputs = {
            output.name: self._value(output.value, {}) for output in self._outputs
        }
        return self._deployment

    def _refused(self, what: str) -> Refused:
        return Refused(f"{self._path.name}: {what}")

    # ---- parameters

    def _take(self, given: Mapping[str, Any]) -> None:
        wanted = {d.name: d for d in self._declared.values() if d.kind == "param"}
        if strange := given.keys() - wanted.keys():
            raise self._refused(f"there is no parameter {sorted(strange)[0]}")
        for name, declaration in wanted.items():
            if name in given:
                self._check(declaration, given[name])
                self._known[name] = given[name]
            elif declaration.value is None:
                raise self._refused(f"the parameter {name} is missing")

    def _check(self, declaration: syntax.Declaration, value: Any) -> None:
        kinds = {"string": str, "int": int, "bool": bool, "array": list, "object": dict}
        if type(value) is not kinds[declaration.what]:
            raise self._refused(f"{declaration.name} is no {declaration.what}")
        limits = {
            name: self._value(arguments[0], {})
            for name, arguments in declaration.decorators.items()
            if name in _LIMITS
        }
        for name, limit in limits.items():
            if not _LIMITS[name](value, limit):
                problem = f"{declaration.name} is {value!r}, against {name} {limit!r}"
                raise self._refused(problem)

    # ---- declarations

    def _named(self, name: str) -> Any:
        if name not in self._known:
            if name not in self._declared:
                raise self._refused(f"nobody declared {name}")
            self._known[name] = self._declaration(self._declared[name])
        return self._known[name]

    def _declaration(self, declaration: syntax.Declaration) -> Any:
        if declaration.kind in {"param", "var"}:
            return self._value(declaration.value, {})
        return self._each(declaration, declaration.value, {}, None)

    def _each(
        self,
        declaration: syntax.Declaration,
        value: syntax.Expression | None,
        local: Mapping[str, Any],
        parent: Resource | None,
    ) -> Any:
        match value:
            case syntax.Loop(variables, over, body):
                return [
                    self._each(declaration, body, {**local, **bound}, parent)
                    for bound in self._rounds(variables, over, local)
                ]
            case syntax.If(condition, body):
                if not self._value(condition, local):
                    return None
                return self._each(declaration, body, local, parent)
            case syntax.Object():
                if declaration.kind == "module":
                    return self._module(declaration, value, local)
                return self._resource(declaration, value, local, parent)
        raise self._refused(f"{declaration.name} is no resource")

    def _resource(
        self,
        declaration: syntax.Declaration,
        value: syntax.Object,
        local: Mapping[str, Any],
        parent: Resource | None,
    ) -> Resource:
        body = self._object(value, local)
        parent = body.pop("parent", parent)
        scope = body.pop("scope", None)
        body.pop("dependsOn", None)
        type_, _, version = declaration.what.partition("@")
        if parent and "/" not in type_:
            type_, version = f"{parent.type}/{type_}", version or parent.version
        made = Resource(
            type_,
            version,
            body.pop("name"),
            body,
            self._path.name,
            declaration.name,
            declaration.existing,
            parent,
            scope,
        )
        for inner in value.nested:
            made.nested[inner.name] = self._each(inner, inner.value, local, made)
        if not declaration.existing:
            self._deployment.resources.append(made)
        return made

    def _module(
        self,
        declaration: syntax.Declaration,
        value: syntax.Object,
        local: Mapping[str, Any],
    ) -> Module:
        body = self._object(value, local)
        path = self._path.parent / declaration.what
        made = Module(
            body["name"], declaration.what, deploy(path, **body.get("params", {}))
        )
        self._deployment.modules.append(made)
        self._deployment.modules += made.deployment.modules
        self._deployment.resources += made.deployment.resources
        return made

    def _needs(self, declaration: syntax.Declaration) -> set[str]:
        """Names of the resources and modules that this one waits for."""
        used = names_in(declaration.value)
        while (
            more := {
                name
                for known in used & self._declared.keys()
                if self._declared[known].kind == "var"
                for name in names_in(self._declared[known].value)
            }
            - used
        ):
            used |= more
        return {
            name
            for name in used & self._declared.keys()
            if self._declared[name].kind in {"resource", "module"}
            and not self._declared[name].existing
        }

    # ---- expressions

    def _rounds(
        self,
        variables: tuple[str, ...],
        over: syntax.Expression,
        local: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        items = self._value(over, local)
        return [
            dict(zip(variables, (item, number), strict=False))
            for number, item in enumerate(items)
        ]

    def _object(self, value: syntax.Object, local: Mapping[str, Any]) -> dict[str, Any]:
        return {
            str(self._value(key, local)): self._value(item, local)
            for key, item in value.properties
        }

    def _value(  # noqa: C901, PLR0911, PLR0912 - one branch a kind of expression
        self, value: syntax.Expression | None, local: Mapping[str, Any]
    ) -> Any:
        match value:
            case syntax.Literal(plain):
                return plain
            case syntax.Text(parts):
                return "".join(str(self._value(part, local)) for part in parts)
            case syntax.Name(name):
                return local[name] if name in local else self._named(name)
            case syntax.Member(of, name):
                return self._member(self._value(of, local), name)
            case syntax.Index(of, at):
                return self._value(of, local)[self._value(at, local)]
            case syntax.Array(items):
                return [self._value(item, local) for item in items]
            case syntax.Object():
                return self._object(value, local)
            case syntax.Loop(variables, over, body):
                rounds = self._rounds(variables, over, local)
                return [self._value(body, {**local, **bound}) for bound in rounds]
            case syntax.Ternary(condition, then, otherwise):
                chosen = then if self._value(condition, local) else otherwise
                return self._value(chosen, local)
            case syntax.Unary("!", operand):
                return not self._value(operand, local)
            case syntax.Unary(_, operand):
                return -self._value(operand, local)
            case syntax.Binary("&&", left, right):
                return self._value(left, local) and self._value(right, local)
            case syntax.Binary("||", left, right):
                return self._value(left, local) or self._value(right, local)
            case syntax.Binary(operator, left, right):
                sides = self._value(left, local), self._value(right, local)
                return _OPERATORS[operator](*sides)
            case syntax.Lambda(parameters, body):
                return functools.partial(self._called, parameters, body, local)
            case syntax.Call(function, arguments):
                return self._call(function, [self._value(a, local) for a in arguments])
        raise self._refused(f"{value} has no value")

    def _called(
        self,
        parameters: tuple[str, ...],
        body: syntax.Expression,
        local: Mapping[str, Any],
        *arguments: Any,
    ) -> Any:
        bound = dict(zip(parameters, arguments, strict=True))
        return self._value(body, {**local, **bound})

    def _member(self, of: Any, name: str) -> Any:
        if isinstance(of, Resource | Module):
            return of.member(name)
        if isinstance(of, dict) and name in of:
            return of[name]
        raise self._refused(f"{of!r} has no {name}")

    def _call(self, function: str, arguments: list[Any]) -> Any:
        if function in {"loadJsonContent", "loadTextContent"}:
            text = (self._path.parent / arguments[0]).read_text()
            return json.loads(text) if function == "loadJsonContent" else text
        if function not in _FUNCTIONS:
            raise self._refused(f"{function}() is not known here")
        return _FUNCTIONS[function](*arguments)


def names_in(value: object) -> set[str]:
    """Every name that an expression mentions."""
    if isinstance(value, syntax.Name):
        return {value.name}
    if isinstance(value, tuple):
        return set().union(*(names_in(one) for one in value))
    if isinstance(value, (*syntax.NODES, syntax.Declaration)):
        return set().union(*(names_in(one) for one in vars(value).values()))
    return set()


def _subnet(prefix: str, bits: int, number: int) -> str:
    subnets = ipaddress.ip_network(prefix).subnets(new_prefix=bits)
    return str(list(subnets)[number])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _by_key(
    items: list[Any], key: Callable[[Any], str], value: Callable[[Any], Any]
) -> dict[str, Any]:
    return {key(item): value(item) for item in items}


_LIMITS: Mapping[str, Callable[[Any, Any], bool]] = {
    "allowed": lambda value, limit: value in limit,
    "minValue": lambda value, limit: value >= limit,
    "maxValue": lambda value, limit: value <= limit,
    "minLength": lambda value, limit: len(value) >= limit,
    "maxLength": lambda value, limit: len(value) <= limit,
}
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left // right,
    "%": lambda left, right: left % right,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "cidrSubnet": _subnet,
    "concat": lambda *lists: [item for one in lists for item in one],
    "contains": lambda where, what: what in where,
    "empty": lambda value: not value,
    "environment": lambda: _ENVIRONMENT,
    "guid": _guid,
    "join": lambda items, between: between.join(items),
    "length": len,
    "map": lambda items, call: [call(item) for item in items],
    "replace": lambda text, old, new: text.replace(old, new),
    "resourceGroup": lambda: {
        "id": GROUP,
        "name": GROUP.rpartition("/")[2],
        "location": "westeurope",
    },
    "resourceId": _id,
    "split": lambda text, between: text.split(between),
    "string": _text,
    "subscriptionResourceId": lambda type_, name: (
        f"/subscriptions/0000/providers/{type_}/{name}"
    ),
    "tenant": lambda: {"tenantId": TENANT},
    "toLower": str.lower,
    "toObject": _by_key,
    "union": lambda *objects: functools.reduce(lambda a, b: {**a, **b}, objects),
    "uniqueString": lambda *texts: hashlib.sha256("|".join(texts).encode()).hexdigest()[
        :13
    ],
}
