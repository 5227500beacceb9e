"""What `make doctor` was told."""

import pytest

from local.__main__ import main
from local.backup.options import UsageError
from local.doctor.options import read_doctor


def test_doctor_takes_what_drift_takes() -> None:
    options = read_doctor(["DATA=/d"], {})

    assert str(options.data) == "/d"
    with pytest.raises(UsageError):
        read_doctor(["AT=yesterday"], {})


def test_a_word_that_means_nothing_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor", "WHAT=ever"]) == 2
    assert "doctor: 'WHAT=ever' is not NAME=VALUE" in capsys.readouterr().out
