"""What the fuzzer cannot know of a format: which texts of its pattern are meant."""

import schemathesis
from hypothesis import strategies as st

from shared.domain.slices import MAX_SLICES


def _slices(of: int) -> st.SearchStrategy[str]:
    return st.integers(1, of).map(lambda number: f"{number}/{of}")


schemathesis.openapi.format("slice", st.integers(1, MAX_SLICES).flatmap(_slices))
