"""The fault matrix's rows for Databricks: what it answers, where, and how often."""

from collections.abc import Iterator, Mapping
from functools import partial

from local.databricks.access import HIDDEN
from shared.domain.deletions import Fuse
from tests.matrix.cases import (
    COMPLETE,
    HANGING,
    OUTAGE,
    Case,
    Expected,
    excepted,
    incomplete,
    refused,
)
from tests.matrix.meddling import act_before
from tests.matrix.scene import (
    BOARD,
    CHANGED,
    DEEP,
    DEEP_NOTEBOOK,
    DELETED,
    EDITED,
    FIRST,
    MOVED,
    NOTES,
    Scene,
)

LIST, EXPORT = "/workspace/list", "/workspace/export"
WHERE: Mapping[str, str] = {
    "the list of the top": rf"{LIST}\?path=/$",
    "the list of a folder deep in the tree": rf"{LIST}\?path={DEEP}$",
    "any list": LIST,
    "one export": rf"{EXPORT}\?path={EDITED}&",
    "the export of a file": rf"{EXPORT}\?path={NOTES}&",
    "any export": EXPORT,
    "the list of Git folders": "/api/2.0/repos",
    "the identity": "/scim/v2/Me",
}

PASSING: Mapping[str, Mapping[str, object]] = {
    "429": {"status": 429},
    "429 with Retry-After": {"status": 429, "headers": {"Retry-After": "7"}},
    "429 with a Retry-After of hours": {
        "status": 429,
        "headers": {"Retry-After": "36000"},
    },
    "500": {"status": 500},
    "502": {"status": 502, "body": "<html>Bad gateway</html>"},
    "503": {"status": 503},
    "504": {"status": 504},
    "a cut connection": {"effect": "cut"},
    "a body cut in half": {"effect": "truncate"},
    "no answer": {"effect": "hang"},
    "an answer that is no JSON": {"status": 200, "body": "<html>maintenance</html>"},
    "JSON of another shape": {"status": 200, "body": ["unexpected"]},
    "a text that says to try again": {
        "status": 400,
        "body": {"error_code": "BAD_REQUEST", "message": "Timed out after 30 s"},
    },
}


def _told(status: int, code: str, message: str) -> Mapping[str, object]:
    return {"status": status, "body": {"error_code": code, "message": message}}


