"""What every server of the one-machine stack can be asked besides its API."""

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import requests
from aiohttp import web

from local.control import ROUTE_NAME, Control, route_template
from local.faults import flipped
from local.serving import serve_in_thread
from tests.local.host.bench import eventually


@dataclass
class FakeClock:
    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Shop:
    """A server with one counter, so that an effect can be seen."""

    url: str
    clock: FakeClock
    taken: list[bytes]
    http: requests.Session

    def local(self, method: str, path: str, body: object = None) -> object:
        answer = self.http.request(
            method, f"{self.url}/_local/{path}", data=json.dumps(body)
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, **wanted: object) -> None:
        self.local("POST", "faults", [{"path": "/items", **wanted}])

    def put(self, body: bytes = b"abcdef") -> requests.Response:
        return self.http.post(f"{self.url}/items/7?name=a%20b", data=body, timeout=5)

    def stats(self) -> dict[str, object]:
        stats = self.local("GET", "stats")
        assert isinstance(stats, dict)
        return stats


def shop_app(control: Control, taken: list[bytes]) -> web.Application:
    async def put(request: web.Request) -> web.Response:
        taken.append(await request.read())
        return web.Response(body=b"thanks")

    async def named(request: web.Request) -> web.Response:
        request[ROUTE_NAME] = "/named/really"
        raise web.HTTPNotFound(text="no")

    app = web.Application()
    app.router.add_post("/items/{id}", put)
    app.router.add_get("/named/{rest:.*}", named)
    control.mount(app)
    return app


def refusal(_request: web.Request, status: int, message: str) -> web.Response:
    return web.json_response({"shape": "ours", "message": message}, status=status)


@pytest.fixture
def shop() -> Iterator[Shop]:
    clock, taken = FakeClock(), list[bytes]()
    control = Control(error_shape=refusal, clock=clock, sleep=clock.sleep)
    with (
        serve_in_thread(shop_app(control, taken)) as url,
        requests.Session() as http,
    ):
        yield Shop(url, clock, taken, http)


def test_requests_are_counted_by_method_and_route_template(shop: Shop) -> None:
    shop.put()
    shop.put(b"longer than that")
    shop.http.get(f"{shop.url}/named/x/y")
    shop.http.get(f"{shop.url}/nowhere")

    stats = shop.stats()
    assert stats["total"] == 4
    assert stats["routes"] == {
        "GET (unknown)": 1,
        "GET /named/really": 1,
        "POST /items/{id}": 2,
    }
    assert stats["statuses"] == {"200": 2, "404": 2}


def test_bodies_are_measured_per_route(shop: Shop) -> None:
    shop.put(b"12345")
    shop.put(b"1234567890")

    stats = shop.stats()
    assert stats["bytes_in"] == {"POST /items/{id}": 15}
    assert stats["bytes_out"] == {"POST /items/{id}": 12}
    assert stats["max_body"] == {"POST /items/{id}": 10}


def test_a_body_sent_in_chunks_is_measured_too(shop: Shop) -> None:
    shop.http.post(f"{shop.url}/items/1", data=iter([b"12", b"345"]))

    assert shop.stats()["max_body"] == {"POST /items/{id}": 5}


def test_counts_start_anew_and_never_count_themselves(shop: Shop) -> None:
    shop.put()
    shop.local("DELETE", "stats")

    assert shop.stats()["total"] == 0


def test_the_log_says_when_each_request_arrived_and_how_long_it_took(
    shop: Shop,
) -> None:
    shop.put()
    shop.clock.now = 103.5
    shop.local("POST", "limits", {"latency_ms": 250})
    shop.put()

    assert shop.local("GET", "log?since=100") == [
        {
            "t": 103.5,
            "method": "POST",
            "route": "/items/{id}",
            "path": "/items/7?name=a b",
            "status": 200,
            "seconds": 0.25,
        }
    ]


def test_a_status_fault_answers_in_the_shape_of_the_server(shop: Shop) -> None:
    shop.fault(status=503, headers={"Retry-After": "4"}, times=1)

    first, second = shop.put(), shop.put()

    assert (first.status_code, first.json()["shape"]) == (503, "ours")
    assert first.headers["Retry-After"] == "4"
    assert second.status_code == 200
    assert shop.taken == [b"abcdef"]


def test_a_fault_after_the_effect_hides_that_it_took_place(shop: Shop) -> None:
    shop.fault(status=500, body="<html>oops</html>", when="after", times=1)

    answer = shop.put()

    assert (answer.status_code, answer.text) == (500, "<html>oops</html>")
    assert shop.taken == [b"abcdef"]


@pytest.mark.parametrize(("when", "taken"), [("before", 0), ("after", 1)])
def test_a_cut_closes_the_connection_without_an_answer(
    shop: Shop, when: str, taken: int
) -> None:
    shop.fault(effect="cut", when=when, times=1)

    with pytest.raises(requests.ConnectionError):
        shop.put()

    assert len(shop.taken) == taken
    assert shop.stats()["statuses"] == {"cut": 1}
    assert shop.put().status_code == 200


def test_a_truncated_answer_ends_before_its_promised_length(shop: Shop) -> None:
    shop.fault(effect="truncate", times=1)

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        shop.put()

    assert shop.taken == [b"abcdef"]


def test_a_hanging_request_lasts_until_its_client_goes(shop: Shop) -> None:
    shop.fault(effect="hang", times=1)

    with pytest.raises(requests.ReadTimeout):
        shop.http.post(f"{shop.url}/items/1", data=b"x", timeout=0.2)

    assert shop.taken == []


