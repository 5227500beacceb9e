"""The fault matrix's rows for Azure DevOps: what it answers, where, and how often."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from local.azure_devops import errors
from local.azure_devops.auth import _forbidden, _refused_bearer, sign_in_page
from local.azure_devops.errors import ApiError
from local.azure_devops.identities import BACKUP_IDENTITY
from local.azure_devops.rules import PathRules, SecretPattern
from local.azure_devops.throttle import BLOCKED, Throttle
from shared.domain.git import Change, ChangeKind, Push
from tests.matrix.cases import COMPLETE, Case, Expected, Fault, incomplete, refused
from tests.matrix.meddling import meddle, no_meddling
from tests.matrix.scene import (
    DEEP_NOTEBOOK,
    EDITED,
    FOREIGN,
    MISPLACED,
    MOVED,
    PLANNED,
    Scene,
)

REPOSITORY = "/_apis/git/repositories/[^/]+"
type Place = tuple[str, str, Callable[[Scene], None]]


def _nothing(_: Scene) -> None:
    """The place is asked in any run."""


def _a_stranger(scene: Scene) -> None:
    scene.commit_by_hand({FOREIGN: b"mine\n"})


def _state_is_lost(scene: Scene) -> None:
    scene.app.blobs.contents.clear()


READS: Mapping[str, Place] = {
    "the tip": ("GET", f"{REPOSITORY}/refs", _nothing),
    "the items": ("POST", f"(?i){REPOSITORY}/itemsBatch", _nothing),
    "the manifests": ("POST", f"{REPOSITORY}/blobs", _nothing),
    "the comparison": ("GET", f"{REPOSITORY}/diffs/commits", _a_stranger),
    "the whole tree": ("GET", f"{REPOSITORY}/trees/", _state_is_lost),
    "a commit": ("GET", f"{REPOSITORY}/commits", _state_is_lost),
}
PUSH: Place = ("POST", f"{REPOSITORY}/pushes", _nothing)
TAG: Place = ("POST", f"(?i){REPOSITORY}/annotatedTags", _nothing)
PLACES = {**READS, "the push": PUSH, "the tag": TAG}


def _answer(error: ApiError, **more: object) -> Fault:
    return {"status": error.status, "body": error.envelope(), **more}


BLOCKED_NOW = ApiError(
    429, "RequestBlockedException", BLOCKED.format(resource="x", namespace="''")
)
PASSING: Mapping[str, Fault] = {
    "429 TF400733": _answer(BLOCKED_NOW),
    "429 with Retry-After": _answer(BLOCKED_NOW, headers={"Retry-After": "7"}),
    "429 for hours": _answer(BLOCKED_NOW, headers={"Retry-After": "36000"}),
    "500": {"status": 500},
    "502 with a page": {"status": 502, "body": "<html>Bad gateway</html>"},
    "503": {"status": 503},
    "503 with Retry-After": {"status": 503, "headers": {"Retry-After": "3"}},
    "a connection cut before": {"effect": "cut"},
    "a connection cut after": {"effect": "cut", "when": "after"},
    "an answer cut in half": {"effect": "truncate"},
    "no answer": {"effect": "hang"},
    "no answer, but the effect": {"effect": "hang", "when": "after"},
}
NOT_SIGNED_IN: Mapping[str, Fault] = {
    "203 with the sign-in page": {
        "status": 203,
        "body": str(sign_in_page().text),
        "headers": {"Content-Type": "text/html; charset=utf-8"},
    },
    "302 to the sign-in page": {
        "status": 302,
        "body": "",
        "headers": {"Location": "/_signin"},
    },
    "401 without a body": {"status": 401, "body": ""},
    "401 TF400813": {
        "status": 401,
        "body": (_refused_bearer(BACKUP_IDENTITY).body or b"").decode("utf-8"),
    },
    "403 TF400813": {
        "status": 403,
        "body": (_forbidden(BACKUP_IDENTITY).body or b"").decode("utf-8"),
    },
}
PUSH_DENIED: Mapping[str, Fault] = {
    "TF402455": _answer(errors.pull_request_required()),
    "TF401027": _answer(errors.needs_permission("GenericContribute", "backup")),
    "TF401019": _answer(errors.repository_not_found("backup")),
    "is locked": _answer(errors.reference_locked("refs/heads/main")),
    "400": {"status": 400, "body": {"message": "Nobody has heard of this."}},
}


def azure_devops_cases() -> Iterator[Case]:
    """All rows; a new effect or place makes all the rows it belongs to."""
    yield from _passing()
    yield from _outages()
    yield from _not_signed_in()
    yield from _denied()
    yield from _moved()
    yield from _refused_content()
    yield from _throttled_in_stages()
    yield from _stored_wrongly()


def _case(
    name: str,
    expected: Expected,
    place: Place,
    fault: Fault,
    outage: float | None = None,
) -> Case:
    method, path, prepare = place
    return Case(
        name=name,
        remote="azure_devops",
        expected=expected,
        faults=({**fault, "method": method, "path": path},),
        prepare=prepare,
        outage=outage,
    )


def _passing() -> Iterator[Case]:
    for what, effect in PASSING.items():
        for where, place in PLACES.items():
            for times in (1, 3):
                fault = {**effect, "times": times}
                yield _case(
                    f"{what}, {times} times, at {where}", COMPLETE, place, fault
                )
        second = {**effect, "times": 1, "skip": 1}
        yield _case(f"{what} at the second push", COMPLETE, PUSH, second)
        third = {**effect, "times": 1, "skip": 2}
        yield _case(f"{what} at the record", COMPLETE, PUSH, third)


def _outages() -> Iterator[Case]:
    for what, effect in PASSING.items():
        for skip in (0, 3, 6, 9):
            yield Case(
                name=f"{what} for ten minutes, after {skip} requests",
                remote="azure_devops",
                expected=COMPLETE,
                faults=({**effect, "path": ".", "skip": skip},),
                outage=600,
            )


def _not_signed_in() -> Iterator[Case]:
    for what, effect in NOT_SIGNED_IN.items():
        for where, place in PLACES.items():
            expected = refused("Likely causes: the token expired")
            yield _case(f"{what} at {where}", expected, place, effect)


def _denied() -> Iterator[Case]:
    for what, effect in PUSH_DENIED.items():
        yield _case(f"{what} at every push", refused(what), PUSH, effect)
        first = {**effect, "times": 1}
        expected = incomplete(*PLANNED, held=(MOVED,))
        yield _case(f"{what} at the first push", expected, PUSH, first)
        second = {**effect, "times": 1, "skip": 1}
        gone = incomplete("/Clients/bolt")
        yield _case(f"{what} at the push that deletes", gone, PUSH, second)
    hidden = _answer(errors.repository_not_found("backup"))
    yield _case("TF401019 at the tip", refused("TF401019"), READS["the tip"], hidden)
    manifests, items = READS["the manifests"], READS["the items"]
    unread = incomplete(*PLANNED, held=(MOVED,))
    yield _case("TF401019 at the manifests", unread, manifests, hidden)
    yield _case("a service that has no batch of items", COMPLETE, items, hidden)


def _moved() -> Iterator[Case]:
    stale = _answer(errors.stale_reference("refs/heads/main"))
    unknown = _answer(errors.missing_object("0" * 40))
    for what, effect in {"409 TF401028": stale, "500 TF401035": unknown}.items():
        for times in (1, 5):
            fault = {**effect, "times": times}
            yield _case(f"{what}, {times} times, at the push", COMPLETE, PUSH, fault)
    for number in range(3):
        yield Case(
            name=f"a person who commits right before push {number + 1}",
            remote="azure_devops",
            expected=COMPLETE,
            prepare=partial(meddle, number, _commit_beside),
        )
        yield Case(
            name=f"a person who edits what push {number + 1} stores",
            remote="azure_devops",
            expected=_edited_by_hand(number),
            prepare=partial(meddle, number, _commit_inside),
        )


def _edited_by_hand(number: int) -> Expected:
    """What a shard still sees it puts right; after that only the next run can."""
    return COMPLETE if number == 0 else Expected(status="incomplete", again=(EDITED,))


def _commit_beside(scene: Scene, push: Push) -> Push:
    _a_stranger(scene)
    return push


def _commit_inside(scene: Scene, push: Push) -> Push:
    scene.commit_by_hand({"Clients/acme/load.py": b"by hand"})
    return push


def _refused_content() -> Iterator[Case]:
    yield Case(
        name="push protection that finds a secret in one notebook",
        remote="azure_devops",
        expected=incomplete(EDITED),
        prepare=_a_secret,
        repair=_no_rules,
    )
    for status in (400, 403):
        yield Case(
            name=f"push protection that answers {status} for two notebooks",
            remote="azure_devops",
            expected=incomplete(EDITED, DEEP_NOTEBOOK),
            prepare=partial(_secrets, status),
            repair=_no_rules,
        )
    yield Case(
        name="a rule about the length of paths",
        remote="azure_devops",
        expected=incomplete(LONG),
        prepare=_a_path_rule,
        repair=_no_rules,
    )
    yield Case(
        name="a rule about the size of files",
        remote="azure_devops",
        expected=incomplete(EDITED),
        prepare=_a_size_rule,
        repair=_no_rules,
    )


LONG = "/Clients/acme/" + "long" * 40


def _a_secret(scene: Scene) -> None:
    _protect(scene, "edited", 403)


def _secrets(status: int, scene: Scene) -> None:
    _protect(scene, "edited|trained", status)


def _protect(scene: Scene, pattern: str, status: int) -> None:
    rules = scene.site.server.rules
    rules.secrets.append(SecretPattern(re.compile(pattern), "SEC101/003", "A key"))
    rules.secrets_status = status


def _a_path_rule(scene: Scene) -> None:
    scene.notebook(LONG, "print(1)")
    scene.site.server.rules.paths = PathRules(max_path_length=100)


def _a_size_rule(scene: Scene) -> None:
    scene.notebook(EDITED, "x" * 20_000)
    scene.site.server.rules.paths = PathRules(max_file_size=10_000)


def _no_rules(scene: Scene) -> None:
    scene.site.server.rules.secrets.clear()
    scene.site.server.rules.paths = PathRules()


def _throttled_in_stages() -> Iterator[Case]:
    for what, throttle in {
        "200 with Retry-After": Throttle(warned=12, retry_after=20),
        "200 with Retry-After after a delay": Throttle(delayed=9, delay_seconds=0.01),
        "a delay, then 429": Throttle(
            warned=2, delayed=2, blocked=5, delay_seconds=0.01, retry_after=5
        ),
        "a Retry-After of a day": Throttle(warned=3, retry_after=86_400),
    }.items():
        yield Case(
            name=what,
            remote="azure_devops",
            expected=COMPLETE,
            prepare=partial(_throttle, throttle),
        )


def _throttle(throttle: Throttle, scene: Scene) -> None:
    scene.site.server.throttle = replace(throttle)


def _stored_wrongly() -> Iterator[Case]:
    """I1 can fail: what is stored otherwise than it was sent is seen."""
    for what, damage in {
        "flips a byte of what it stores": _flip,
        "drops a change": _drop,
        "stores a file under another path": _misplace,
    }.items():
        for number in range(3):
            yield Case(
                name=f"a service that {what} in push {number + 1}",
                remote="azure_devops",
                expected=COMPLETE,
                prepare=partial(meddle, number, partial(_damaged, damage)),
            )
    for what, damage, expected in (
        ("flips a byte", _flip, incomplete("/")),
        ("drops a file", _drop_file, incomplete("/")),
        ("misplaces a file", _misplace, incomplete("/Clients/acme", held=(MOVED,))),
    ):
        yield Case(
            name=f"a service that {what} in every push",
            remote="azure_devops",
            expected=expected,
            prepare=partial(meddle, None, partial(_damaged, damage)),
            repair=no_meddling,
        )


type Damage = Callable[[Change], Change | None]


def _damaged(damage: Damage, _: Scene, push: Push) -> Push:
    """The push with the first change that can be damaged so, outside `.backup`."""
    kept: list[Change | None] = list(push.changes)
    for place, change in enumerate(push.changes):
        if not change.path.startswith(".backup/") and damage(change) != change:
            kept[place] = damage(change)
            break
    return replace(push, changes=tuple(change for change in kept if change))


def _flip(change: Change) -> Change:
    if not change.content:
        return change
    return replace(change, content=bytes([change.content[0] ^ 1]) + change.content[1:])


def _drop(_: Change) -> None:
    return None


def _drop_file(change: Change) -> Change | None:
    return None if change.content else change


def _misplace(change: Change) -> Change:
    if change.kind is not ChangeKind.ADD:
        return change
    return replace(change, path=change.path + MISPLACED)
