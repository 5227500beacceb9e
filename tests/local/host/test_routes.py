"""Route templates: what they match and in which order."""

import pytest

from local.host.routes import parse_route

pytestmark = pytest.mark.conforms("documented: ASP.NET Core routing")

GUID = "12345678-1234-1234-1234-123456789abc"


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        ("runs", "runs", {}),
        ("runs", "RUNS/", {}),
        ("runs", "run", None),
        ("runs/{id}", "runs/7", {"id": "7"}),
        ("runs/{id}", "runs", None),
        ("runs/{id?}", "runs", {}),
        ("runs/{id}", "runs/7/8", None),
        ("files/{*path}", "files/a/b", {"path": "a/b"}),
        ("files/{**path}", "files", {}),
        ("{*path}", "", {}),
        ("n/{x:int}", "n/-12", {"x": "-12"}),
        ("n/{x:int}", "n/2147483648", None),
        ("n/{x:long}", "n/2147483648", {"x": "2147483648"}),
        ("n/{x:min(5)}", "n/4", None),
        ("n/{x:range(1,9)}", "n/9", {"x": "9"}),
        ("n/{x:int:max(5)}", "n/6", None),
        ("t/{x:bool}", "t/TRUE", {"x": "TRUE"}),
        ("t/{x:length(3)}", "t/abcd", None),
        ("t/{x:minlength(2)}", "t/ab", {"x": "ab"}),
        ("t/{x:maxlength(2)}", "t/abc", None),
        ("t/{x:guid}", f"t/{GUID}", {"x": GUID}),
        ("t/{x:guid}", "t/12345678", None),
        ("t/{x:regex(^a/b$)}", "t/ab", None),
        ("t/{x:regex(^a+$)}", "t/aaa", {"x": "aaa"}),
        ("t/{x:alpha?}", "t", {}),
    ],
)
def test_what_a_template_matches(
    template: str, path: str, expected: dict[str, str] | None
) -> None:
    assert parse_route(template).match(path) == expected


def test_the_more_exact_route_is_tried_first() -> None:
    templates = ["{*all}", "a/{x}", "a/{*rest}", "a/{x:int}", "a/b"]

    ordered = sorted(map(parse_route, templates), key=lambda route: route.precedence)

    exact_first = ["a/b", "a/{x:int}", "a/{x}", "a/{*rest}", "{*all}"]
    assert [route.template for route in ordered] == exact_first
