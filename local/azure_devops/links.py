"""LINKS: the addresses that replies contain; pure text, documented by its examples."""

from urllib.parse import quote

from local.azure_devops.organization import Home, Project


def project_json(base: str, project: Project) -> dict[str, object]:
    """Show a project as a reference."""
    return {
        "id": project.id,
        "name": project.name,
        "url": f"{base}/_apis/projects/{project.id}",
        "state": "wellFormed",
        "revision": 1,
        "visibility": "private",
        "lastUpdateTime": "2020-01-01T00:00:00Z",
    }


class Links:
    """The addresses of one repository below one base URL."""

    def __init__(self, base: str, home: Home) -> None:
        """Make addresses below `base`, the URL of the organization."""
        self.base = base
        self.project = home.project
        self.name = home.repository.name
        identity = home.repository.id
        self.repository = f"{base}/{home.project.id}/_apis/git/repositories/{identity}"

    @property
    def web(self) -> str:
        """Where a person opens it and Git clones it."""
        return f"{self.base}/{quote(self.project.name)}/_git/{quote(self.name)}"

    def commit(self, oid: str) -> str:
        """Address a commit."""
        return f"{self.repository}/commits/{oid}"

    def web_commit(self, oid: str) -> str:
        """Address a commit's page."""
        return f"{self.web}/commit/{oid}"

    def tree(self, oid: str) -> str:
        """Address a tree."""
        return f"{self.repository}/trees/{oid}"

    def blob(self, oid: str) -> str:
        """Address a blob."""
        return f"{self.repository}/blobs/{oid}"

    def push(self, push_id: int) -> str:
        """Address a push."""
        return f"{self.repository}/pushes/{push_id}"

    def ref(self, name: str) -> str:
        """Address a ref."""
        return f"{self.repository}/refs?filter={quote(name.removeprefix('refs/'))}"

    def item(self, path: str, version: str) -> str:
        """Address an item at a version given as a query."""
        shown = quote(path.encode("utf-8", "replace"))
        return f"{self.repository}/items{shown}?{version}"

    def tag(self, oid: str) -> str:
        """Address an annotated tag."""
        return f"{self.repository}/annotatedtags/{oid}"

    def identity(self, identity: str) -> str:
        """Address an identity."""
        return f"{self.base}/_apis/Identities/{identity}"
