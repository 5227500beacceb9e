"""LOCAL: the app settings and the worker's environment; knows no function.

Settings are what the portal or `local.settings.json` would hold. The worker gets them
and the few variables a process needs to live; nothing else of the shell, so that a
token that happens to lie there never reaches the app.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from local.host.refusal import Refused

INHERITED = {
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PATH",
    "TMPDIR",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
}
REFERENCE = re.compile(r"%([^%]+)%")
TRUE_WORDS = {"true", "1"}


def read_settings(source: str, ambient: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a JSON file, or of the environment when told `env`.

    The file is a flat object or a `local.settings.json` with `Values`. Raises
    `Refused` if it cannot be read or holds anything but strings.
    """
    if source == "env":
        return dict(ambient)
    try:
        document = json.loads(Path(source).read_bytes())
    except (OSError, ValueError) as error:
        raise Refused(f"settings: cannot read {source}: {error}") from error
    if isinstance(document, dict) and isinstance(document.get("Values"), dict):
        if document.get("IsEncrypted"):
            raise Refused(f"settings: {source} is encrypted")
        document = document["Values"]
    if not isinstance(document, dict):
        raise Refused(f"settings: {source} is not an object")
    for name, value in document.items():
        if not isinstance(value, str):
            raise Refused(f"settings: {name} in {source} must be a string")
    return document


def resolve(text: str, settings: Mapping[str, str], where: str) -> str:
    """Replace each `%NAME%` by its setting; raises `Refused` if one is missing."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in settings:
            raise Refused(f"{where}: setting {name} of {text!r} does not exist")
        return settings[name]

    return REFERENCE.sub(value, text)


def connection_string(name: str, settings: Mapping[str, str], where: str) -> str:
    """Return the storage connection that a binding names.

    As in Azure, `AzureWebJobs<name>` counts too. Identity-based connections need a
    token service, which one machine does not have: they are refused.
    """
    name = name or "AzureWebJobsStorage"
    for candidate in (f"AzureWebJobs{name}", name):
        if settings.get(candidate):
            return settings[candidate]
    if any(key.startswith(f"{name}__") for key in settings):
        raise Refused(
            f"{where}: connection {name} is identity-based; this host needs"
            f" a connection string in the setting {name}"
        )
    raise Refused(f"{where}: setting {name} (its storage connection) does not exist")


def is_disabled(function: str, settings: Mapping[str, str]) -> bool:
    """Whether `AzureWebJobs.<function>.Disabled` switches it off."""
    names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs_{function}_Disabled")
    return any(settings.get(name, "").lower() in TRUE_WORDS for name in names)


def worker_environment(
    settings: Mapping[str, str], ambient: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the whole environment of a worker process."""
    ambient = os.environ if ambient is None else ambient
    inherited = {name: ambient[name] for name in INHERITED & ambient.keys()}
    platform = {
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "FUNCTIONS_WORKER_RUNTIME": "python",
        "PYTHONUNBUFFERED": "1",
    }
    return inherited | platform | dict(settings)
