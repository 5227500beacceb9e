"""LOCAL: a stack's app, asked with its key; knows nothing of what is asked."""

from client.web import Web
from local.endpoints import Endpoints


def web_of(endpoints: Endpoints) -> Web:
    """To be used in a `with`."""
    return Web(endpoints.functions, {"x-functions-key": endpoints.functions_key})
