"""A small app for the host's tests. It writes what it saw into the folder OUTBOX."""

import json
import logging
import os
import time
import uuid
from pathlib import Path

import azure.functions as func

app = func.FunctionApp()


def _note(kind: str, **fields: object) -> None:
    folder = Path(os.environ["OUTBOX"])
    name = f"{time.time_ns()}-{uuid.uuid4().hex[:6]}"
    partial = folder / f".{name}"
    partial.write_text(json.dumps({"kind": kind, "pid": os.getpid(), **fields}))
    partial.rename(folder / f"{name}.json")


def _wait_for(gate: str) -> None:
    while not (Path(os.environ["OUTBOX"]) / gate).exists():
        time.sleep(0.01)


@app.queue_trigger(
    arg_name="message", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage"
)
def work(message: func.QueueMessage) -> None:
    order = json.loads(message.get_body())
    _note(
        "work",
        order=order,
        id=message.id,
        dequeued=message.dequeue_count,
        pop_receipt=message.pop_receipt,
        inserted=str(message.insertion_time),
        expires=str(message.expiration_time),
        next_visible=str(message.time_next_visible),
    )
    if gate := order.get("wait_for"):
        _wait_for(gate)
    if order.get("fail") or message.dequeue_count <= order.get("fail_times", 0):
        raise RuntimeError("told to fail")
    if order.get("die"):
        os.kill(os.getpid(), 9)
    _note("done", order=order)


@app.queue_trigger(
    arg_name="message",
    queue_name="%WORK_QUEUE%-poison",
    connection="AzureWebJobsStorage",
)
def poisoned(message: func.QueueMessage) -> None:
    body = message.get_body().decode()
    _note("poisoned", body=body, id=message.id, dequeued=message.dequeue_count)
    if "poison-fails" in body:
        raise RuntimeError("told to fail again")


@app.timer_trigger(arg_name="timer", schedule="%TICK%")
def tick(timer: func.TimerRequest) -> None:
    _note(
        "tick", past_due=timer.past_due, status=getattr(timer, "schedule_status", None)
    )
    if (gate := Path(os.environ["OUTBOX"]) / "tick-waits").exists():
        _wait_for(gate.read_text())
    if (Path(os.environ["OUTBOX"]) / "tick-fails").exists():
        raise RuntimeError("told to fail")


@app.route(route="echo/{word:alpha}/{rest?}", methods=["GET", "POST"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    logging.getLogger("echo").info("echoing %s", req.route_params["word"])
    seen = {
        "method": req.method,
        "url": req.url,
        "word": req.route_params["word"],
        "rest": req.route_params.get("rest"),
        "query": dict(req.params),
        "header": req.headers.get("X-Given"),
        "body": req.get_body().decode("latin-1"),
    }
    return func.HttpResponse(
        json.dumps(seen),
        status_code=201,
        mimetype="application/json",
        headers={"X-Made": "here", "Location": "/there"},
    )


@app.route(route="public", auth_level=func.AuthLevel.ANONYMOUS)
def public(req: func.HttpRequest) -> str:
    return f"hello {req.method}"


@app.route(route="files/{*path}", methods=["GET"])
def files(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.route_params.get("path", ""))


@app.route(route="files/known", methods=["GET"])
def known(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(f"the literal route of {req.method}")


@app.route(route="control/{what}", methods=["GET"])
def control(req: func.HttpRequest) -> func.HttpResponse:
    what = req.route_params["what"]
    if what == "raise":
        raise RuntimeError("told to fail")
    if what == "die":
        os.kill(os.getpid(), 9)
    if what == "wait":
        _note("waiting")
        _wait_for(req.params["for"])
    if what == "env":
        return func.HttpResponse(json.dumps(dict(os.environ)))
    return func.HttpResponse(str(os.getpid()))
