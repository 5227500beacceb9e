"""`docs/api.md`, written from the OpenAPI document that the app itself serves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

HOUSE = Path(__file__).parents[1]
SOURCE = HOUSE / "functions" / "openapi.json"
PAGE = HOUSE / "docs" / "api.md"
METHODS = {"get", "post", "put", "patch", "delete"}
WIDTH = 80
INTRO = """\
# The HTTP API

Written by `.venv/bin/python -m tests.api_reference` from `functions/openapi.json`. The
app serves that as `GET /api/openapi.json`: it has all fields of all answers.

`$URL` is the app's address, `$KEY` a function key; of a stack on one machine both are
in `.local/endpoints.json`. Where Entra sign-in stands in front, a token takes the key's
place: `-H "Authorization: Bearer $TOKEN"` ([deploy.md](deploy.md)). What is wrong is
told as a problem (RFC 9457), whose `type` is stable:
[troubleshooting.md](troubleshooting.md#answers-over-http) has them all.
"""
DOCUMENT: dict[str, Any] = json.loads(SOURCE.read_text("utf-8"))


def page() -> str:
    """The page as it should be."""
    return INTRO + "".join(f"\n{part}\n" for part in _parts())


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description, parameters of the path among its own."""
    for path, item in DOCUMENT["paths"].items():
        for method in (name for name in item if name in METHODS):
            own = item[method]
            every = [*item.get("parameters", ()), *own.get("parameters", ())]
            yield path, method, {**own, "parameters": [resolved(p) for p in every]}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, where it is named by a reference."""
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _parts() -> Iterator[str]:
    rows = [
        f"| `{method.upper()} {path}` | [{about['summary']}](#{_anchor(about)}) |"
        for path, method, about in operations()
    ]
    yield "\n".join(["| | |", "| --- | --- |", *rows])
    shown: dict[str, str] = {}
    for path, method, about in operations():
        yield "\n\n".join(_operation(path, method, about, shown))
    yield "## Answers that most have"
    yield "\n".join(_answers(_shared()))
    for name in ("Invalid", "NotFound"):
        yield _json(resolved(_example_of(name))["value"])


def _example_of(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/examples/{name}"}


def _anchor(about: dict[str, Any]) -> str:
    kept = [c for c in about["summary"].lower() if c.isalnum() or c in " -"]
    return "".join(kept).replace(" ", "-")


def _operation(
    path: str, method: str, about: dict[str, Any], shown: dict[str, str]
) -> Iterator[str]:
    yield f"## {about['summary']}"
    yield f"`{method.upper()} {path}`"
    if "description" in about:
        yield about["description"]
    if about["parameters"]:
        yield "\n".join(_parameters(about["parameters"]))
    body = _json_of(about.get("requestBody", {}))
    if body:
        yield "\n".join(_fields(resolved(body["schema"])))
    lines = [_curl(path, method, about, value) for value in _bodies(body)]
    yield "\n".join(["```", *lines, "```"])
    own = [(s, r) for s, r in about["responses"].items() if "$ref" not in r]
    yield "\n".join(_answers(own))
    for status, answer in own:
        yield from _examples(status, answer, about, shown)


def _json_of(part: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = part.get("content", {}).get("application/json", {})
    return found


def _bodies(body: dict[str, Any]) -> list[Any]:
    examples = body.get("examples", {})
    return [resolved(one)["value"] for one in examples.values()] or [None]


def _curl(path: str, method: str, about: dict[str, Any], body: Any) -> str:
    url = path.replace("{run_id}", "<run id>").replace("{restore_id}", "<id>")
    needed = [p for p in about["parameters"] if p["in"] == "query" and p["required"]]
    query = "&".join(f"{p['name']}={_given(p)}" for p in needed)
    verb = "" if method == "get" else f" -X {method.upper()}"
    line = f'curl{verb} "$URL{url}{"?" if query else ""}{query}"'
    line += ' -H "x-functions-key: $KEY"'
    return line if body is None else f"{line} -d '{json.dumps(body)}'"


def _given(parameter: dict[str, Any]) -> str:
    examples = [
        resolved(one)["value"] for one in parameter.get("examples", {}).values()
    ]
    return quote(str(examples[0]), safe="/") if examples else "<run id>"


def _parameters(parameters: list[dict[str, Any]]) -> Iterator[str]:
    yield "| parameter | | |"
    yield "| --- | --- | --- |"
    for one in parameters:
        needed = "in the path" if one["in"] == "path" else ""
        needed = needed or ("required" if one["required"] else "")
        yield _row(one["name"], one["schema"], needed, one.get("description", ""))


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    yield "| field | | |"
    yield "| --- | --- | --- |"
    for name, field in schema["properties"].items():
        needed = "required" if name in schema.get("required", ()) else ""
        yield _row(name, resolved(field), needed, field.get("description", ""))


def _row(name: str, schema: dict[str, Any], needed: str, told: str) -> str:
    kind = ", ".join(f"`{word}`" for word in schema.get("enum", ()))
    kind = kind or str(schema.get("type", ""))
    bounds = [str(schema[at]) for at in ("minimum", "maximum") if at in schema]
    kind += f" {' to '.join(bounds)}" if len(bounds) == 2 else ""
    default = schema.get("default", "")
    if default not in ("", []):
        needed = f"default `{json.dumps(default)}`"
    return f"| `{name}` | {', '.join(filter(None, (kind, needed)))} | {_cell(told)} |"


def _shared() -> list[tuple[str, dict[str, Any]]]:
    """The answers that operations share, with their statuses."""
    named = {
        (status, answer["$ref"])
        for _, _, about in operations()
        for status, answer in about["responses"].items()
        if "$ref" in answer
    }
    return [(status, resolved({"$ref": ref})) for status, ref in sorted(named)]


def _answers(answers: list[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    yield "| answer | |"
    yield "| --- | --- |"
    for status, answer in answers:
        told = _cell(answer["description"])
        headers = ", ".join(f"`{name}`" for name in answer.get("headers", ()))
        yield f"| {status} | {told}{f' Headers: {headers}.' if headers else ''} |"


def _examples(
    status: str, answer: dict[str, Any], about: dict[str, Any], shown: dict[str, str]
) -> Iterator[str]:
    """What it looks like; or where that was shown before."""
    for content in answer.get("content", {}).values():
        for name, example in content.get("examples", {}).items():
            before = shown.setdefault(str(example), about["summary"])
            if before != about["summary"]:
                yield f"{status}, {name}: as under *{before}*."
                continue
            value = resolved(example)["value"]
            yield f"{status}, {name}:"
            text = isinstance(value, str)
            yield f"```diff\n{value.rstrip()}\n```" if text else _json(value)


def _json(value: Any) -> str:
    return f"```json\n{_compact(value)}\n```"


def _compact(value: Any, indent: int = 0) -> str:
    """JSON with as much on a line as fits."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= WIDTH or not value or not isinstance(value, dict | list):
        return line
    if isinstance(value, dict):
        pairs = value.items()
        rows = [f"{json.dumps(k)}: {_compact(v, indent + 2)}" for k, v in pairs]
        first, last = "{", "}"
    else:
        rows = [_compact(one, indent + 2) for one in value]
        first, last = "[", "]"
    inside = "\n".join(_filled(rows, " " * (indent + 2)))
    return f"{first}\n{inside}\n{' ' * indent}{last}"


def _filled(rows: list[str], pad: str) -> Iterator[str]:
    """Short rows side by side; one that has lines of its own stands alone."""
    line = ""
    for number, row in enumerate(rows):
        told = row if number == len(rows) - 1 else f"{row},"
        if line and ("\n" in row or len(pad) + len(line) + len(told) >= WIDTH):
            yield pad + line
            line = ""
        line = f"{line} {told}".lstrip()
        if "\n" in row:
            yield pad + line
            line = ""
    if line:
        yield pad + line


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
