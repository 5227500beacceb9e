"""A Git folder of the backup: what is there is left alone, what fits is shown."""

from dataclasses import dataclass, field, replace

import pytest

from shared.domain.diagnostics import About, Case, Finding, Verdict, result_of
from shared.domain.git import Change, ChangeKind, Push
from shared.domain.objects import REPO
from shared.domain.restore_outcomes import Action
from shared.domain.restores import OnConflict
from shared.errors import (
    AccessDenied,
    AddressBlocked,
    AlreadyExists,
    BackupError,
    CredentialsRefused,
    GitCredentialMissing,
    NotFound,
    RequestRefused,
    Unavailable,
)
from shared.services import git_folder_cases as cases
from shared.services.count_objects import LISTINGS
from shared.services.git_folder_cases import CASES
from shared.services.make_git_folder import (
    MakeGitFolder,
    WantedGitFolder,
)
from tests.backup_app import BackupApp
from tests.fakes.diagnostics import FakeRepositoryHost
from tests.fakes.git_folders import OURS, FakeGitFolders
from tests.fakes.remotes import Fault
from tests.unit.services.scenes import a_backed_up_app, an_app, exports, named

PLACE = "/Repos/backup/workspace"
OTHER = "https://dev.azure.com/acme/retail/_git/etl"


@dataclass
class Scene:
    """A backed up workspace, and the use case."""

    app: BackupApp = field(default_factory=a_backed_up_app)
    host: FakeRepositoryHost = field(default_factory=FakeRepositoryHost)

    def __post_init__(self) -> None:
        self.git_folders = FakeGitFolders(self.app.workspace)
        self.make = MakeGitFolder(
            git_folders=self.git_folders,
            workspace=self.app.workspace,
            writer=self.app.writes,
            reader=self.app.git,
            host=self.host,
            branch="main",
        )

    def plan(self, path: str = PLACE, *folders: str) -> Finding:
        return self.make.plan(WantedGitFolder(path, folders))

    def apply(self, path: str = PLACE, *folders: str) -> Finding:
        return self.make.apply(WantedGitFolder(path, folders))

    def made(self) -> list[str]:
        return [path for call, path in self.git_folders.calls if call == "make"]


def case_of(answer: Finding) -> Case:
    return answer.case


def words_of(answer: Finding) -> str:
    """What people read: every field of the texts is filled in."""
    told = result_of(About("git_folder", "", CASES), answer, 0)
    assert "<" not in told.means + told.do, (told.means, told.do)
    return f"{told.means} {told.do}"


def failing(call: str, error: BackupError) -> Fault:
    def fault(what: str, _: str) -> None:
        if what == call:
            raise error

    return fault


def test_a_plan_says_what_would_be_shown_and_writes_nothing() -> None:
    scene = Scene()

    answer = scene.plan()

    assert case_of(answer) is cases.WOULD_BE_MADE
    assert answer.facts["folders"] == ("Clients",)
    facts = answer.facts
    assert (facts["files"], facts["notebooks"], facts["branch"]) == (9, 6, "main")
    assert "9 files, 6 of them with the name of a notebook" in words_of(answer)
    assert (scene.made(), scene.app.writes.calls) == ([], [])


def test_it_is_made_with_the_folder_above_and_seen_from_then_on() -> None:
    scene = Scene()

    first, second = scene.apply(), scene.apply()

    there = scene.git_folders.clones[PLACE]
    assert (there.ours, there.folders) == (True, ("Clients",))
    assert there.clone is not None
    assert (there.clone.url, there.clone.branch) == (OURS, "main")
    assert case_of(first) is cases.MADE
    assert first.facts["head_commit"] == there.clone.head_commit
    assert case_of(second) is cases.BEHIND
    assert second.case.verdict is Verdict.OK
    assert scene.made() == [PLACE]


