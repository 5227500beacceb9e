"""The guide says of every step what the code says."""

from shared.services.setup_steps import ON_REQUEST, STEPS
from tests.setup_guide import GUIDE, guide


def test_the_guide_is_up_to_date() -> None:
    assert GUIDE.read_text("utf-8") == guide(), "python -m tests.setup_guide"


def test_the_guide_has_a_heading_for_every_step() -> None:
    text = GUIDE.read_text("utf-8")

    assert all(f"## `{about.name}`" in text for about in (*STEPS, *ON_REQUEST))
