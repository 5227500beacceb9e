"""The ids in the published examples of pushes, reached from the examples' content.

The service that answered them in 2014 put a byte order mark before text; today's is
said not to. Told to do the same, the server gives the first two their trees and ids.
The texts of the later ones do not lead to their trees, but tree, parent, author and
comment must lead to the commit.
"""

from datetime import UTC, datetime

import pytest

from local.azure_devops.commit_objects import Signature, commit_content
from local.azure_devops.objects import stage
from tests.local.azure_devops.rest import Rest, add

pytestmark = pytest.mark.conforms(
    "documented: Azure Repos REST 7.1, Pushes - Create (examples)"
)

NAME, EMAIL = "Normal Paulk", "fabrikamfiber16@hotmail.com"
# comment, second, tree, parent, id
PUBLISHED = [
    (
        "Initial commit.",
        48,
        "404ff66f65520c7a480b343f010b2ce68d7ffbb3",
        "",
        "8b67126d2500e28c771f82c9ddc292679978197c",
    ),
    (
        "Added task markdown file.",
        49,
        "cf58444311c094fae277a7b30898f0f5b0c3c985",
        "8b67126d2500e28c771f82c9ddc292679978197c",
        "1380164a8118686087e38ce91f36b24b58c2df02",
    ),
    (
        "Added new image file.",
        50,
        "8132acc6e22bc93e8ba3d7fd63306017b6730610",
        "1380164a8118686087e38ce91f36b24b58c2df02",
        "fd1062428e0567cfbfcc28ac59d4bea077ce81c1",
    ),
    (
        "Added a few more items to the task list.",
        50,
        "bd2aeadd55cbc9794c3fac614ab105d07e20d387",
        "fd1062428e0567cfbfcc28ac59d4bea077ce81c1",
        "fef9b2407969c5921a6ef4f7771a919e1a85de19",
    ),
    (
        "Removed default image file.",
        51,
        "09656595ab4a552c059d1372b589aef7ced5b49a",
        "fef9b2407969c5921a6ef4f7771a919e1a85de19",
        "7f4fa8e454c196078e1ffca5cd6934515e605c96",
    ),
    (
        "Renaming tasks.md to activetasks.md",
        52,
        "5e5656e84cd88a8035eaee63c5ab65fba3249d75",
        "7f4fa8e454c196078e1ffca5cd6934515e605c96",
        "6e3c1f07d12eaf805a16db1352771816148c24b5",
    ),
    (
        "Moving activetasks.md to a new folder.",
        53,
        "5587e0b919b64d9cfd3a57bc0236b5c17ce8e6c8",
        "6e3c1f07d12eaf805a16db1352771816148c24b5",
        "b92a68a4cd54506d0d8e264ddddbfe5076dca910",
    ),
    (
        "Updating active tasks, but saving in a new branch.",
        54,
        "f2c7729b8fce5c5046db163f7bb4ff502d17b53b",
        "b92a68a4cd54506d0d8e264ddddbfe5076dca910",
        "bee67802b97da2a274df88855065b110f232973f",
    ),
    (
        "Updating active tasks and adding a few new files.",
        54,
        "ea40b6cc99f3f155a2c7be135e6aa2c82ae8e779",
        "b92a68a4cd54506d0d8e264ddddbfe5076dca910",
        "2b269bd10e6bd25ec459a0344e8641db395b3219",
    ),
]


def test_the_first_two_pushes_give_the_published_trees_and_commits(
    rest: Rest,
) -> None:
    contents = (
        ("/readme.md", "My first file!"),
        ("/tasks.md", "# Tasks\n\n* Item 1\n* Item 2"),
    )
    rest.local("rawtext", {"way": "marked"})
    given = []
    for (path, text), (comment, second, *_) in zip(contents, PUBLISHED, strict=False):
        date = f"2014-12-16T20:41:{second}Z"
        who = {"name": NAME, "email": EMAIL, "date": date}
        pushed = rest.try_push(
            add(path, text), comment=comment, author=who, committer=who
        )
        commit = pushed.json()["commits"][0]
        given.append((commit["treeId"], commit["commitId"], commit["comment"]))

    assert given == [
        (tree, oid, f"{comment}\n") for comment, _, tree, _, oid in PUBLISHED[:2]
    ]


@pytest.mark.parametrize(("comment", "second", "tree", "parent", "oid"), PUBLISHED)
def test_every_published_commit_has_the_id_that_its_parts_give(
    comment: str, second: int, tree: str, parent: str, oid: str
) -> None:
    when = datetime(2014, 12, 16, 20, 41, second, tzinfo=UTC)
    who = Signature(NAME, EMAIL, when)
    parents = (parent,) if parent else ()

    content = commit_content(tree, parents, who, who, f"{comment}\n")

    assert stage("commit", content).oid == oid
