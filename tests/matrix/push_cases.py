"""The fault matrix's rows for what happens to pushes: people, rules, and damage."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from local.azure_devops.rules import PathRules, SecretPattern
from shared.domain.git import Change, ChangeKind, Push
from tests.matrix.cases import COMPLETE, Case, Expected, incomplete
from tests.matrix.meddling import meddle, no_meddling
from tests.matrix.scene import (
    DEEP_NOTEBOOK,
    EDITED,
    FOREIGN,
    MISPLACED,
    MOVED,
    Scene,
)


def push_cases() -> Iterator[Case]:
    """All rows."""
    yield from _people()
    yield from _refused_content()
    yield from _stored_wrongly()


def _people() -> Iterator[Case]:
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
    scene.commit_by_hand({FOREIGN: b"mine\n"})
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
