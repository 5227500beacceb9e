"""TRIGGERS: what callers ask of a setup, checked field by field; sets nothing up."""

from dataclasses import dataclass

import azure.functions as func

from functions.problems import invalid
from functions.request_bodies import fields_of, truth


@dataclass(frozen=True, slots=True)
class WantedSetup:
    """A plan, or the doing of it."""

    apply: bool


def wanted_setup(req: func.HttpRequest) -> WantedSetup | func.HttpResponse:
    """The setup that the body asks for, or the problem that it is."""
    fields = fields_of(req)
    wanted = WantedSetup(fields.take("apply", truth, default=False))
    fields.end()
    return invalid(fields.errors) if fields.errors else wanted
