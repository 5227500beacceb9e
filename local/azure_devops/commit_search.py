"""COMMIT SEARCH: which commits meet the criteria of a list; knows no JSON.

Documented: Azure DevOps Git REST 7.1, GitQueryCommitsCriteria. The prefix
`searchCriteria.` may be left out. `compareVersion` is where history starts,
`itemVersion` then what is already known. `fromCommitId` to `toCommitId` as a range that
includes both is a guess, and so is that names match as a part of name or address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from local.azure_devops import errors
from local.azure_devops.commit_objects import Commit, Signature
from local.azure_devops.exchange import Query
from local.azure_devops.history import touches
from local.azure_devops.objects import MissingObjectError
from local.azure_devops.organization import Home
from local.azure_devops.repository import Repository
from local.azure_devops.tree_reads import find, split_path
from local.azure_devops.versions import Version, resolve, version_in

DEFAULT_TOP = 100
_PREFIX = "searchCriteria."


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a caller looks for in the history."""

    ids: tuple[str, ...]
    path: str | None
    version: Version | None
    compared: Version | None
    since: datetime | None
    until: datetime | None
    first: str | None
    last: str | None
    author: str | None
    user: str | None
    oldest_first: bool
    with_push: bool
    skip: int
    top: int


def criteria_in(query: Query) -> Criteria:
    """Read the criteria of a query; raises refusals for values of the wrong kind."""

    def text(name: str) -> str | None:
        return query.text(_PREFIX + name, name)

    ids = text("ids") or ""
    top = query.number(f"{_PREFIX}$top", "$top", "top")
    return Criteria(
        ids=tuple(part.strip(" '[]\"") for part in ids.split(",") if part.strip()),
        path=text("itemPath"),
        version=version_in(query, f"{_PREFIX}itemVersion.", "itemVersion."),
        compared=version_in(query, f"{_PREFIX}compareVersion.", "compareVersion."),
        since=_date(text("fromDate"), "fromDate"),
        until=_date(text("toDate"), "toDate"),
        first=text("fromCommitId"),
        last=text("toCommitId"),
        author=text("author"),
        user=text("user"),
        oldest_first=_flag(query, "showOldestCommitsFirst"),
        with_push=_flag(query, "includePushData"),
        skip=query.number(f"{_PREFIX}$skip", "$skip", "skip") or 0,
        top=DEFAULT_TOP if top is None else top,
    )


def search(home: Home, criteria: Criteria) -> tuple[list[Commit], bool]:
    """Return one page of commits, and whether there are more; raises refusals.

    An empty repository has no commits; an unknown version or path is refused.
    """
    repository = home.repository
    if repository.default_branch is None:
        return [], False
    if criteria.ids:
        return [_known(repository, oid) for oid in criteria.ids], False
    found = _matching(repository, criteria)
    if criteria.oldest_first:
        found = iter(list(found)[::-1])
    page = list(islice(found, criteria.skip, criteria.skip + criteria.top + 1))
    return page[: criteria.top], len(page) > criteria.top


def _matching(repository: Repository, criteria: Criteria) -> Iterator[Commit]:
    path = _spelt(repository, criteria) if criteria.path else ()
    for commit in _walked(repository, criteria):
        if not _in_time(commit, criteria):
            continue
        if not _by(commit.author, criteria.author):
            continue
        if not _by(commit.committer, criteria.user):
            continue
        if not path or touches(repository, commit, path):
            yield commit


def _walked(repository: Repository, criteria: Criteria) -> Iterator[Commit]:
    start = criteria.compared or criteria.version
    if criteria.last is not None:
        start = Version("commit", criteria.last)
    tip = resolve(repository, start).commit.oid
    known = None
    if criteria.compared is not None and criteria.version is not None:
        known = resolve(repository, criteria.version).commit.oid
    first = criteria.first.lower() if criteria.first else None
    for commit in repository.history(tip, without=known):
        yield commit
        if commit.oid == first:
            return


def _spelt(repository: Repository, criteria: Criteria) -> tuple[str, ...]:
    """Spell the path as the tree does; one that is gone by now is taken as it is."""
    path = criteria.path or "/"
    root = resolve(repository, criteria.compared or criteria.version).commit.tree
    found = find(repository.objects, root, path)
    return split_path(found.path if found is not None else path)


def _in_time(commit: Commit, criteria: Criteria) -> bool:
    when = commit.committer.when
    if criteria.since is not None and when < criteria.since:
        return False
    return criteria.until is None or when <= criteria.until


def _by(person: Signature, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return wanted.lower() in f"{person.name} <{person.email}>".lower()


def _known(repository: Repository, oid: str) -> Commit:
    try:
        return repository.commit(oid.lower())
    except MissingObjectError as error:
        raise errors.commit_not_found(oid) from error


def _flag(query: Query, name: str) -> bool:
    return query.flag(_PREFIX + name) or query.flag(name)


def _date(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    for parse in (datetime.fromisoformat, _american):
        try:
            date = parse(text)
        except ValueError:
            continue
        return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    raise errors.invalid_argument(f"'{text}' is not a date.", name)


def _american(text: str) -> datetime:
    """Read the form of the documentation's examples: `6/14/2018 12:00:00 AM`."""
    with_time = "%m/%d/%Y %I:%M:%S %p"
    return datetime.strptime(text, with_time if " " in text else "%m/%d/%Y").replace(
        tzinfo=UTC
    )
