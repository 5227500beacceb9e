"""OUTSIDE: the azure-devops package, imported where that does no harm; asks nothing.

Its cache in HOME, made at import, gets a private place, and its DEBUG log of whole
bodies is off.
"""

import atexit
import functools
import importlib
import logging
import os
import shutil
import tempfile
from typing import Any


@functools.cache
def package(module: str) -> Any:
    """A module of the package's 7.1 API, imported where it can do no harm."""
    _prepare_import()
    return importlib.import_module(f"azure.devops.v7_1.{module}")


def package_error() -> type[Exception]:
    """The class that the package's errors have in common."""
    error: type[Exception] = importlib.import_module(
        "msrest.exceptions"
    ).ClientException
    return error


@functools.cache
def _prepare_import() -> None:
    """Give the package's cache a private place, for it makes one while imported."""
    name = "AZURE_DEVOPS_CACHE_DIR"
    before = os.environ.get(name)
    cache = tempfile.mkdtemp(prefix="azure-devops-")
    atexit.register(shutil.rmtree, cache, ignore_errors=True)
    os.environ[name] = cache
    try:
        importlib.import_module("azure.devops.client")
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
    # At DEBUG they log whole bodies.
    for logger in ("azure.devops", "azure.devops.client", "msrest"):
        logging.getLogger(logger).setLevel(logging.INFO)