def test_one_at_the_newest_commit_is_right_and_tells_what_it_is() -> None:
    scene = Scene()
    scene.git_folders.add(PLACE, OURS, "main", ("Clients",))
    there = scene.git_folders.clones[PLACE]
    assert there.clone is not None
    at_tip = replace(there.clone, head_commit=scene.app.git.head)
    scene.git_folders.clones[PLACE] = replace(there, clone=at_tip)
    scene.app.workspace.add_notebook(f"{PLACE}/Clients/acme/load", "1")
    scene.app.workspace.add_file(f"{PLACE}/README.md", b"")

    answer = scene.apply()

    assert case_of(answer) is cases.RIGHT
    assert answer.facts == {
        "path": PLACE,
        "type": REPO,
        "objects": 2,
        "all_counted": True,
        "id": at_tip.object_id,
        "url": OURS,
        "branch": "main",
        "head_commit": scene.app.git.head,
        "folders": ("Clients",),
    }


@pytest.mark.parametrize(
    ("url", "branch", "case"),
    [
        (OURS, "dev", cases.OTHER_BRANCH),
        (OTHER, "main", cases.OTHER_REPOSITORY),
    ],
)
def test_a_git_folder_of_something_else_is_told_and_left_alone(
    url: str, branch: str, case: Case
) -> None:
    scene = Scene()
    scene.git_folders.add(PLACE, url, branch)
    before = dict(scene.app.workspace.objects)

    answer = scene.apply()

    assert case_of(answer) is case
    assert f"{url} at {branch} 1111111111, 0 objects" in words_of(answer)
    assert (scene.made(), scene.app.writes.calls) == ([], [])
    assert scene.app.workspace.objects == before


def test_an_ordinary_folder_is_counted_and_left_alone() -> None:
    scene = Scene()
    scene.app.workspace.add_notebook("/Shared/a/b", "1")
    scene.app.workspace.add_notebook("/Shared/a/c/d", "1")

    answer = scene.apply("/Shared/a")

    assert case_of(answer) is cases.TAKEN
    assert "DIRECTORY, 2 objects" in words_of(answer)
    assert (scene.made(), scene.app.writes.calls) == ([], [])


def test_a_notebook_at_the_path_is_left_alone() -> None:
    scene = Scene()
    scene.app.workspace.add_notebook("/Shared/a", "1")

    answer = scene.apply("/Shared/a")

    assert case_of(answer) is cases.TAKEN
    assert "(NOTEBOOK)" in words_of(answer)


def test_counting_ends_at_some_point_and_says_so() -> None:
    scene = Scene()
    for number in range(LISTINGS):
        scene.app.workspace.add_notebook(f"/Shared/a/{number}/x", "1")

    answer = scene.plan("/Shared/a")

    assert answer.facts["objects"] == LISTINGS - 1
    assert "at least 99 objects" in words_of(answer)


def test_what_cannot_be_listed_is_no_reason_not_to_count_the_rest() -> None:
    scene = Scene()
    scene.app.workspace.add_notebook("/Shared/a/b/x", "1")
    scene.app.workspace.add_notebook("/Shared/a/y", "1")

    def hidden(_: str, subject: str) -> None:
        if subject == "/Shared/a/b":
            raise AccessDenied(subject)

    scene.app.workspace.fault = hidden

    assert "at least 1 objects" in words_of(scene.plan("/Shared/a"))


def test_no_git_folder_is_made_inside_of_another_or_of_a_notebook() -> None:
    scene = Scene()
    scene.git_folders.add("/Shared/clone", OTHER, "main")
    scene.app.workspace.mkdir("/Shared/clone/deep")
    scene.app.workspace.add_notebook("/Shared/n", "1")

    inside = scene.apply("/Shared/clone/deep/backup")
    below = scene.apply("/Shared/n/backup")

    assert case_of(inside) is case_of(below) is cases.INSIDE
    assert "/Shared/clone is a Git folder" in words_of(inside)
    assert "/Shared/n is a NOTEBOOK" in words_of(below)
    assert scene.app.writes.calls == []


