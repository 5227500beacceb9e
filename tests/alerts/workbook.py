"""The workbook as it would be deployed."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from tests.infra.deployments import plain

WORKBOOK = "Microsoft.Insights/workbooks"


@functools.cache
def notebook() -> Mapping[str, Any]:
    """What its page consists of."""
    content: Mapping[str, Any] = json.loads(
        plain().one(WORKBOOK).properties["serializedData"]
    )
    return content


@functools.cache
def charts() -> Mapping[str, Mapping[str, Any]]:
    """Its charts and tables, by their names."""
    return {
        item["name"]: item["content"]
        for item in notebook()["items"]
        if item["type"] == 3
    }
