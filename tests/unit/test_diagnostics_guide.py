"""The guide says of every check what the code says."""

from shared.services.checks import CATALOGUE
from tests.diagnostics_guide import GUIDE, guide


def test_the_guide_is_up_to_date() -> None:
    assert GUIDE.read_text("utf-8") == guide(), "python -m tests.diagnostics_guide"


def test_the_guide_has_a_heading_for_every_check() -> None:
    text = GUIDE.read_text("utf-8")

    assert all(f"## `{about.name}`" in text for about in CATALOGUE)
