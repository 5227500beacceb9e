"""Webhooks of all kinds behind real sockets: some listen, the others are trouble."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SECRET = "T000-B000-0123456789abcdef"
"""What every address of a receiver has in it, and nothing else may show."""


@dataclass
class Receiver:
    """Where to send, and the bodies that came; `released` lets it end what it does.

    `cut` is set when its peer closed the connection in the midst of an answer.
    """

    behave: "Behaviour"
    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    cut: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/{SECRET}?sig={SECRET}"

    def read(self, peer: socket.socket) -> None:
        """Take in a whole request."""
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += _some(peer)
        head, _, body = raw.partition(b"\r\n\r\n")
        (length,) = (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        while len(body) < length:
            body += _some(peer)
        self.heads.append(head)
        self.bodies.append(body)

    def drip(self, peer: socket.socket, piece: bytes) -> None:
        """Send a piece again and again, until nobody wants it any more."""
        while not self.released.wait(0.02):
            try:
                peer.sendall(piece)
            except OSError:
                self.cut.set()
                return


type Behaviour = Callable[[Receiver, socket.socket], None]


def answers(raw: bytes) -> Behaviour:
    """Takes the request in, and answers so."""

    def behave(receiver: Receiver, peer: socket.socket) -> None:
        receiver.read(peer)
        peer.sendall(raw)

    return behave


def drips(start: bytes, piece: bytes) -> Behaviour:
    """Begins to answer so, and never comes to an end."""

    def behave(receiver: Receiver, peer: socket.socket) -> None:
        receiver.read(peer)
        peer.sendall(start)
        receiver.drip(peer, piece)

    return behave


def hangs(receiver: Receiver, peer: socket.socket) -> None:
    """Takes the request in, and says nothing until the other side has gone."""
    receiver.read(peer)
    if peer.recv(1) == b"":
        receiver.cut.set()


def resets(receiver: Receiver, peer: socket.socket) -> None:
    """Takes the request in, and resets the connection."""
    receiver.read(peer)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up(receiver: Receiver, peer: socket.socket) -> None:
    """Takes the request in, and closes the connection."""
    receiver.read(peer)


@contextmanager
def receiving(behave: Behaviour) -> Iterator[Receiver]:
    """A webhook on this machine that does so with each connection."""
    receiver = Receiver(behave)
    with socket.create_server(("127.0.0.1", 0)) as server:
        receiver.port = server.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(receiver, server))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(receiver: Receiver, server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            peer, _ = server.accept()
            with peer, suppress(OSError, EOFError):
                receiver.behave(receiver, peer)


def _some(peer: socket.socket) -> bytes:
    received = peer.recv(65_536)
    if not received:
        raise EOFError
    return received
