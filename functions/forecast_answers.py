"""TRIGGERS: a forecast as callers get it; works nothing out."""

from functions.json_answers import Json
from shared.domain.forecast import Prediction
from shared.domain.forecast_cost import CURRENCY, PRICES, REGION
from shared.domain.forecast_history import Compared
from shared.domain.forecast_load import EVERYTHING
from shared.services.forecast import Forecast


def forecast_answer(forecast: Forecast) -> Json:
    """The forecast, and what it rests on."""
    return {
        "listed": {
            "folders": forecast.folders,
            "objects": forecast.objects,
            "notebooks": forecast.notebooks,
            "not_listed": forecast.left,
            "failed": forecast.failed,
            "extrapolated": forecast.left > 0,
        },
        "sizes": {
            "source": forecast.sizes.source.value,
            "seed": forecast.seed,
            "sampled": forecast.sizes.sampled,
            "mean_bytes": round(forecast.sizes.mean),
            "compressed_percent": round(100 * forecast.sizes.compressed, 1),
        },
        "change": {
            "percent": 100 * forecast.rate / EVERYTHING,
            "measured": forecast.measured,
        },
        "first": _run(forecast.first, forecast),
        "nightly": _run(forecast.nightly, forecast),
        "audit": _run(forecast.audit, forecast),
        "restore": _prediction(forecast.restore),
        "repository": {
            "first_bytes": forecast.growth.first,
            "bytes_a_year": forecast.growth.year,
            "records_a_year": forecast.growth.records_a_year,
        },
        "cost": _cost(forecast),
        "compared": [_compared(each) for each in forecast.compared],
    }


def _run(run: Prediction, forecast: Forecast) -> Json:
    seconds = forecast.capacity.deadline_seconds
    return {
        **_prediction(run),
        "shards": run.load.shards,
        "pushes": run.pushes,
        "stored": run.load.stored,
        "stored_bytes": run.load.stored_bytes,
        "within_deadline": 60 * run.minutes <= seconds,
    }


def _prediction(predicted: Prediction) -> Json:
    return {
        "folders": predicted.load.folders,
        "objects": predicted.load.objects,
        "minutes": predicted.minutes,
        "bound_by": predicted.bound_by,
        "calls": dict(predicted.calls),
        "storage_transactions": predicted.storage,
    }


def _cost(forecast: Forecast) -> Json:
    return {
        "currency": CURRENCY,
        "region": REGION,
        "a_month": round(sum(item.cost for item in forecast.costs.values()), 2),
        "items": [
            {
                "name": name,
                "units": round(item.units, 3),
                "unit": PRICES[name].unit,
                "cost": round(item.cost, 4),
                "price": PRICES[name].amount,
                "price_per": PRICES[name].per,
                "price_date": PRICES[name].date,
                "price_source": PRICES[name].source,
            }
            for name, item in forecast.costs.items()
        ],
    }


def _compared(compared: Compared) -> Json:
    predicted = compared.predicted
    return {
        "run": compared.run_id,
        "kind": compared.kind.value,
        "predicted": {
            "calls": dict(predicted.calls),
            "pushes": predicted.pushes,
            "minutes": predicted.minutes,
        },
        "real": {
            "calls": dict(compared.calls),
            "pushes": compared.pushes,
            "minutes": compared.minutes,
        },
    }
