"""TRIGGERS: what callers ask of a forecast, checked field by field; asks nobody."""

import math
import re
from collections.abc import Mapping

from shared.domain.forecast_load import EVERYTHING
from shared.errors import InvalidRequest
from shared.services.forecast import WantedForecast

MAX_SAMPLE = 1_000
MAX_NOTEBOOKS = 5_000_000
MAX_SEED = 2**31 - 1

_WHOLE = re.compile(r"[0-9]{1,10}")
_DECIMAL = re.compile(r"[0-9.eE+-]{1,64}")


def wanted_forecast(params: Mapping[str, str]) -> WantedForecast:
    """The forecast that the query asks for; `InvalidRequest` names what is wrong."""
    default = WantedForecast()
    sample = _whole(params, "sample", MAX_SAMPLE)
    seed = _whole(params, "seed", MAX_SEED)
    return WantedForecast(
        sample=default.sample if sample is None else sample,
        notebooks=_whole(params, "notebooks", MAX_NOTEBOOKS),
        rate=_rate(params, "change_percent"),
        seed=default.seed if seed is None else seed,
    )


def _whole(params: Mapping[str, str], name: str, most: int) -> int | None:
    text = params.get(name)
    if text is None:
        return None
    if not _WHOLE.fullmatch(text) or int(text) > most:
        raise InvalidRequest(name, f"is a number from 0 to {most}")
    return int(text)


def _rate(params: Mapping[str, str], name: str) -> int | None:
    """Percent as parts per million, rounded up: a little is not nothing."""
    text = params.get(name)
    if text is None:
        return None
    wrong = InvalidRequest(name, "is a number from 0 to 100")
    if not _DECIMAL.fullmatch(text):
        raise wrong
    try:
        percent = float(text)
    except ValueError:
        raise wrong from None
    if not 0 <= percent <= 100:
        raise wrong
    return math.ceil(percent * EVERYTHING / 100)
