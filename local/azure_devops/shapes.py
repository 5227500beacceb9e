"""SHAPES: commits, people and repositories as JSON, as the published examples show."""

from local.azure_devops.commit_objects import Commit, Signature
from local.azure_devops.exchange import JSON
from local.azure_devops.identities import Identity
from local.azure_devops.links import Links, project_json
from local.azure_devops.organization import Home
from local.azure_devops.push_log import Push


def person_json(signature: Signature) -> JSON:
    """Show an author or committer; the stored offset is dropped."""
    return {"name": signature.name, "email": signature.email, "date": signature.utc}


def identity_json(links: Links, identity: Identity) -> JSON:
    """Show a caller."""
    image = f"{links.base}/_api/_common/identityImage?id={identity.id}"
    return {
        "displayName": identity.name,
        "url": links.identity(identity.id),
        "_links": {"avatar": {"href": image}},
        "id": identity.id,
        "uniqueName": identity.email,
        "imageUrl": image,
        "descriptor": f"aad.{identity.id}",
    }


def repository_json(links: Links, home: Home) -> JSON:
    """Show a repository; an empty one has no default branch."""
    repository = home.repository
    shown: JSON = {
        "id": repository.id,
        "name": repository.name,
        "url": links.repository,
        "project": project_json(links.base, home.project),
        "size": _size(home),
        "remoteUrl": links.web,
        "sshUrl": f"ssh://{links.web.split('://')[1]}",
        "webUrl": links.web,
        "isDisabled": repository.disabled,
        "isInMaintenance": False,
    }
    branch = repository.default_branch
    if branch is not None:
        shown["defaultBranch"] = branch
    return shown


def repository_links(links: Links) -> JSON:
    """Show the `_links` of a repository."""
    return {
        "self": {"href": links.repository},
        "project": {"href": f"{links.base}/_apis/projects/{links.project.id}"},
        "web": {"href": links.web},
        **{
            part: {"href": f"{links.repository}/{part}"}
            for part in ("commits", "refs", "pullRequests", "items", "pushes")
        },
    }


def _size(home: Home) -> int:
    packs = (home.repository.path / "objects" / "pack").glob("*.pack")
    return sum(pack.stat().st_size for pack in packs)


def commit_summary(links: Links, commit: Commit) -> JSON:
    """Show a commit as in a list: the first line of its message only.

    Reported: the commit lists in getsentry/sentry's recorded replies.
    """
    message = commit.message.rstrip("\n")
    first, more, _ = message.partition("\n")
    shown: JSON = {
        "commitId": commit.oid,
        "author": person_json(commit.author),
        "committer": person_json(commit.committer),
        "comment": first,
    }
    if more:
        shown["commentTruncated"] = True
    shown["url"] = links.commit(commit.oid)
    shown["remoteUrl"] = links.web_commit(commit.oid)
    return shown


def commit_whole(links: Links, commit: Commit) -> JSON:
    """Show a commit alone: with its parents, tree and whole message."""
    shown = commit_summary(links, commit)
    shown.pop("commentTruncated", None)
    shown["comment"] = commit.message.rstrip("\n")
    return {"treeId": commit.tree, "parents": list(commit.parents), **shown}


def commit_links(links: Links, commit: Commit) -> JSON:
    """Show the `_links` of a commit."""
    return {
        "self": {"href": links.commit(commit.oid)},
        "repository": {"href": links.repository},
        "changes": {"href": f"{links.commit(commit.oid)}/changes"},
        "web": {"href": links.web_commit(commit.oid)},
        "tree": {"href": links.tree(commit.tree)},
    }


def push_reference(links: Links, push: Push) -> JSON:
    """Show who pushed and when."""
    pusher = Identity(push.pusher_name, push.pusher_email)
    return {
        "pushedBy": identity_json(links, pusher),
        "pushId": push.id,
        "date": push.date,
    }


def push_links(links: Links, push: Push, ref: str) -> JSON:
    """Show the `_links` of a push."""
    pusher = Identity(push.pusher_name, push.pusher_email)
    return {
        "self": {"href": links.push(push.id)},
        "repository": {"href": links.repository},
        "commits": {"href": f"{links.push(push.id)}/commits"},
        "pusher": {"href": links.identity(pusher.id)},
        "refs": {"href": f"{links.repository}/refs/{ref.removeprefix('refs/')}"},
    }
