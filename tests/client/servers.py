"""Servers that answer badly: each connection gets the next answer, byte for byte."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

SILENCE = b""
"""Nothing, until the caller has had enough."""


def an_answer(status: str, body: str = "", *headers: str) -> bytes:
    content = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + content


def json_answer(status: str, body: str, *headers: str) -> bytes:
    return an_answer(status, body, "Content-Type: application/json", *headers)


@contextmanager
def server_of(answers: Sequence[bytes]) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the requests that it heard."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            for answer in answers:
                connection, _ = listening.accept()
                with connection:
                    heard.append(connection.recv(65_536).decode())
                    if answer is SILENCE:
                        connection.recv(1)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{port}", heard
        thread.join()
