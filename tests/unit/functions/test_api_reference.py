"""The reference says what the served document says, and its examples are true to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api_reference import DOCUMENT, PAGE, operations, page, resolved
from tests.unit.functions.api import assert_valid


def examples() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every example of the document, with where it is and the schema that it is of."""
    for path, method, about in operations():
        where = f"{method} {path}"
        for parameter in about["parameters"]:
            yield from _of(f"{where} {parameter['name']}", parameter, parameter)
        contents = [about.get("requestBody", {}), *about["responses"].values()]
        for part in contents:
            for content in resolved(part).get("content", {}).values():
                yield from _of(where, content, content)


def _of(
    where: str, part: dict[str, Any], content: dict[str, Any]
) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for name, example in part.get("examples", {}).items():
        yield f"{where} {name}", resolved(example)["value"], content["schema"]


EXAMPLES = list(examples())


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.api_reference"


@pytest.mark.parametrize(
    ("value", "schema"),
    [(value, schema) for _, value, schema in EXAMPLES],
    ids=[where for where, _, _ in EXAMPLES],
)
def test_an_example_is_what_its_schema_says(value: Any, schema: dict[str, Any]) -> None:
    assert_valid(value, schema)


def test_every_example_is_of_some_operation() -> None:
    used = [value for _, value, _ in EXAMPLES]

    for name, example in DOCUMENT["components"]["examples"].items():
        assert example["value"] in used, name


def test_every_success_that_is_json_has_an_example() -> None:
    for path, method, about in operations():
        for status, answer in about["responses"].items():
            content = answer.get("content", {}).get("application/json")
            if status.startswith("2") and content and path != "/api/openapi.json":
                assert content.get("examples"), (method, path, status)


def test_every_operation_has_a_line_to_copy() -> None:
    text = PAGE.read_text("utf-8")

    for path, method, _ in operations():
        url = path.replace("{run_id}", "<run id>").replace("{restore_id}", "<id>")
        verb = "" if method == "get" else f" -X {method.upper()}"
        assert f'curl{verb} "$URL{url}' in text, path
