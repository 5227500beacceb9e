"""One object written and read back: whatever is answered, nothing is lost unnamed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from shared.domain.objects import FILE, NOTEBOOK, Format
from shared.domain.restore_outcomes import Action, RestoreOutcome, Result
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    ExportDisabled,
    RequestRefused,
    Throttled,
    TooLarge,
    Unavailable,
)
from shared.services.put_stored import PAUSES, PutStored
from shared.services.trouble import TROUBLE_AFTER, Trouble
from tests.fakes.remotes import FakeWorkspace, Fault, no_fault
from tests.fakes.restores import FakeWorkspaceWriter
from tests.fakes.storage import FakeBlobs, FakeClock
from tests.run_builders import a_restore

PATH = "/a/x"
OLD, NEW = b"precious = 1", b"stored = 2"
CREATED = RestoreOutcome(path=PATH, action=Action.CREATE, type=FILE, stored=PATH)
REMOVING = replace(CREATED, action=Action.REPLACE, there=NOTEBOOK, removes=True)


def nth(call: str, subject: str, *errors: BackupError | None) -> Fault:
    """Such calls of exactly this subject fail so, one after another."""
    left = list(errors)

    def fault(called: str, about: str) -> None:
        if (called, about) == (call, subject) and left and (error := left.pop(0)):
            raise error

    return fault


def always(error: Callable[[], BackupError]) -> Fault:
    def fault(call: str, subject: str) -> None:  # noqa: ARG001
        raise error()

    return fault


@dataclass
class Scene:
    """A workspace with a folder, and what writes into it."""

    workspace: FakeWorkspace = field(default_factory=FakeWorkspace)
    blobs: FakeBlobs = field(default_factory=FakeBlobs)
    patient: bool = True

    def __post_init__(self) -> None:
        self.workspace.mkdir("/a")
        self.writer = FakeWorkspaceWriter(self.workspace)
        self.put = PutStored(
            self.workspace,
            self.writer,
            self.blobs,
            FakeClock(),
            Trouble(self.workspace, self.patient),
            a_restore().request,
        )

    @property
    def imports(self) -> list[str]:
        return [path for call, path in self.writer.calls if call == "import"]

    @property
    def content(self) -> dict[str, bytes]:
        contents = self.workspace.contents
        return {path: raw for path, raw in contents.items() if path != "/a"}


def a_scene_with_a_notebook() -> Scene:
    scene = Scene()
    scene.workspace.add(PATH, NOTEBOOK, OLD, language="PYTHON", modified_at=1)
    return scene


@pytest.mark.parametrize("times", range(1, len(PAUSES)))
@pytest.mark.parametrize("when", ["fault", "after"])
def test_a_write_of_unknown_effect_is_tried_again_and_proved(
    when: str, times: int
) -> None:
    scene = Scene()
    errors = [Unavailable("cut off") for _ in range(times)]
    setattr(scene.writer, when, nth("import", PATH, *errors))

    done = scene.put(CREATED, NEW)

    assert done.result is Result.VERIFIED
    assert scene.content == {PATH: NEW}
    assert scene.imports == [PATH] * (2 if when == "after" else times + 1)


def test_a_write_that_never_gets_an_answer_fails_for_its_object() -> None:
    scene = Scene()
    scene.writer.fault = always(lambda: Unavailable("cut off"))

    done = scene.put(CREATED, NEW)

    assert (done.result, done.detail) == (Result.FAILED, "cut off")
    assert scene.imports == [PATH] * len(PAUSES)


def test_what_fails_for_many_in_a_row_is_the_workspaces_trouble() -> None:
    scene = Scene()
    scene.writer.fault = always(lambda: Unavailable("cut off"))

    for _ in range(TROUBLE_AFTER - 1):
        assert scene.put(CREATED, NEW).result is Result.FAILED
    with pytest.raises(Unavailable):
        scene.put(CREATED, NEW)


def test_who_is_no_longer_patient_names_what_failed() -> None:
    scene = Scene(patient=False)
    scene.writer.fault = always(lambda: Throttled("slow down"))

    results = {scene.put(CREATED, NEW).result for _ in range(TROUBLE_AFTER + 1)}

    assert results == {Result.FAILED}


@pytest.mark.parametrize("error", [CredentialsRefused, ExportDisabled, Throttled])
def test_what_concerns_the_whole_workspace_is_raised(error: type[BackupError]) -> None:
    scene = Scene()
    scene.writer.fault = always(lambda: error("not now"))

    with pytest.raises(error):
        scene.put(CREATED, NEW)


def test_what_somebody_put_there_since_is_left_alone() -> None:
    scene = Scene()
    scene.workspace.add_file(PATH, OLD)

    done = scene.put(CREATED, NEW)

    assert done.result is Result.OVERTAKEN
    assert scene.content == {PATH: OLD}
    assert OLD.decode() not in done.detail


def test_what_differs_when_it_is_read_back_is_not_verified() -> None:
    scene = Scene()

    def spoil(call: str, subject: str) -> None:
        if call == "export":
            scene.workspace.contents[subject] = b"spoilt"

    scene.workspace.fault = spoil

    assert scene.put(CREATED, NEW).result is Result.DIFFERS


def test_what_is_removed_is_kept_and_the_trial_is_gone() -> None:
    scene = a_scene_with_a_notebook()

    done = scene.put(REMOVING, NEW)

    assert (done.result, done.detail) == (Result.VERIFIED, "")
    assert scene.content == {PATH: NEW}
    assert [*scene.blobs.contents.values()] == [OLD]


def test_what_the_workspace_does_not_take_removes_nothing() -> None:
    scene = a_scene_with_a_notebook()
    trial = f"{PATH} ({a_restore().id})"
    scene.writer.fault = nth("import", trial, TooLarge("too large"))

    done = scene.put(REMOVING, NEW)

    assert (done.result, done.detail) == (Result.FAILED, "too large")
    assert scene.content == {PATH: OLD}
    assert ("delete", PATH) not in scene.writer.calls


def test_a_removal_is_undone_where_nothing_comes_in_its_place() -> None:
    scene = a_scene_with_a_notebook()
    scene.writer.fault = nth("import", PATH, RequestRefused("no"))

    done = scene.put(REMOVING, NEW)

    assert (done.result, done.detail) == (Result.FAILED, "no")
    assert scene.content == {PATH: OLD}
    back = scene.workspace.objects[PATH]
    assert (back.type, back.language) == (NOTEBOOK, "PYTHON")


def the_kept(scene: Scene) -> str:
    """The name of the blob that keeps what was removed."""
    (name,) = [n for n, raw in scene.blobs.contents.items() if raw == OLD]
    return name


def test_where_what_was_removed_cannot_be_put_back_it_is_said_where_it_is() -> None:
    scene = a_scene_with_a_notebook()
    errors = [RequestRefused("no"), AccessDenied("not you")]
    scene.writer.fault = nth("import", PATH, *errors)

    done = scene.put(REMOVING, NEW)

    assert done.result is Result.FAILED
    assert scene.content == {}
    for words in ("no;", "not you", the_kept(scene)):
        assert words in done.detail
    assert OLD.decode() not in done.detail


@pytest.mark.parametrize("when", ["fault", "after"])
def test_a_removal_of_unknown_effect_is_undone(when: str) -> None:
    scene = a_scene_with_a_notebook()
    setattr(scene.writer, when, nth("delete", PATH, Unavailable("cut off")))

    done = scene.put(REMOVING, NEW)

    assert (done.result, done.detail) == (Result.FAILED, "cut off")
    assert scene.content == {PATH: OLD}


def go_down_with_the_removal(scene: Scene) -> None:
    """The removal takes effect, and from then on nothing is answered."""
    down = False

    def after(call: str, subject: str) -> None:
        nonlocal down
        down = down or (call, subject) == ("delete", PATH)
        before(call, subject)

    def before(call: str, subject: str) -> None:  # noqa: ARG001
        if down:
            raise Unavailable("down")

    scene.writer.after = after
    scene.writer.fault = scene.workspace.fault = before


def test_a_workspace_that_is_down_right_after_a_removal_is_waited_for() -> None:
    scene = a_scene_with_a_notebook()
    go_down_with_the_removal(scene)

    with pytest.raises(Unavailable):
        scene.put(REMOVING, NEW)
    scene.writer.after = scene.writer.fault = scene.workspace.fault = no_fault
    done = scene.put(REMOVING, NEW)

    assert done.result is Result.VERIFIED
    assert scene.content == {PATH: NEW}


def test_who_waits_no_longer_for_it_says_where_what_was_removed_is() -> None:
    scene = a_scene_with_a_notebook()
    scene.put.trouble.patient = False
    go_down_with_the_removal(scene)

    done = scene.put(REMOVING, NEW)

    assert done.result is Result.FAILED
    assert the_kept(scene) in done.detail


def test_refused_credentials_after_a_removal_say_where_what_was_there_is() -> None:
    scene = a_scene_with_a_notebook()
    refused = [CredentialsRefused("expired"), CredentialsRefused("expired")]
    scene.writer.fault = nth("import", PATH, *refused)

    with pytest.raises(CredentialsRefused) as raised:
        scene.put(REMOVING, NEW)

    assert the_kept(scene) in str(raised.value)


def test_a_removal_that_is_refused_changes_nothing_and_says_no_more() -> None:
    scene = a_scene_with_a_notebook()
    scene.writer.fault = nth("delete", PATH, AccessDenied("not yours"))

    done = scene.put(REMOVING, NEW)

    assert (done.result, done.detail) == (Result.FAILED, "not yours")
    assert scene.content == {PATH: OLD}


def test_what_is_left_over_from_a_trial_is_named() -> None:
    scene = a_scene_with_a_notebook()
    trial = f"{PATH} ({a_restore().id})"
    scene.writer.fault = nth("delete", trial, AccessDenied("not yours"))

    done = scene.put(REMOVING, NEW)

    assert done.result is Result.VERIFIED
    assert trial in done.detail


def test_who_was_faster_to_replace_it_by_another_type_is_left_alone() -> None:
    scene = Scene()
    scene.workspace.add(PATH, "DASHBOARD", OLD)

    done = scene.put(REMOVING, NEW)

    assert done.result is Result.FAILED
    assert "since the plan" in done.detail
    assert scene.content == {PATH: OLD}


def test_an_earlier_attempt_that_had_replaced_it_is_taken_over() -> None:
    scene = Scene()
    scene.workspace.add_file(PATH, NEW)

    done = scene.put(REMOVING, NEW)

    assert done.result is Result.VERIFIED
    assert ("delete", PATH) not in scene.writer.calls


def test_a_notebook_is_kept_as_source() -> None:
    scene = a_scene_with_a_notebook()
    asked: list[Format] = []
    export = scene.workspace.export

    def remembered(path: str, format: Format) -> bytes:  # noqa: A002
        asked.append(format)
        return export(path, format)

    scene.workspace.export = remembered  # type: ignore[method-assign]

    scene.put(REMOVING, NEW)

    assert asked == [Format.SOURCE, Format.RAW]
