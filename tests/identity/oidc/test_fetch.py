"""One request to a provider: bounded whatever comes back, and over TLS that is checked."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from katip.identity.oidc import fetch as module
from katip.identity.oidc.fetch import fetch
from katip.identity.oidc.reasons import ProviderRefusedError

Answer = Callable[[socket.socket], None]


@pytest.fixture
def served() -> Iterator[Callable[[Answer], str]]:
    """A server that answers one request by hand."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(answer: Answer) -> str:
        def run() -> None:
            held, _ = listening.accept()
            with held, suppress(OSError):
                held.recv(65_536)
                answer(held)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/x?y=1"

    yield serve
    for thread in threads:
        thread.join(5)
    listening.close()


def sends(*pieces: bytes, pause: float = 0) -> Answer:
    def answer(held: socket.socket) -> None:
        for piece in pieces:
            held.sendall(piece)
            time.sleep(pause)

    return answer


OK = b"HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=utf-8\r\n"
CASES: dict[str, tuple[Answer, str]] = {
    "headers that drip": (sends(*[b"H"] * 40, pause=0.05), "slow"),
    "one hundred after the other": (sends(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 40, pause=0.05), "slow"),
    "a body that drips": (sends(OK + b"\r\n", *[b" "] * 40, pause=0.05), "slow"),
    "silence": (lambda _: time.sleep(0.6), "slow"),
    "chunks that drip": (sends(OK + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 40, pause=0.05), "slow"),
    "endless headers": (sends(OK, *[b"X-%d: y\r\n" % n for n in range(200)], b"\r\n"), "unreachable"),
    "an endless header": (sends(OK, b"X: " + b"y" * 70_000, b"\r\n\r\n"), "unreachable"),
    "no HTTP at all": (sends(b"220 mail.example ESMTP\r\n"), "unreachable"),
    "nothing": (sends(), "unreachable"),
    "less than announced": (sends(OK + b"Content-Length: 9\r\n\r\n{}"), "unreachable"),
    "a broken chunk": (sends(OK + b"Transfer-Encoding: chunked\r\n\r\nz\r\n"), "unreachable"),
    "an endless chunk": (
        sends(OK + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", b"x" * (module.MOST_BYTES + 1)),
        "too_large",
    ),
    "too much": (sends(OK + b"\r\n", b"x" * (module.MOST_BYTES + 1)), "too_large"),
    "something packed": (sends(OK + b"Content-Encoding: br\r\n\r\nx"), "too_large"),
    "a redirect": (sends(b"HTTP/1.1 301 x\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"), "redirected"),
    "a negative length": (sends(OK + b"Content-Length: -1\r\n\r\n"), "unreachable"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_ends_soon_whatever_comes(
    served: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    answer, reason = CASES[case]
    if reason == "slow":
        monkeypatch.setattr(module, "SECONDS", 0.3)
    began = time.monotonic()
    if case == "a negative length":  # http.client takes it for none: what came is whole
        assert fetch(served(answer)).body == b""
        return
    with pytest.raises(ProviderRefusedError) as refused:
        fetch(served(answer))
    assert refused.value.reason == reason
    assert time.monotonic() - began < 2


def test_a_whole_answer_is_read(served: Callable[[Answer], str]) -> None:
    answer = fetch(served(sends(OK + b"Content-Length: 2\r\n\r\n{}")))
    assert (answer.status, answer.media_type, answer.body, answer.is_json) == (200, "application/json", b"{}", True)


def test_nobody_there_is_no_crash() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ProviderRefusedError, match="unreachable"):
        fetch(f"http://127.0.0.1:{port}/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a key and a certificate for `localhost` that no authority knows but itself."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path = tmp_path / "own.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("host", "known", "answers"),
    [("localhost", True, True), ("localhost", False, False), ("127.0.0.1", True, False)],
    ids=["its own authority", "nobody knows it", "another name"],
)
def test_a_certificate_is_checked(certificate: Path, host: str, known: bool, answers: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):
            held, _ = listening.accept()
            with held, context.wrap_socket(held, server_side=True) as secured:
                secured.recv(65_536)
                secured.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    thread = threading.Thread(target=run)
    thread.start()
    address = f"https://{host}:{listening.getsockname()[1]}/"
    try:
        if answers:
            assert fetch(address, ca_file=certificate if known else None).body == b"{}"
        else:
            with pytest.raises(ProviderRefusedError, match="unreachable"):
                fetch(address, ca_file=certificate if known else None)
    finally:
        thread.join(5)
        listening.close()


def test_many_addresses_of_one_name_take_no_more_time_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes up on any of them: a queue that is full answers nothing."""
    with socket.socket() as full, socket.socket() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting.connect(full.getsockname())
        port = full.getsockname()[1]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))] * 50
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        monkeypatch.setattr(module, "SECONDS", 0.3)
        began = time.monotonic()
        with pytest.raises(ProviderRefusedError, match="slow"):
            fetch(f"https://many.example:{port}/")
        assert time.monotonic() - began < 2


def test_a_second_address_is_tried(served: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch) -> None:
    address = served(sends(OK + b"Content-Length: 2\r\n\r\n{}"))
    port = int(address.rpartition(":")[2].partition("/")[0])
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", number)) for number in (1, port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert fetch(address).body == b"{}"


def test_a_server_without_tls_is_none(served: Callable[[Answer], str]) -> None:
    address = served(sends(b"no TLS")).replace("http://", "https://")
    with pytest.raises(ProviderRefusedError, match="unreachable"):
        fetch(address)
