"""LOCAL, restore: `make restore` and `make drift`; hold no logic of a restore."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `python -m local restore …`; returns its exit code."""
    # Help and a wrong option must not wait for the stack's imports.
    from local.backup.options import UsageError  # noqa: PLC0415
    from local.restore.options import read_restore  # noqa: PLC0415

    try:
        wanted = read_restore(arguments)
    except UsageError as error:
        print(f"restore: {error}")
        return 2
    from local.restore.command import restore  # noqa: PLC0415

    return restore(wanted)


def drift_main(arguments: Sequence[str]) -> int:
    """Run `python -m local drift …`; returns its exit code."""
    from local.backup.options import UsageError  # noqa: PLC0415 - see above
    from local.restore.options import read_drift  # noqa: PLC0415

    try:
        options = read_drift(arguments)
    except UsageError as error:
        print(f"drift: {error}")
        return 2
    from local.restore.command import drift  # noqa: PLC0415

    return drift(options)
