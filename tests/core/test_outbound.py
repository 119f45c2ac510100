"""Asking a server that somebody else names: only at addresses that were looked at, and only there."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from katip.core.networks import is_public, is_public_or_loopback
from katip.core.outbound import Answer, Bounds, Fault, OutboundError, ask

BOUNDS = Bounds(3, 1000)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\nok"


class Listening:
    """A server on loopback that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.answer = OK
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                held, _ = self._socket.accept()
                with held:
                    self.asked.append(held.recv(65_536))
                    held.sendall(self.answer)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(3)


@pytest.fixture
def listening() -> Iterator[Listening]:
    made = Listening()
    yield made
    made.close()


class Resolver:
    """Tells other addresses each time, and how often it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        del host
        told = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in told
        ]


def resolves(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> Resolver:
    made = Resolver(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", made)
    return made


def post(port: int, host: str = "kanca.example", allowed: Any = is_public) -> Answer:
    return ask(f"http://{host}:{port}/al", bounds=BOUNDS, body=b"{}", allowed=allowed)


def refused(port: int, host: str = "kanca.example") -> Fault:
    with pytest.raises(OutboundError) as caught:
        post(port, host)
    return caught.value.fault


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"])
def test_no_writing_of_loopback_is_asked(listening: Listening, host: str) -> None:
    assert refused(listening.port, host) == Fault.FORBIDDEN
    assert listening.asked == []


def test_one_forbidden_address_among_public_ones_forbids_the_name(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves(monkeypatch, ["1.1.1.1", "8.8.8.8", "9.9.9.9", "1.0.0.1", "149.112.112.112", "127.0.0.1"])
    assert refused(listening.port) == Fault.FORBIDDEN
    assert listening.asked == []


def test_a_resolver_that_answers_differently_the_second_time_leads_nowhere_else(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = resolves(monkeypatch, ["1.1.1.1"], ["127.0.0.1"])
    dialled: list[Any] = []

    def connect(held: socket.socket, address: Any) -> None:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert refused(listening.port) == Fault.UNREACHABLE
    assert (resolver.asked, dialled, listening.asked) == (1, [("1.1.1.1", listening.port)], [])


def test_the_name_stands_in_the_request_that_goes_to_the_address(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    answer = post(listening.port, allowed=is_public_or_loopback)
    assert (answer.status, answer.retry_after) == (200, "7")
    assert f"Host: kanca.example:{listening.port}\r\n".encode() in listening.asked[0]


def test_a_redirect_is_not_followed(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = resolves(monkeypatch, ["127.0.0.1"])
    listening.answer = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(OutboundError) as caught:
        post(listening.port, allowed=is_public_or_loopback)
    assert (caught.value.fault, resolver.asked) == (Fault.REDIRECTED, 1)


def test_without_a_word_about_addresses_any_may_be_asked(listening: Listening) -> None:
    assert ask(f"http://127.0.0.1:{listening.port}/", bounds=BOUNDS).status == 200