def test_a_server_stops_while_a_request_hangs() -> None:
    arrived, failed = threading.Event(), threading.Event()

    def route_of(request: web.Request) -> str:
        arrived.set()
        return route_template(request)

    control = Control(route_of=route_of)

    def ask(url: str) -> None:
        try:
            requests.post(f"{url}/items/1", data=b"x", timeout=30)
        except requests.ConnectionError:
            failed.set()

    with serve_in_thread(shop_app(control, [])) as url:
        control.faults.arm({"path": "/items", "effect": "hang"})
        client = threading.Thread(target=ask, args=(url,))
        client.start()
        arrived.wait(10)
    client.join(10)

    assert failed.is_set()


def test_a_fault_can_be_armed_while_a_request_runs(shop: Shop) -> None:
    def fired() -> list[int]:
        answer = requests.get(f"{shop.url}/_local/faults", timeout=5)
        return [fault["fired"] for fault in answer.json()]

    shop.fault(effect="hang", times=1)
    with ThreadPoolExecutor() as pool:
        address = f"{shop.url}/items/1"
        hanging = pool.submit(requests.post, address, data=b"x", timeout=3)
        eventually(lambda: fired() == [1])
        shop.fault(status=503, times=1)
        refused = shop.put()
        with pytest.raises(requests.ReadTimeout):
            hanging.result()

    assert refused.status_code == 503
    assert shop.put().status_code == 200


def test_a_flip_changes_one_byte_of_the_answer(shop: Shop) -> None:
    shop.fault(effect="flip", times=1)

    spoilt, sound = shop.put().content, shop.put().content

    assert sound == b"thanks"
    assert len(spoilt) == len(sound)
    assert sum(a != b for a, b in zip(spoilt, sound, strict=True)) == 1


def test_a_flip_before_changes_one_byte_of_what_the_server_reads(shop: Shop) -> None:
    shop.fault(effect="flip", when="before", at=0, times=1)

    shop.put(b"abc")

    assert shop.taken == [b"bbc"]


def test_a_flip_leaves_json_readable() -> None:
    body = json.dumps({"content": "cHJpbnQoMSk=", "file_type": "py"}).encode()

    assert json.loads(flipped(body)) != json.loads(body)


def test_a_slow_request_waits_and_is_answered(shop: Shop) -> None:
    shop.fault(effect="slow", seconds=30, times=1)

    assert shop.put().status_code == 200
    assert shop.clock.slept == [30]


def test_a_fault_lets_requests_through_and_fires_as_often_as_asked(shop: Shop) -> None:
    shop.fault(status=500, skip=1, times=2)

    statuses = [shop.put().status_code for _ in range(4)]

    assert statuses == [200, 500, 500, 200]
    armed = shop.local("GET", "faults")
    assert isinstance(armed, list)
    assert [(one["fired"], one["left"]) for one in armed] == [(2, 0)]


def test_a_fault_is_chosen_by_method_and_decoded_query(shop: Shop) -> None:
    shop.fault(status=500, method="get")
    shop.local("POST", "faults", [{"path": "name=a b$", "status": 418}])

    assert shop.put().status_code == 418


def test_a_fault_can_look_for_something_in_the_body(shop: Shop) -> None:
    shop.fault(status=400, containing="s3cret")

    statuses = [shop.put(b"nothing").status_code, shop.put(b"a s3cret").status_code]

    assert statuses == [200, 400]
    assert shop.taken == [b"nothing"]


def test_disarmed_faults_do_nothing(shop: Shop) -> None:
    shop.fault(status=500)
    shop.local("DELETE", "faults")

    assert shop.put().status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"path": "("},
        {"path": "x"},
        {"path": "x", "effect": "bang"},
        {"path": "x", "status": 500, "tmes": 1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(
    shop: Shop, wanted: dict[str, object]
) -> None:
    body = json.dumps([wanted])
    answer = shop.http.post(f"{shop.url}/_local/faults", data=body)

    assert answer.status_code == 400
    assert shop.local("GET", "faults") == []


def test_latency_is_added_to_each_request(shop: Shop) -> None:
    shop.local("POST", "limits", {"latency_ms": 250})

    shop.put()
    shop.put()

    assert shop.clock.slept == [0.25, 0.25]


def test_a_rate_limit_answers_429_until_tokens_are_back(shop: Shop) -> None:
    limits = {"requests_per_second": {"^POST /items": 2}, "retry_after": 3}
    shop.local("POST", "limits", limits)

    at_once = [shop.put() for _ in range(3)]
    shop.clock.now += 0.5
    later = [shop.put().status_code for _ in range(2)]

    assert [answer.status_code for answer in at_once] == [200, 200, 429]
    assert at_once[2].headers["Retry-After"] == "3"
    assert at_once[2].json()["shape"] == "ours"
    assert later == [200, 429]


def test_a_rate_limit_may_leave_the_header_out(shop: Shop) -> None:
    limits = {"requests_per_second": {"items": 1}, "retry_after": None}
    shop.local("POST", "limits", limits)

    shop.put()

    assert "Retry-After" not in shop.put().headers


def test_a_compressed_body_reaches_the_handler_plain(shop: Shop) -> None:
    body = gzip.compress(b"packed")
    headers = {"Content-Encoding": "gzip"}
    shop.http.post(f"{shop.url}/items/1", data=body, headers=headers)

    assert shop.taken == [b"packed"]


def test_a_taken_port_is_an_error_of_the_caller(shop: Shop) -> None:
    port = int(shop.url.rsplit(":", 1)[1])

    with (
        pytest.raises(OSError, match="address already in use"),
        serve_in_thread(web.Application(), port=port),
    ):
        pass