def test_nobody_gets_a_home_for_a_git_folder() -> None:
    scene = Scene()

    answer = scene.apply("/Users/nobody@example.com/backup")

    assert case_of(answer) is cases.NO_HOME
    assert "/Users/nobody@example.com is nobody's folder" in words_of(answer)
    assert scene.app.writes.calls == []


def test_before_the_first_run_there_is_nothing_to_show() -> None:
    scene = Scene(an_app())

    assert case_of(scene.apply()) is cases.NO_BACKUP
    assert scene.app.writes.calls == []


def test_folders_that_are_asked_for_are_shown() -> None:
    scene = Scene()

    answer = scene.apply(PLACE, "/Clients/bolt")

    assert (case_of(answer), answer.facts["folders"]) == (cases.MADE, ("Clients/bolt",))
    assert scene.git_folders.clones[PLACE].folders == ("Clients/bolt",)


def test_folders_that_are_not_stored_are_named() -> None:
    answer = Scene().apply(PLACE, "/Clients/bolt", "/Clients/Bolt", "/nowhere")

    assert case_of(answer) is cases.NOT_STORED
    assert "The backup holds no folder /Clients/Bolt, /nowhere." in words_of(answer)


def a_large_backup(scene: Scene, **notebooks: int) -> None:
    """As a run would leave it, pushed at once."""
    paths = [f"{at}/{n}.py" for at, count in notebooks.items() for n in range(count)]
    changes = tuple(Change(ChangeKind.ADD, path, b"1") for path in paths)
    scene.app.git.commit(Push(scene.app.git.head, "many", changes))


def test_what_does_not_fit_is_refused_with_the_numbers_and_what_would() -> None:
    scene = Scene()
    a_large_backup(scene, Big=5_001, Large=5_000)

    answer = scene.apply(PLACE, "/Big", "/Large", "/Clients")

    assert case_of(answer) is cases.TOO_MUCH
    words = words_of(answer)
    assert "10,007 notebooks, the limit is 5,000" in words
    assert "10,010 files, the limit is 10,000" in words
    assert "These would fit: Clients" in words
    assert answer.facts["files"] == 10_010
    assert scene.made() == []


def test_without_a_wish_what_fits_is_shown_and_what_does_not_is_named() -> None:
    scene = Scene()
    a_large_backup(scene, Big=5_001)

    answer = scene.apply()

    assert (answer.facts["folders"], answer.facts["left_out"]) == (
        ("Clients",),
        ("Big",),
    )
    assert "; without Big" in words_of(answer)
    assert "of 5,010 in the backup" in words_of(answer)


def test_a_repository_that_may_be_too_large_to_clone_is_tried_all_the_same() -> None:
    facts = replace(FakeRepositoryHost().facts, size=5_000_000_000)
    scene = Scene(host=FakeRepositoryHost(facts))

    planned, applied = scene.plan(), scene.apply()

    assert case_of(planned) is cases.WOULD_BE_LARGE
    assert planned.facts["repository_bytes"] == 5_000_000_000
    assert case_of(applied) is cases.MADE


@pytest.mark.parametrize(
    ("error", "case"),
    [
        (GitCredentialMissing("credentials missing"), cases.NO_CREDENTIAL),
        (AccessDenied("no permission"), cases.NOT_ALLOWED),
        (RequestRefused("is disabled"), cases.NOT_TAKEN),
        (NotFound("no such repository"), cases.NOT_TAKEN),
    ],
)
def test_a_refusal_is_told_with_what_to_do(error: BackupError, case: Case) -> None:
    scene = Scene()
    scene.git_folders.fault = failing("make", error)

    answer = scene.apply()

    assert case_of(answer) is case
    assert str(error) in words_of(answer)


