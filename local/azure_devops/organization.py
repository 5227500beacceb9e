"""ORGANIZATION: projects and repositories as folders on disk; knows no HTTP.

A repository lies at `DIR/<organization>/<project>/<repository>.git`, an ordinary bare
repository that can be cloned from that path when no server runs.
"""

import json
import shutil
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

import pygit2

from local.azure_devops import errors
from local.azure_devops.push_log import PushLog
from local.azure_devops.repository import BRANCHES, Repository

INITIAL_BRANCH = f"{BRANCHES}main"
_ABOUT = "azure-devops.json"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://dev.azure.com")
_FORBIDDEN = frozenset('\\/:*?"<>|;#$&{},+=[]')
# The service packs its repositories itself; here nothing may vanish under a reader.
_SETTINGS = {
    "gc.auto": 0,
    "receive.autogc": False,
    "http.receivepack": True,
    "uploadpack.allowFilter": True,
}


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its name as it was given, and its id."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Home:
    """A repository, the project it is in and the log of its pushes."""

    project: Project
    repository: Repository
    pushes: PushLog


class Organization:
    """All repositories below one folder; names are found without regard to case."""

    def __init__(self, root: Path, name: str) -> None:
        """Open the organization kept in this folder, made if it is not there."""
        self.root = root / name
        self.name = name
        self.id = str(uuid.uuid5(_NAMESPACE, name.lower()))
        self.changing = threading.RLock()
        self._homes: dict[str, Home] = {}
        self.root.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.root.glob("*/*.git")):
            self._open(path)

    def projects(self) -> list[Project]:
        """List all projects by name."""
        folders = (path for path in sorted(self.root.iterdir()) if path.is_dir())
        return [self._project(path.name) for path in folders]

    def project(self, name_or_id: str) -> Project:
        """Find a project; raises a 404 refusal."""
        for project in self.projects():
            if name_or_id.lower() in (project.name.lower(), project.id):
                return project
        raise errors.project_not_found(name_or_id)

    def add_project(self, name: str) -> Project:
        """Make a project, or find it."""
        with self.changing:
            for project in self.projects():
                if project.name.lower() == name.lower():
                    return project
            (self.root / name).mkdir()
            return self._project(name)

    def homes(self, project: Project | None = None) -> list[Home]:
        """List the repositories of a project, or all of them."""
        found = [
            home
            for home in tuple(self._homes.values())
            if project is None or home.project.id == project.id
        ]
        return sorted(found, key=lambda home: home.repository.name.lower())

    def home(self, name_or_id: str, project: Project | None = None) -> Home:
        """Find a repository; raises a 404 refusal.

        Without a project only an id finds it: names are unique in a project.
        """
        for home in self.homes(project):
            named = project is not None and (
                home.repository.name.lower() == name_or_id.lower()
            )
            if named or home.repository.id == name_or_id.lower():
                return home
        raise errors.repository_not_found(name_or_id)

    def next_push_id(self) -> int:
        """Return a number above all pushes so far, in the whole organization."""
        return max((home.pushes.last_id for home in self.homes()), default=0) + 1

    def create(self, project: Project, name: str) -> Home:
        """Make an empty repository; raises a refusal for a taken or impossible name."""
        with self.changing:
            self._check_name(project, name)
            path = self.root / project.name / f"{name}.git"
            git = pygit2.init_repository(str(path), bare=True, initial_head="main")
            for key, value in _SETTINGS.items():
                git.config[key] = value
            self._describe(path, str(uuid.uuid4()), name)
            return self._open(path)

    def rename(self, home: Home, name: str) -> Home:
        """Give a repository another name; its id stays."""
        with self.changing, home.repository.writing:
            self._check_name(home.project, name)
            path = home.repository.path.with_name(f"{name}.git")
            home.repository.path.rename(path)
            self._describe(path, home.repository.id, name)
            return self._open(path)

    def delete(self, home: Home) -> None:
        """Remove a repository for good; the service would keep it in a recycle bin."""
        with self.changing, home.repository.writing:
            del self._homes[home.repository.id]
            shutil.rmtree(home.repository.path)

    def _check_name(self, project: Project, name: str) -> None:
        if not name.strip() or _FORBIDDEN & set(name) or name.startswith("."):
            raise errors.invalid_argument(
                f"The repository name '{name}' is not valid.", "gitRepositoryToCreate"
            )
        for home in self.homes(project):
            if home.repository.name.lower() == name.lower():
                raise errors.ApiError(
                    409,
                    "GitRepositoryNameAlreadyExistsException",
                    f"TF400948: A Git repository with the name {name} already exists.",
                )

    def _open(self, path: Path) -> Home:
        project = self._project(path.parent.name)
        about = path / _ABOUT
        if not about.exists():  # a bare repository that somebody put there
            identity = uuid.uuid5(_NAMESPACE, f"{project.id}/{path.stem.lower()}")
            self._describe(path, str(identity), path.stem)
        known = json.loads(about.read_text("utf-8"))
        repository = Repository(path, known["id"], known["name"])
        home = Home(project, repository, PushLog(path / "azure-devops-pushes.jsonl"))
        self._homes[repository.id] = home
        return home

    @staticmethod
    def _describe(path: Path, identity: str, name: str) -> None:
        text = json.dumps({"id": identity, "name": name})
        (path / _ABOUT).write_text(text + "\n", "utf-8")

    def _project(self, name: str) -> Project:
        return Project(name, str(uuid.uuid5(_NAMESPACE, f"{self.id}/{name.lower()}")))
