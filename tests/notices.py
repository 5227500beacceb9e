"""Builders and strategies of runs that have ended, and of what is told of them."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from shared.domain.notices import Findings, Notice, notice_of
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.record import Named
from shared.domain.remedies import Remedy
from shared.domain.runs import Request, Run, RunStatus, Stop, Tally
from shared.domain.slices import Slice
from tests.run_builders import SOME_NIGHT, a_request, a_run

HOSTILE = (
    "<!channel> <@U012AB3CD> <https://evil.example|click>",
    "[click](https://evil.example) <at>everyone</at> ![x](https://evil.example/x)",
    "*bold* _it_ ~no~ `code` ```block``` > quote # head",
    "&lt;!here&gt; &amp; <#C024BE7LR> <!subteam^SAZ94GDB8>",
    "line\nbreak\r\ttab\x00\x1b[31mred\x7f\u2028\u2029\x85",
    "\u202etxt.exe\u2066\u200b\u200d\ufeff half \ud83d \udc80",
    "{{DATE(2026-11-26T00:00:00Z)}} ${x} @{y} https://evil.example",
    "\U0001f600" * 400,
    "`" * 400,
    "&<>" * 400,
)

texts = st.sampled_from(HOSTILE) | st.text(max_size=500)
counts = st.integers(0, 2**63)


def a_failure(path: str, **facts: Any) -> Outcome:
    """A failure that heals by itself, and is news."""
    plain = {"detail": "the workspace said 500", "remedy": Remedy.WAIT}
    return Outcome(kind=OutcomeKind.FAILED, path=path, **{**plain, **facts})


def an_end(
    status: RunStatus = RunStatus.COMPLETE, request: Request | None = None, **facts: Any
) -> Run:
    """A run that ended so, an hour after it was opened."""
    request = replace(request or a_request(), opened_at=SOME_NIGHT)
    ended = SOME_NIGHT + timedelta(hours=1)
    return a_run(request, **{"status": status, "finished_at": ended, **facts})


@st.composite
def ends(draw: st.DrawFn) -> Run:
    """Any run that has ended, with any counts and errors."""
    slices = st.none() | st.just(Slice(1, 30))
    tally = Tally(**{f.name: draw(st.just(0) | counts) for f in fields(Tally)})
    took = draw(st.timedeltas(timedelta(days=-1), timedelta(days=400)))
    request = a_request(
        opened_at=SOME_NIGHT, slice=draw(slices), dry_run=draw(st.booleans())
    )
    return a_run(
        request,
        status=draw(st.sampled_from([s for s in RunStatus if not s.open])),
        stop=draw(st.sampled_from(Stop)),
        error=draw(st.just("") | texts),
        rewritten=draw(st.booleans()),
        unchanged=draw(st.booleans()),
        commit=draw(st.sampled_from(["", "c" * 40])),
        tally=tally,
        finished_at=draw(st.none() | st.just(SOME_NIGHT + took)),
    )


@st.composite
def findings(draw: st.DrawFn) -> Findings:
    """Any failures and changed folders."""
    remedies = st.none() | st.sampled_from(Remedy)
    failures = st.builds(
        a_failure, texts, detail=texts, remedy=remedies, known=st.booleans()
    )
    named = tuple(draw(st.lists(failures, max_size=8)))
    folders = st.lists(st.tuples(texts, counts), max_size=5).map(tuple)
    return Findings(Named(named, len(named) + draw(st.just(0) | counts)), draw(folders))


notices: st.SearchStrategy[Notice] = st.builds(notice_of, ends(), findings())


def the_largest() -> Notice:
    """As much as can be told, of whatever becomes longest on its way."""
    return _filled("\U0001f600" * 5_000)


def the_most_escaped() -> Notice:
    """As much as can be told, of what is escaped at the greatest length."""
    return _filled("&" * 5_000)


def _filled(text: str) -> Notice:
    failure = a_failure(text, detail=text, remedy=Remedy.ALLOW_PUSH)
    tally = Tally(**{f.name: 2**63 for f in fields(Tally)})
    facts: dict[str, Any] = {
        "tally": tally,
        "error": text,
        "rewritten": True,
        "commit": "c" * 40,
    }
    run = an_end(RunStatus.INCOMPLETE, stop=Stop.DEADLINE, **facts)
    named = Named((failure,) * 8, 2**63)
    return notice_of(run, Findings(named, ((text, 2**63),) * 5))
