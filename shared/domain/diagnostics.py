"""DECISIONS: what a look at the deployment says, and which of it is the worst."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

type Fact = str | int | float | bool | tuple[str, ...]


class Verdict(StrEnum):
    """How it stands with what a check looked at; the worst comes last.

    `done` and `to_do` are what only a setup says: a look changes nothing.
    """

    OK = "ok"
    DONE = "done"
    TO_DO = "to_do"
    WARNING = "warning"
    FAILED = "failed"


_SEVERITY = tuple(Verdict)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; of none, `ok`."""
    return max(verdicts, key=_SEVERITY.index, default=Verdict.OK)


@dataclass(frozen=True, slots=True)
class Case:
    """One way a check can end. Where `do` is empty there is nothing to do.

    Both texts may have fields, such as `{repository}`, that a finding fills in.
    """

    verdict: Verdict
    means: str
    do: str = ""


def well(means: str) -> Case:
    """It is as it should be."""
    return Case(Verdict.OK, means)


def done(means: str) -> Case:
    """It was not as it should be, and is now."""
    return Case(Verdict.DONE, means)


def to_do(means: str, do: str) -> Case:
    """It is not as it should be, and can be made so."""
    return Case(Verdict.TO_DO, means, do)


def warning(means: str, do: str) -> Case:
    """Backups go on, or it is not known whether they do."""
    return Case(Verdict.WARNING, means, do)


def failed(means: str, do: str) -> Case:
    """Backups or restores do not work until somebody does something."""
    return Case(Verdict.FAILED, means, do)


@dataclass(frozen=True, slots=True)
class About:
    """A check, described: what it looks at, and all the ways it can end.

    `after` names the checks that tell why where this one could not look.
    """

    name: str
    looks_at: str
    cases: tuple[Case, ...]
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: the case, what exactly, and facts worth knowing."""

    case: Case
    found: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)


BLOCKED = warning(
    "This could not be looked at, so nothing is known of it.",
    "See {after}; then ask again.",
)
BROKEN = failed(
    "The check itself went wrong, which says nothing good of what it looked at.",
    "Ask again. If it stays, open an issue with this answer.",
)
LATE = failed(
    "There was no answer in time.",
    "See {after}: something on the way swallows requests, such as a firewall, a"
    " private endpoint's DNS or a remote that hangs; then ask again.",
)
OF_ANY = (BLOCKED, BROKEN, LATE)
"""How every check can end, beside its own cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one check ended. `means` says it all; `do` is empty where it is well."""

    name: str
    verdict: Verdict
    means: str
    do: str
    facts: Mapping[str, Fact]
    seconds: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks in the order in which they are described."""

    results: tuple[Result, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all checks."""
        return worst(result.verdict for result in self.results)


def result_of(about: About, finding: Finding, seconds: float) -> Result:
    """The finding in words; a field that it does not fill in stays as it is named."""
    fill = _Named({"after": " and ".join(about.after) or "the app's log"})
    fill.update(finding.fill)
    means = finding.case.means.format_map(fill)
    return Result(
        name=about.name,
        verdict=finding.case.verdict,
        means=f"{means} ({finding.found})" if finding.found else means,
        do=finding.case.do.format_map(fill),
        facts=finding.facts,
        seconds=round(seconds, 3),
    )


class _Named(dict[str, str]):
    """Says `<name>` for what it does not know."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"
