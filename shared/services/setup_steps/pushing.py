"""USE CASE PARTS: that we may push and tag, found by doing where it leaves nothing."""

from dataclasses import dataclass

from shared.domain.access import Right
from shared.domain.diagnostics import (
    About,
    Case,
    Finding,
    failed,
    to_do,
    warning,
    well,
)
from shared.errors import AccessDenied, NotFound, Permanent, PushRefused
from shared.ports import GitReader
from shared.ports.diagnostics import RepositoryHost
from shared.ports.setup import Guards, Probe, ProbeRef
from shared.services.checks import azure_devops
from shared.services.checks.azure_devops import MayWrite, Target
from shared.services.checks.remotes import Given
from shared.services.setup_steps.branch import PUSH_REFUSED
from shared.services.setup_steps.grounds import LATER, ON_THE_REPOSITORY, told

PROVEN = well("A branch and a tag were pushed and removed again: we may do both.")
PROVEN_BUT_TAG = well(
    "A branch was pushed and removed again. That we may tag is told by Azure DevOps and"
    " was not tried: deleting a tag needs Force push, which a backup does without."
)
LEFT_OVER = to_do(
    "An earlier setup was cut off and left a branch or tag behind that only proved"
    " something.",
    "Apply: it is removed.",
)
MAY_NOT_PUSH = failed(
    "We may not push a branch, whatever Azure DevOps tells of our rights.",
    azure_devops.SECURITY + " Contribute, Create branch. With a token in"
    " AZURE_DEVOPS_PAT: make a new one with the scope Code (read & write).",
)
MAY_NOT_TAG = failed(
    "We may push but not tag: complete runs would go without their tag.",
    azure_devops.SECURITY + " Create tag.",
)
STAYS = warning(
    "A branch or tag that only proved something could not be removed again; it does no"
    " harm.",
    "`az repos ref delete --name {ref} --object-id {object} --repository {repository}"
    " --project {project} --organization {organization}`. So that it is not needed"
    " again: Project settings, Repositories, {repository}, Settings, Permissions"
    " management: on (who creates a branch may then delete it); or "
    + azure_devops.SECURITY
    + " Force push.",
)

PUSHING = About(
    "pushing",
    "whether we may push and tag: told by Azure DevOps, and under apply found by doing",
    (
        azure_devops.MAY_WRITE,
        azure_devops.MAY_NOT_WRITE,
        azure_devops.NOT_TOLD,
        LATER,
        PROVEN,
        PROVEN_BUT_TAG,
        LEFT_OVER,
        MAY_NOT_PUSH,
        MAY_NOT_TAG,
        PUSH_REFUSED,
        STAYS,
    ),
    after=(*ON_THE_REPOSITORY, "branch"),
)


@dataclass(frozen=True, slots=True)
class ProvePushing:
    """A branch and a tag of no use, made and removed; the backup branch stays."""

    host: Given[RepositoryHost]
    reader: Given[GitReader]
    guards: Given[Guards]
    probe: Given[Probe]
    target: Given[Target]
    about: About = PUSHING
    planned: Case = LATER

    def plan(self) -> Finding:
        """As the diagnosis does: by asking for our own rights."""
        finding = MayWrite(self.host, self.target).look()
        if finding.case is azure_devops.MAY_WRITE:
            left = self.probe().left_over()
            if left:
                return self._finding(LEFT_OVER, left[0].name)
        return finding

    def apply(self) -> Finding:
        """What is told to be missing is not tried."""
        finding = MayWrite(self.host, self.target).look()
        if finding.case is azure_devops.MAY_NOT_WRITE:
            return finding
        for ref in self.probe().left_over():
            stays = self._removed(ref)
            if stays is not None:
                return stays
        tip = self.reader().tip()
        if tip is None:
            raise NotFound("the backup branch is not there")
        return self._pushed(tip) or self._tagged(tip)

    def _pushed(self, tip: str) -> Finding | None:
        try:
            ref = self.probe().push(tip)
        except AccessDenied as error:
            return self._finding(MAY_NOT_PUSH, str(error))
        except PushRefused as error:
            return self._finding(PUSH_REFUSED, str(error))
        return self._removed(ref)

    def _tagged(self, tip: str) -> Finding:
        if told(self.guards(), Right.FORCE_PUSH) is not True:
            return self._finding(PROVEN_BUT_TAG)
        try:
            ref = self.probe().tag(tip)
        except AccessDenied as error:
            return self._finding(MAY_NOT_TAG, str(error))
        except PushRefused as error:
            return self._finding(PUSH_REFUSED, str(error))
        return self._removed(ref) or self._finding(PROVEN)

    def _removed(self, ref: ProbeRef) -> Finding | None:
        """Nothing; or that it stays, and by whose leave it would go."""
        try:
            self.probe().remove(ref)
        except Permanent as error:
            fill = {"ref": ref.name.removeprefix("refs/"), "object": ref.object_id}
            return Finding(STAYS, str(error), {**self.target().fill, **fill})
        return None

    def _finding(self, case: Case, found: str = "") -> Finding:
        return Finding(case, found, self.target().fill)
