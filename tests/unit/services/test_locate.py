import pytest

from shared.domain.blob_ids import blob_id
from shared.domain.manifest import manifest_path
from shared.domain.scope import Scope
from shared.errors import NotFound
from shared.services.locate import Locate, Located
from tests.backup_app import BackupApp
from tests.unit.services.scenes import a_backed_up_app, forget_calls, stranger_commits


def locate(app: BackupApp, *paths: str) -> dict[str, Located]:
    assert app.git.head
    return dict(Locate(app.git)(app.git.head, paths))


def backed_up(app: BackupApp) -> BackupApp:
    run = app.run()
    assert run.status in {"complete", "incomplete"}, run.error
    forget_calls(app)
    return app


def an_app_of(*paths: str, roots: tuple[str, ...] = ("/",)) -> BackupApp:
    """A backup of a notebook at each of the paths."""
    app = BackupApp(scope=Scope(roots))
    for path in paths:
        app.workspace.add_notebook(path, path)
    return backed_up(app)


def stored(app: BackupApp, found: Located) -> list[bytes]:
    assert found.entries is not None
    return [app.git.contents[entry.blob] for entry in found.entries]


def manifest_blob(app: BackupApp, git_path: str) -> str:
    return blob_id(app.git.files()[manifest_path(git_path)])


def test_notebook_is_found_in_its_folders_manifest() -> None:
    app = a_backed_up_app()

    found = locate(app, "/Clients/acme/load")["/Clients/acme/load"]

    assert (found.git_path, found.manifest_blob) == (
        "Clients/acme",
        manifest_blob(app, "Clients/acme"),
    )
    assert stored(app, found) == [app.workspace.contents["/Clients/acme/load"]]


def test_one_notebook_takes_two_requests() -> None:
    app = a_backed_up_app()

    locate(app, "/Clients/acme/load")

    assert app.git.calls == ["items", "blobs"]


def test_all_paths_share_the_requests() -> None:
    app = a_backed_up_app()

    found = locate(app, "/Clients/acme/load", "/Clients/bolt", "/notes.txt", "/")

    assert app.git.calls == ["items", "blobs"]
    assert [(f.path, f.git_path) for f in found.values()] == [
        ("/Clients/acme/load", "Clients/acme"),
        ("/Clients/bolt", "Clients/bolt"),
        ("/notes.txt", ""),
        ("/", ""),
    ]


def test_folder_is_all_of_it() -> None:
    app = a_backed_up_app()

    found = locate(app, "/Clients")["/Clients"]

    assert found == Located("/Clients", "Clients", manifest_blob(app, "Clients"))


def test_objects_of_one_name_are_all_of_them() -> None:
    app = BackupApp()
    app.workspace.add_notebook("/Shared/x.py", "notebook")
    app.workspace.add_file("/Shared/x", b"file")
    backed_up(app)

    found = locate(app, "/Shared/x")["/Shared/x"]

    assert stored(app, found) == [b"file"]


def test_name_of_an_object_and_of_a_folder_is_the_objects() -> None:
    app = an_app_of("/Shared/x/inside")
    found = app.workspace.objects["/Shared/x"]
    app.workspace.add_notebook("/Shared/y", "an object")
    backed_up(app)
    before = app.git.files()[manifest_path("Shared")]
    both = before.replace(b'"name": "y"', b'"name": "x"')
    stranger_commits(app, {manifest_path("Shared"): both})

    located = locate(app, "/Shared/x")["/Shared/x"]

    assert found.descended
    assert located.entries
    assert located.entries[0].name == "x"
    assert locate(app, "/Shared/x/inside")["/Shared/x/inside"].git_path == "Shared/x"


@pytest.mark.parametrize(
    "folder",
    [
        "/README.md/x",
        "/a%b/c:d/e?",
        "/con/nul.txt",
        "/Shared/folder.json/deep",
        f"/Shared/{'ä' * 200}/deep",
        "/.backup/.git",
    ],
)
def test_awkward_names_still_take_two_requests(folder: str) -> None:
    app = an_app_of(f"{folder}/notebook")

    found = locate(app, f"{folder}/notebook", folder)

    assert app.git.calls == ["items", "blobs"]
    assert found[f"{folder}/notebook"].git_path == found[folder].git_path


def test_folders_that_differ_in_case_only_are_told_apart() -> None:
    paths = ["/x/ACME/deep/n", "/x/acme/deep/n", "/x/Acme/deep/n"]
    app = an_app_of(*paths)

    found = locate(app, *paths)

    assert len({located.git_path for located in found.values()}) == 3
    for path, located in found.items():
        assert stored(app, located) == [app.workspace.contents[path]]
    assert len(app.git.calls) <= 4


