"""LOCAL, forecast: `make forecast`; works nothing out itself."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run `python -m local forecast …`; returns its exit code."""
    # Help and a wrong option must not wait for the stack's imports.
    from local.backup.options import UsageError  # noqa: PLC0415
    from local.forecast.options import read_forecast  # noqa: PLC0415

    try:
        wanted = read_forecast(arguments)
    except UsageError as error:
        print(f"forecast: {error}")
        return 2
    from local.forecast.command import forecast  # noqa: PLC0415

    return forecast(wanted)
