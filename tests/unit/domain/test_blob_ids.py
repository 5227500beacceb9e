"""A blob's id is Git's own."""

import subprocess

import pytest

from shared.domain.blob_ids import blob_id


@pytest.mark.parametrize(
    "content", [b"", b"x", b"a\r\nb\r\n", b"\xef\xbb\xbf", bytes(range(256)) * 5_000]
)
def test_a_blob_id_is_the_one_git_gives(content: bytes) -> None:
    given = subprocess.run(
        ["git", "hash-object", "--stdin", "--no-filters"],
        input=content,
        capture_output=True,
        check=True,
    )

    assert blob_id(content) == given.stdout.decode().strip()