def test_guess_that_meets_another_folder_is_put_right() -> None:
    app = an_app_of("/x/ACME/n")
    app.workspace.add_notebook("/x/acme/n", "later")
    backed_up(app)

    found = locate(app, "/x/acme/n")["/x/acme/n"]

    assert found.git_path != "x/acme"
    assert stored(app, found) == [app.workspace.contents["/x/acme/n"]]


def test_folders_above_the_roots_are_there_without_a_manifest() -> None:
    app = an_app_of("/Clients/acme/etl/n", roots=("/Clients/acme",))

    found = locate(app, "/", "/Clients", "/Clients/acme", "/Clients/acme/etl/n")

    assert found["/"] == Located("/", "", "")
    assert found["/Clients"] == Located("/Clients", "Clients", "")
    assert found["/Clients/acme"].manifest_blob == manifest_blob(app, "Clients/acme")
    assert found["/Clients/acme/etl/n"].git_path == "Clients/acme/etl"


def test_root_below_a_folder_of_a_suffixed_name_is_found() -> None:
    roots = ("/ACME/a", "/acme/a")
    app = an_app_of("/ACME/a/n", "/acme/a/n", roots=roots)

    found = locate(app, "/ACME/a/n", "/acme/a/n", "/ACME", "/acme")

    for path in ("/ACME/a/n", "/acme/a/n"):
        assert stored(app, found[path]) == [app.workspace.contents[path]]
    assert found["/ACME"].git_path != found["/acme"].git_path


def test_folder_whose_parent_has_no_manifest_is_found() -> None:
    app = a_backed_up_app()
    stranger_commits(app, {manifest_path("Clients"): None})

    found = locate(app, "/Clients/acme/load")["/Clients/acme/load"]

    assert found.git_path == "Clients/acme"


def test_path_that_is_not_there_is_told_with_what_is_near() -> None:
    app = a_backed_up_app()

    with pytest.raises(NotFound, match="/Clients/acme/load") as raised:
        locate(app, "/Clients/acme", "/Clients/acme/laod")

    assert "/Clients/acme/laod" in str(raised.value)


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/Clients/Acme/load", "/Clients/acme"),
        ("/Client", "/Clients"),
        ("/note.txt", "/notes.txt"),
        ("/zzzzzz/deep", "is /"),
        ("/Clients/acme/load/deeper", "/Clients/acme/load"),
    ],
)
def test_nearest_names_are_those_of_the_deepest_folder(path: str, near: str) -> None:
    app = a_backed_up_app()

    with pytest.raises(NotFound, match=near):
        locate(app, path)


def test_at_most_three_names_are_told() -> None:
    app = an_app_of(*(f"/Shared/report{number}" for number in range(9)))

    with pytest.raises(NotFound) as raised:
        locate(app, "/Shared/report")

    assert str(raised.value).count("/Shared/report") == 1 + 3


def test_names_above_the_roots_are_told_as_well() -> None:
    app = an_app_of("/Clients/acme/n", roots=("/Clients/acme",))

    with pytest.raises(NotFound, match="near it: /Clients"):
        locate(app, "/Client/acme/n")


@pytest.mark.parametrize("path", ["/Repos/clone", "/Repos/clone/inside/x"])
def test_what_is_on_purpose_not_stored_is_told_with_the_reason(path: str) -> None:
    app = BackupApp()
    app.workspace.add("/Repos/clone", "REPO")
    backed_up(app)

    with pytest.raises(NotFound, match="on purpose not stored"):
        locate(app, path)


@pytest.mark.parametrize("path", ["/", "/Clients"])
def test_where_only_strangers_files_lie_nothing_is_found(path: str) -> None:
    app = BackupApp()
    stranger_commits(app, {"Clients/x.py": b"1"})

    with pytest.raises(NotFound):
        locate(app, path)


def test_places_are_those_of_the_commit() -> None:
    app = a_backed_up_app()
    before = app.git.head
    app.workspace.delete("/Clients/acme/load")
    backed_up(app)

    assert before
    assert Locate(app.git)(before, ["/Clients/acme/load"])
    with pytest.raises(NotFound):
        locate(app, "/Clients/acme/load")


def test_manifest_of_another_folder_is_no_proof() -> None:
    app = a_backed_up_app()
    place = manifest_path("Clients/acme")
    other = app.git.files()[place].replace(b'"/Clients/acme"', b'"/Clients/other"')
    stranger_commits(app, {place: other})

    with pytest.raises(NotFound):
        locate(app, "/Clients/acme/load")
