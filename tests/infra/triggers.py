"""What the app's functions are bound to."""

import functools
import importlib
import pkgutil
from typing import Any

import azure.functions as func

import functions


@functools.cache
def triggers() -> tuple[dict[str, Any], ...]:
    """The trigger of every function, as the platform gets to see it."""
    indexed = func.FunctionApp()
    for module in pkgutil.iter_modules(functions.__path__, "functions."):
        if blueprint := getattr(importlib.import_module(module.name), "bp", None):
            indexed.register_functions(blueprint)
    found = [built.get_trigger() for built in indexed.get_functions()]
    return tuple(trigger.get_dict_repr() for trigger in found if trigger)
