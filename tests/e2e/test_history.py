"""What the backup held, asked of a real app over real HTTP."""

from tests.e2e.trial import Trial

PATH = "/Shared/reports/daily"


def test_versions_bytes_and_differences_are_those_of_the_runs(trial: Trial) -> None:
    runs = []
    for text in ("print(1)\n", "print(2)\n"):
        trial.workspace.notebook(PATH, f"# Databricks notebook source\n{text}")
        runs.append(trial.run()["id"])
    trial.workspace.delete("/Shared/reports")
    runs.append(trial.run(allow_deletions=runs[-1])["id"])

    page = trial.http("GET", "/api/history", params={"path": PATH}).json()
    first = {"path": PATH, "at": runs[0]}
    content = trial.http("GET", "/api/content", params=first)
    query = {"path": PATH, "from": runs[0], "to": runs[1]}
    diff = trial.http("GET", "/api/diff", params=query)
    gone = trial.http("GET", "/api/content", params={"path": PATH})

    assert [(v["run"], v["deleted"]) for v in page["versions"]] == [
        (runs[2], True),
        (runs[1], False),
        (runs[0], False),
    ]
    assert content.content == b"# Databricks notebook source\nprint(1)\n"
    assert content.headers["ETag"] == f'"{page["versions"][2]["blob"]}"'
    assert diff.headers["Content-Type"] == "text/x-diff; charset=utf-8"
    assert diff.text.endswith("-print(1)\n+print(2)\n")
    assert gone.status_code == 404
