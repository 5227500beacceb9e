"""What is met at the backup repository."""

from collections.abc import Callable
from typing import Any

from shared.domain.git import Change, ChangeKind, Push
from shared.errors import AccessDenied, CredentialsRefused, NotFound, Permanent
from shared.ports.diagnostics import RepositoryFacts
from shared.services.checks import azure_devops
from shared.services.diagnose import Check
from tests.fakes.diagnostics import FakeRepositoryHost
from tests.fakes.remotes import FakeGit
from tests.unit.services.checks.rows import Row

TARGET = azure_devops.Target(
    organization="https://dev.azure.com/contoso",
    project="Data",
    repository="backup",
    branch="main",
)
GB = 2**30


def accepted(**host: Any) -> Callable[[], Check]:
    return lambda: azure_devops.Accepted(lambda: FakeRepositoryHost(**host))


def there(**host: Any) -> Callable[[], Check]:
    return lambda: azure_devops.RepositoryThere(
        lambda: FakeRepositoryHost(**host), lambda: TARGET
    )


def rights(**host: Any) -> Callable[[], Check]:
    return lambda: azure_devops.MayWrite(
        lambda: FakeRepositoryHost(**host), lambda: TARGET
    )


def branch(git: FakeGit, recorded: Callable[[], bool]) -> Callable[[], Check]:
    return lambda: azure_devops.BranchThere(lambda: git, lambda: TARGET, recorded)


def pushed() -> FakeGit:
    git = FakeGit()
    git.push(Push(None, "first", (Change(ChangeKind.ADD, "a", b"a"),)))
    return git


def unknown() -> bool:
    raise ZeroDivisionError


def of_size(size: int) -> Callable[[], Check]:
    facts = RepositoryFacts("backup", size, "", disabled=False)
    return lambda: azure_devops.SmallEnough(lambda: FakeRepositoryHost(facts))


ROWS = (
    Row("accepted", accepted(), azure_devops.ACCEPTED),
    Row(
        "accepted, but sees none",
        accepted(error=NotFound("none")),
        azure_devops.ACCEPTED,
    ),
    Row(
        "not accepted",
        accepted(error=CredentialsRefused("no")),
        azure_devops.NOT_ACCEPTED,
    ),
    Row("found", there(), azure_devops.FOUND),
    Row("not found", there(error=NotFound("none")), azure_devops.NOT_FOUND),
    Row("closed", there(error=AccessDenied("no")), azure_devops.NOT_READABLE),
    Row(
        "disabled",
        there(facts=RepositoryFacts("backup", 0, "", disabled=True)),
        azure_devops.DISABLED,
    ),
    Row("branch", branch(pushed(), lambda: True), azure_devops.BRANCH_THERE),
    Row("no branch yet", branch(FakeGit(), lambda: False), azure_devops.NO_BRANCH),
    Row("no branch, unknown", branch(FakeGit(), unknown), azure_devops.NO_BRANCH),
    Row("branch gone", branch(FakeGit(), lambda: True), azure_devops.BRANCH_GONE),
    Row("all rights", rights(), azure_devops.MAY_WRITE),
    Row(
        "a right is missing",
        rights(held={"Read": True, "Contribute": False}),
        azure_devops.MAY_NOT_WRITE,
    ),
    Row(
        "nobody tells",
        rights(rights_error=NotFound("no such thing")),
        azure_devops.NOT_TOLD,
    ),
    Row(
        "an older server",
        rights(rights_error=Permanent("what?")),
        azure_devops.NOT_TOLD,
    ),
    Row("small", of_size(GB), azure_devops.SMALL_ENOUGH),
    Row("large", of_size(11 * GB), azure_devops.LARGE),
    Row("too large", of_size(251 * GB), azure_devops.TOO_LARGE),
)
