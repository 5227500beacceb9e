"""LOCAL, setup-repo: `make setup-repo`; sets nothing up itself."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `python -m local setup-repo …`; returns its exit code."""
    # Help and a wrong option must not wait for the stack's imports.
    from local.backup.options import UsageError  # noqa: PLC0415
    from local.setup_repo.options import read_setup  # noqa: PLC0415

    try:
        wanted = read_setup(arguments)
    except UsageError as error:
        print(f"setup-repo: {error}")
        return 2
    from local.setup_repo.command import setup_repo  # noqa: PLC0415

    return setup_repo(wanted)
