"""TRIGGERS: what callers ask of a setup, checked field by field; sets nothing up."""

from dataclasses import dataclass

import azure.functions as func

from functions.git_folder_requests import wanted_git_folder
from functions.problems import invalid
from functions.request_bodies import fields_of, truth
from shared.services.make_git_folder import WantedGitFolder


@dataclass(frozen=True, slots=True)
class WantedSetup:
    """A plan, or the doing of it; with a Git folder or without."""

    apply: bool
    git_folder: WantedGitFolder | None


def wanted_setup(req: func.HttpRequest) -> WantedSetup | func.HttpResponse:
    """The setup that the body asks for, or the problem that it is."""
    fields = fields_of(req)
    wanted = WantedSetup(
        apply=fields.take("apply", truth, default=False),
        git_folder=fields.take("git_folder", _git_folder, None),
    )
    fields.end()
    return invalid(fields.errors) if fields.errors else wanted


def _git_folder(value: object) -> WantedGitFolder | None:
    return wanted_git_folder(value)
