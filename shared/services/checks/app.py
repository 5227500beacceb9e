"""USE CASE PARTS: checks of the app itself: its settings, and what it runs on."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.diagnostics import About, Finding, failed, well
from shared.errors import SettingError
from shared.ports.diagnostics import Installation
from shared.services.checks.remotes import Given

VALID = well("Every setting can be used.")
INVALID = failed(
    "A setting is missing or cannot be used; the app does nothing until it can.",
    "Set each as its example shows: `az functionapp config appsettings set --name <app>"
    " --resource-group <group> --settings NAME=VALUE`, or in infra/environments and"
    " deploy. On one machine: name it on the make command line.",
)
AS_BUILT = well("The app runs on what it was built with.")
PACKAGE_MISSING = failed(
    "A package that the app needs is not installed.",
    "Build and publish the package again: `make package`, `infra/publish.sh`.",
)
OTHER_PYTHON = failed(
    "The app is built for Python {wanted}, and runs on another.",
    "Set the app's runtime to Python {wanted} (infra/app/function-app.bicep does), or"
    " build the package for the one that runs.",
)

SETTINGS = About("settings", "every setting, validated", (VALID, INVALID))
VERSIONS = About(
    "versions",
    "the versions of the app, of Python and of each package the app needs",
    (AS_BUILT, PACKAGE_MISSING, OTHER_PYTHON),
)

PYTHON = "3.13"


@dataclass(frozen=True, slots=True)
class SettingsValid:
    """What is wrong with the settings."""

    errors: Given[Sequence[SettingError]]
    about: About = SETTINGS

    def look(self) -> Finding:
        """All of it, not the first only; never a secret's value."""
        errors = self.errors()
        if not errors:
            return Finding(VALID)
        facts = {error.setting: str(error) for error in errors}
        return Finding(INVALID, ", ".join(facts), facts={**facts})


@dataclass(frozen=True, slots=True)
class VersionsKnown:
    """What runs."""

    installation: Given[Installation]
    about: About = VERSIONS

    def look(self) -> Finding:
        """Without asking anybody."""
        found = self.installation().versions()
        facts = {"app": found.app, "python": found.python, **found.packages}
        missing = [name for name, version in found.packages.items() if not version]
        if missing:
            return Finding(PACKAGE_MISSING, ", ".join(missing), facts={**facts})
        fill = {"wanted": PYTHON}
        if not found.python.startswith(f"{PYTHON}."):
            return Finding(OTHER_PYTHON, found.python, fill, {**facts})
        return Finding(AS_BUILT, found.app, facts={**facts})