NOT_SIGNED_IN: Mapping[str, Mapping[str, object]] = {
    "401": {"status": 401},
    "401 without a body": {"status": 401, "body": ""},
    "403 for an invalid token": _told(
        403, "PERMISSION_DENIED", "Invalid access token."
    ),
    "302 to a sign-in page": {
        "status": 302,
        "body": "",
        "headers": {"Location": "https://login.example.com/"},
    },
}
DENIED: Mapping[str, Mapping[str, object]] = {
    "403": {"status": 403},
    "403 with a text": _told(403, "PERMISSION_DENIED", "No View permission."),
    "404": _told(404, "RESOURCE_DOES_NOT_EXIST", "Path doesn't exist."),
}
TOO_LARGE: Mapping[str, Mapping[str, object]] = {
    "a file's text": _told(
        400,
        "BAD_REQUEST",
        "File size imported is (459418279 bytes), exceeded max size (10485760 bytes)",
    ),
    "a notebook's text": _told(400, "BAD_REQUEST", "Size exceeds 10485760 bytes"),
    "MAX_NOTEBOOK_SIZE_EXCEEDED": _told(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", "Too large"),
    "MAX_READ_SIZE_EXCEEDED": _told(400, "MAX_READ_SIZE_EXCEEDED", "Too large"),
}
ODD: Mapping[str, Mapping[str, object]] = {
    "418": {"status": 418},
    "a 400 nobody has heard of": _told(400, "SOMETHING_NEW", "No."),
}

FIRST_OBJECTS = (*FIRST, NOTES, BOARD)
EMPTY = ("/Repos", "/Users")
"""Folders that a workspace has from the beginning, with nothing in them."""

HELD = (DELETED, MOVED)
"""What is held back where a folder could not be listed, both halves of moves kept."""


def databricks_cases() -> Iterator[Case]:
    """All rows; a new effect or place makes all the rows it belongs to."""
    yield from _passing_once()
    yield from _passing_always()
    yield from _exports_that_always_fail()
    yield from _outages()
    yield from _not_signed_in()
    yield from _denied()
    yield from _of_size_and_kind()
    yield from _listings_that_lie()


def _case(
    name: str, expected: Expected, where: str, fault: Mapping[str, object]
) -> Case:
    return Case(name=name, expected=expected, faults=({**fault, "path": where},))


def _passing_once() -> Iterator[Case]:
    for what, effect in PASSING.items():
        for place, where in WHERE.items():
            for times in (1, 3):
                fault = {**effect, "times": times}
                yield _case(
                    f"{what}, {times} times, at {place}", COMPLETE, where, fault
                )


def _passing_always() -> Iterator[Case]:
    """What passes for all others is the folder's or the object's own trouble."""
    for what, effect in PASSING.items():
        if what.startswith("429"):
            continue
        deep = WHERE["the list of a folder deep in the tree"]
        yield _case(
            f"{what}, always, at a deep list", incomplete(DEEP, held=HELD), deep, effect
        )
        top = WHERE["the list of the top"]
        yield _case(f"{what}, always, at the top", incomplete("/"), top, effect)
    for what, effect in PASSING.items():
        one = WHERE["one export"]
        yield _case(f"{what}, always, at one export", incomplete(EDITED), one, effect)


def _exports_that_always_fail() -> Iterator[Case]:
    """A workspace that tells who we are is up, however many exports fail."""
    every = WHERE["any export"]
    for what in ("429", "500", "503", "a cut connection", "an answer that is no JSON"):
        nothing = incomplete(*CHANGED, BOARD, held=(MOVED,))
        yield _case(f"{what}, always, at all exports", nothing, every, PASSING[what])


def _outages() -> Iterator[Case]:
    for what, effect in PASSING.items():
        seconds = HANGING if effect.get("effect") == "hang" else OUTAGE
        for skip in (0, 4, 8, 14):
            fault = {**effect, "path": ".", "skip": skip}
            yield Case(
                name=f"{what} for {seconds} seconds, after {skip} requests",
                expected=COMPLETE,
                faults=(fault,),
                outage=seconds,
            )


def _not_signed_in() -> Iterator[Case]:
    for what, effect in NOT_SIGNED_IN.items():
        for place, where in WHERE.items():
            yield _case(
                f"{what} at {place}", refused("Databricks|sign-in"), where, effect
            )


def _denied() -> Iterator[Case]:
    for what, effect in {**DENIED, **ODD}.items():
        deep = WHERE["the list of a folder deep in the tree"]
        yield _case(f"{what} at a deep list", incomplete(DEEP, held=HELD), deep, effect)
        top = WHERE["the list of the top"]
        yield _case(f"{what} at the top", incomplete("/"), top, effect)
        one = WHERE["one export"]
        yield _case(f"{what} at one export", incomplete(EDITED), one, effect)
        every = WHERE["any export"]
        yield _case(
            f"{what} at all exports",
            incomplete(*CHANGED, BOARD, held=(MOVED,)),
            every,
            effect,
        )
    disabled = _told(403, "PERMISSION_DENIED", "Exporting notebooks is disabled.")
    for place in ("one export", "any export"):
        expected = refused("disabled")
        yield _case(f"export disabled at {place}", expected, WHERE[place], disabled)


def _of_size_and_kind() -> Iterator[Case]:
    for what, effect in TOO_LARGE.items():
        for place, path in (("one export", EDITED), ("the export of a file", NOTES)):
            yield _case(f"{what} at {place}", excepted(path), WHERE[place], effect)
        deep = WHERE["the list of a folder deep in the tree"]
        expected = incomplete(DEEP, held=HELD)
        yield _case(f"{what} at a deep list", expected, deep, effect)
    unreadable = _told(403, "PERMISSION_DENIED", "No access to read file at /x")
    file, notebook = WHERE["the export of a file"], WHERE["one export"]
    yield _case("a file without an export", excepted(NOTES), file, unreadable)
    yield _case("a notebook without one", incomplete(EDITED), notebook, unreadable)


def _listings_that_lie() -> Iterator[Case]:
    empty = {"status": 200, "body": {}, "path": WHERE["the list of the top"]}
    yield Case(
        name="a top that suddenly shows nothing",
        expected=Expected(
            status="incomplete", held=(*FIRST_OBJECTS, *EMPTY), unseen=CHANGED
        ),
        faults=(empty,),
        prepare=_a_strict_fuse,
    )
    yield Case(
        name="an identity that is no admin any more and is shown less",
        expected=Expected(status="incomplete", held=(DEEP_NOTEBOOK, *HELD)),
        prepare=_no_admin_any_more,
        repair=_admin_again,
    )
    for what, act, expected in (
        ("gone", _remove, Expected(status="complete", vanished=(EDITED,))),
        (
            "gone and created anew",
            _replace,
            Expected(status="complete", again=(EDITED,)),
        ),
        (
            "gone, and a folder in its place",
            _turn_into_a_folder,
            Expected(
                status="complete", vanished=(EDITED,), unseen=(f"{EDITED}/inside",)
            ),
        ),
    ):
        yield Case(
            name=f"an object that is {what} at its export",
            expected=expected,
            prepare=partial(act_before, "export", EDITED, act),
        )
    yield Case(
        name="a folder that is gone when it is listed",
        expected=Expected(status="complete", vanished=(DEEP,)),
        prepare=partial(act_before, "list", DEEP, _remove),
    )
    yield Case(
        name="a folder that was replaced by another before it is listed",
        expected=COMPLETE,
        prepare=partial(act_before, "list", DEEP, _replace_folder),
    )


def _a_strict_fuse(scene: Scene) -> None:
    scene.app.fuse = Fuse(25, 3)


def _no_admin_any_more(scene: Scene) -> None:
    scene.site.access.groups.remove("admins")
    scene.site.access.refusals["/deep"] = HIDDEN


def _admin_again(scene: Scene) -> None:
    scene.site.access.groups.append("admins")
    scene.site.access.refusals.clear()


def _remove(scene: Scene, path: str) -> None:
    scene.site.store.remove(path)


def _replace(scene: Scene, path: str) -> None:
    scene.site.store.remove(path)
    scene.notebook(path, "print('created anew')")


def _turn_into_a_folder(scene: Scene, path: str) -> None:
    scene.site.store.remove(path)
    scene.notebook(f"{path}/inside", "print('inside')")


def _replace_folder(scene: Scene, path: str) -> None:
    scene.site.store.remove(path)
    scene.notebook(f"{path}/other", "print('other')")
