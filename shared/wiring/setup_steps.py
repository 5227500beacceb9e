"""WIRING: the steps of a setup, each bound to the parts that it works with."""

from collections.abc import Iterator

from shared.adapters.branch_guards import AzureDevOpsGuards
from shared.adapters.git_writer import AzureDevOpsWriter
from shared.adapters.push_probe import AzureDevOpsProbe
from shared.adapters.repository_place import AzureDevOpsPlace
from shared.services.set_up import SetUp
from shared.services.setup_steps import FIRST, LAST, STEPS
from shared.services.setup_steps.branch import MakeBranch, MakeDefault
from shared.services.setup_steps.grounds import Step
from shared.services.setup_steps.guards import NoPolicy, OnlyUs
from shared.services.setup_steps.pushing import ProvePushing
from shared.services.setup_steps.repository import FindProject, MakeRepository
from shared.setting_errors import Examined
from shared.wiring.checks import chosen, scrubber
from shared.wiring.parts import CLOCK, Parts


def set_up_of(examined: Examined, seconds: float, noise: str) -> SetUp:
    """A setup of one deployment; `noise` tells its probes from all others."""
    parts = Parts(examined)
    steps = {step.about.name: step for step in _steps(parts, noise)}
    return SetUp(
        first=chosen(parts, FIRST),
        steps=tuple(steps[about.name] for about in STEPS),
        last=chosen(parts, LAST),
        clock=CLOCK,
        scrub=scrubber(examined.settings),
        seconds=seconds,
    )


def _steps(parts: Parts, noise: str) -> Iterator[Step]:
    reader, host, target = parts.reader, parts.host, parts.target

    def writer() -> AzureDevOpsWriter:
        return AzureDevOpsWriter(parts.client(), target().branch)

    def place() -> AzureDevOpsPlace:
        return AzureDevOpsPlace(parts.client(), target().branch)

    def guards() -> AzureDevOpsGuards:
        return AzureDevOpsGuards(parts.client(), target().branch)

    def probe() -> AzureDevOpsProbe:
        return AzureDevOpsProbe(parts.client(), noise)

    yield FindProject(place, target)
    yield MakeRepository(place, guards, target)
    yield MakeBranch(reader, writer, target)
    yield MakeDefault(place, guards, target)
    yield ProvePushing(host, reader, guards, probe, target)
    yield OnlyUs(guards, target)
    yield NoPolicy(guards, target)
