"""LOCAL, doctor: `make doctor`; holds no check."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `python -m local doctor …`; returns its exit code."""
    # Help and a wrong option must not wait for the stack's imports.
    from local.backup.options import UsageError  # noqa: PLC0415
    from local.restore.options import read_stack  # noqa: PLC0415

    try:
        options = read_stack("doctor", arguments)
    except UsageError as error:
        print(f"doctor: {error}")
        return 2
    from local.doctor.command import doctor  # noqa: PLC0415

    return doctor(options)
