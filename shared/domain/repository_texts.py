"""DECISIONS: the words this product leaves in the backup repository."""

import re

from shared.domain.run_ids import is_run_id
from shared.domain.runs import Run, RunStatus, ShardKind, Tally

GITATTRIBUTES = b"* -text\n"

README = """\
# Backup of a Databricks workspace

Written by an Azure Functions app, every night. Please do not edit what it manages:
an edited notebook is put right by the next run (and named in its record).
Files of your own are left alone.

- Notebooks, files and dashboards lie where they lie in the workspace, each with the
  extension of its language.
- `.backup/folders/.../folder.json` is a folder's manifest: exact names, types,
  languages, ids, sizes and blob ids of what is stored, and what is not and why.
- `.backup/runs/yyyy/mm/dd/<run id>.json` is the record of a run. The commit that
  adds it is a restore point; complete runs of the whole workspace also carry the tag
  `backup/<run id>`.

## Get something back by hand

    git log --oneline -- "Users/someone@example.com/etl.py"
    git show backup/<run id>:"Users/someone@example.com/etl.py" > etl.py

The file imports as it is: Workspace > Import, or `databricks workspace import`.
""".encode("ascii")


SETUP_COMMENT = "Set up the backup branch"
PROBE_COMMENT = "Prove that the backup may push; this branch is removed again"


def push_token(run_id: str, shard: int, attempt: int, push: int) -> str:
    """What tells one push from every other, also after an answer that got lost."""
    return f"Backup-Push: {run_id}/{shard}/{attempt}/{push}"


def shard_comment(
    run: Run, kind: ShardKind, token: str, tally: Tally, seconds: float
) -> str:
    """The message of a shard's commit."""
    count = tally.stored if kind is ShardKind.STORE else tally.deleted + tally.moved
    verb = "Back up" if kind is ShardKind.STORE else "Remove"
    what = f"{verb} {count} object{'' if count == 1 else 's'}"
    lines = [what, ""]
    if run.request.message:
        lines += [run.request.message, ""]
    lines += [
        f"Bytes: {tally.stored_bytes}",
        f"Seconds: {seconds:.1f}",
        f"Backup-Run: {run.id}",
        token,
    ]
    return "\n".join(lines)


def record_comment(run: Run, status: RunStatus, seconds: float) -> str:
    """The message of the commit that closes a run."""
    tally = run.tally
    lines = [
        (
            f"Backup {status.value}: {tally.stored} stored, {tally.deleted} deleted, "
            f"{tally.failed} failed"
        ),
        "",
    ]
    if run.request.message:
        lines += [run.request.message, ""]
    lines += [
        f"Seconds: {seconds:.1f}",
        f"Backup-Run: {run.id}",
        f"Backup-Record: {run.id}",
    ]
    return "\n".join(lines)


def is_record_comment(comment: str, run_id: str) -> bool:
    """Whether the commit of this message says that it closes the run."""
    return f"Backup-Record: {run_id}" in _trailers(comment)


def recorded_run(comment: str) -> str:
    """The id of the run that the commit of this message says it closes, or nothing."""
    return _trailer(comment, "Backup-Record: ")


def run_of(comment: str) -> str:
    """The id of the run that the commit of this message says made it, or nothing."""
    return _trailer(comment, "Backup-Run: ")


def is_run_comment(comment: str, run_id: str) -> bool:
    """Whether the commit of this message says that this run made it."""
    return f"Backup-Run: {run_id}" in _trailers(comment)


def is_push_comment(comment: str, token: str) -> bool:
    """Whether the commit of this message says that it is the push of this token."""
    return token in _trailers(comment)


def _trailer(comment: str, name: str) -> str:
    values = (t.removeprefix(name) for t in _trailers(comment) if t.startswith(name))
    return next(filter(is_run_id, values), "")


def _trailers(comment: str) -> list[str]:
    """The last paragraph's lines. A caller's own line, above them, never counts."""
    return re.split(r"\n\s*\n", comment.strip())[-1].splitlines()
