import pytest

from shared.domain.versions import Mark

TIP = "0123456789abcdef0123456789abcdef01234567"
RUN = "20261122T020000Z-3f9a1c"


@pytest.mark.parametrize(
    "mark",
    [Mark(TIP), Mark(TIP, of_folder=True, skip=7), Mark(TIP, skip=99, newer_at=RUN)],
)
def test_mark_comes_back_as_it_was(mark: Mark) -> None:
    assert Mark.from_text(mark.to_text()) == mark


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        TIP,
        f"{TIP}:o:-1:",
        f"{TIP}:x:1:",
        f"{TIP.upper()}:o:1:",
        f"{TIP}:o:1:{RUN}\n",
        f"{TIP}:o:1:../..",
        f"{TIP}:o:{'9' * 30}:",
    ],
)
def test_any_other_text_is_no_mark(text: str) -> None:
    with pytest.raises(ValueError, match="mark"):
        Mark.from_text(text)
