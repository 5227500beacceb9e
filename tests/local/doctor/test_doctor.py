"""What `make doctor` was told."""

import pytest

from local.backup.options import UsageError
from local.doctor import main
from local.restore.options import read_stack


def test_doctor_takes_what_drift_takes() -> None:
    options = read_stack("doctor", ["DATA=/d"], {})

    assert str(options.data) == "/d"
    with pytest.raises(UsageError):
        read_stack("doctor", ["AT=yesterday"], {})


def test_a_word_that_means_nothing_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["WHAT=ever"]) == 2
    assert "doctor: 'WHAT=ever' is not NAME=VALUE" in capsys.readouterr().out
