"""LOCAL, doctor: what the command was told; starts nothing."""

from collections.abc import Mapping, Sequence

from local.backup.options import Options, read_stack


def read_doctor(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> Options:
    """Understand `doctor`; `UsageError` where that is not possible."""
    return read_stack("doctor", arguments, environment)
