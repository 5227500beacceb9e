"""ZIPS: blobs and folders as zip archives; knows trees and blobs, no HTTP.

Documented: Azure DevOps Git REST 7.1, "Blobs - Get Blobs Zip", "Items" with
`$format=zip`, "Trees - Get". How the entries of a folder are named is a guess: below
the folder's own name, nothing for the root.
"""

import io
import zipfile
from collections.abc import Iterable

from local.azure_devops.objects import ObjectStore
from local.azure_devops.tree_reads import Found, descend

_EARLIEST = (1980, 1, 1, 0, 0, 0)


def zip_of_folder(objects: ObjectStore, found: Found) -> bytes:
    """Pack all files below a folder, or one file."""
    cut = len(found.path.rsplit("/", 1)[0]) + 1
    below = descend(objects, found) if found.entry.is_tree else iter([found])
    return _zipped(
        (one.path[cut:], objects.blob(one.entry.oid))
        for one in below
        if one.entry.kind == "blob"
    )


def zip_of_blobs(objects: ObjectStore, oids: Iterable[str]) -> bytes:
    """Pack blobs under their ids; raises MissingObjectError."""
    return _zipped((oid, objects.blob(oid)) for oid in oids)


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name.encode("utf-8", "replace").decode(), _EARLIEST)
            # Level 1: the archive crosses one machine, the time is what counts.
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return buffer.getvalue()