def test_a_folder_that_we_may_not_make_is_no_accident() -> None:
    scene = Scene()
    scene.app.writes.locked.add("/Repos")

    answer = scene.apply()

    assert case_of(answer) is cases.NOT_ALLOWED
    assert scene.made() == []


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("look", CredentialsRefused("expired")),
        ("make", CredentialsRefused("expired")),
        ("make", AddressBlocked("blocked")),
        ("look", Unavailable("down")),
    ],
)
def test_what_has_nothing_to_do_with_git_folders_is_not_swallowed(
    call: str, error: BackupError
) -> None:
    scene = Scene()
    scene.git_folders.fault = failing(call, error)

    with pytest.raises(type(error)):
        scene.apply()


def test_an_answer_that_got_lost_is_looked_for() -> None:
    scene = Scene()
    scene.git_folders.after = failing("make", Unavailable("cut off"))

    answer = scene.apply()

    assert case_of(answer) is cases.MADE
    assert answer.facts["url"] == OURS


def test_a_clone_that_takes_long_is_under_way() -> None:
    scene = Scene()
    scene.git_folders.fault = failing("make", Unavailable("no answer"))

    answer = scene.apply()

    assert case_of(answer) is cases.UNDER_WAY
    assert case_of(answer).verdict is Verdict.WARNING


def test_a_clone_that_failed_half_way_is_named() -> None:
    scene = Scene()
    scene.git_folders.after = failing("make", RequestRefused("too many files"))

    answer = scene.apply()

    assert case_of(answer) is cases.LEFT_BEHIND
    repo_id = scene.app.workspace.objects[PLACE].object_id
    assert f"databricks repos delete {repo_id}" in words_of(answer)


@pytest.mark.parametrize(
    ("url", "case"), [(OURS, cases.BEHIND), (OTHER, cases.OTHER_REPOSITORY)]
)
def test_whoever_was_faster_is_left_alone(url: str, case: Case) -> None:
    scene = Scene()

    def faster(call: str, subject: str) -> None:
        if call == "make":
            scene.git_folders.add(subject, url, "main")
            raise AlreadyExists(subject)

    scene.git_folders.fault = faster

    assert case_of(scene.apply()) is case
    assert scene.git_folders.clones[PLACE].ours is (url == OURS)


@pytest.mark.parametrize("where", [PLACE, "/Clients/acme/browse", "/Shared/browse"])
def test_what_the_git_folder_shows_is_not_backed_up(where: str) -> None:
    app = a_backed_up_app()
    scene = Scene(app)
    app.workspace.mkdir(where.rpartition("/")[0])
    scene.git_folders.add(where, OURS, "main", ("Clients",))
    app.workspace.add_notebook(f"{where}/Clients/acme/load", "copy")

    run = app.run()

    assert run.status == "complete"
    assert named(app, run, "exceptions") == [where]
    assert exports(app) == []
    assert not [path for path in app.git.files() if "browse" in path.split("/")]
    listed = {path for call, path in app.workspace.calls if call == "list"}
    assert not {path for path in listed if path.startswith(where)}


@pytest.mark.parametrize(
    ("where", "target"),
    [
        pytest.param(PLACE, PLACE, id="under it"),
        pytest.param("/Shared/browse", "/Shared/browse/Clients", id="below it"),
        pytest.param("/Clients/acme", "", id="in its place"),
    ],
)
def test_a_restore_writes_nothing_into_a_git_folder(where: str, target: str) -> None:
    app = a_backed_up_app()
    app.workspace.delete(where)
    scene = Scene(app)
    app.workspace.mkdir(where.rpartition("/")[0])
    scene.git_folders.add(where, OURS, "main", ("Clients",))
    app.workspace.mkdir(f"{where}/Clients")
    before = dict(app.workspace.objects)

    restore = app.restore(
        "/Clients/acme",
        target_root=target,
        on_conflict=OnConflict.OVERWRITE,
        apply=True,
    )

    outcomes = app.outcomes(restore)
    assert {o.action for o in outcomes if not o.is_folder} == {Action.BLOCKED}
    assert f"a Git folder is at {where}" in outcomes[-1].detail
    assert app.writes.calls == []
    assert app.workspace.objects == before
