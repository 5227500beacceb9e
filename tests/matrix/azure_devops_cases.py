"""The fault matrix's rows for Azure DevOps: what it answers, where, and how often."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from local.azure_devops import errors
from local.azure_devops.auth import _forbidden, _refused_bearer, sign_in_page
from local.azure_devops.errors import ApiError
from local.azure_devops.identities import BACKUP_IDENTITY
from local.azure_devops.throttle import BLOCKED, Throttle
from tests.matrix.cases import (
    COMPLETE,
    HANGING,
    OUTAGE,
    Case,
    Expected,
    Fault,
    incomplete,
    refused,
)
from tests.matrix.scene import (
    FOREIGN,
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
    yield from _throttled_in_stages()


def _case(
    name: str,
    expected: Expected,
    place: Place,
    fault: Fault,
) -> Case:
    method, path, prepare = place
    return Case(
        name=name,
        remote="azure_devops",
        expected=expected,
        faults=({**fault, "method": method, "path": path},),
        prepare=prepare,
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
        seconds = HANGING if effect.get("effect") == "hang" else OUTAGE
        for skip in (0, 3, 6, 9):
            yield Case(
                name=f"{what} for {seconds} seconds, after {skip} requests",
                remote="azure_devops",
                expected=COMPLETE,
                faults=({**effect, "path": ".", "skip": skip},),
                outage=seconds,
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
