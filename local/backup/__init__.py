"""LOCAL, backup: the main job as a command for people; holds no logic of a backup."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `python -m local backup …`; returns its exit code, 0 only for complete."""
    # Help and a wrong option must not wait for the stack's imports.
    from local.backup.options import UsageError, read_options  # noqa: PLC0415

    try:
        options = read_options(arguments)
    except UsageError as error:
        print(f"backup: {error}")
        return 2
    from local.backup.command import run  # noqa: PLC0415

    return run(options)
