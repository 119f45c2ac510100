"""What goes to the server, and what is believed of its answers."""

import base64
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from katip.reader import server as server_module
from katip.reader.errors import Exit, ReaderError
from katip.reader.reading import Evidence
from katip.reader.server import Server, Session
from tests.reader.doubles import CHALLENGE, CODE, TOKEN, LoopbackServer, Reply, server_run

SESSION = Session(TOKEN, CHALLENGE)
EVIDENCE = Evidence(b"object", {1: b"one", 15: b"fifteen"}, b"signature")


@pytest.fixture
def loopback() -> Iterator[LoopbackServer]:
    with server_run() as running:
        yield running


def key_of(call: Callable[[], object]) -> str:
    with pytest.raises(ReaderError) as raised:
        call()
    assert raised.value.code in {Exit.SERVER, Exit.USAGE}
    return raised.value.key


def test_a_code_becomes_a_session(loopback: LoopbackServer) -> None:
    session = Server(loopback.url).claim(CODE)
    assert (session.token, session.challenge) == (TOKEN, CHALLENGE)
    assert loopback.body("claim") == {"code": CODE}
    assert TOKEN not in repr(session)


def test_evidence_goes_as_documented(loopback: LoopbackServer) -> None:
    verdict = Server(loopback.url, language="en").hand_in(SESSION, EVIDENCE)
    assert (verdict.level, verdict.reasons) == ("chip_with_clone_check", ())
    assert loopback.body("evidence") == {
        "security_object": base64.b64encode(b"object").decode(),
        "data_groups": {"1": base64.b64encode(b"one").decode(), "15": base64.b64encode(b"fifteen").decode()},
        "signature": base64.b64encode(b"signature").decode(),
    }
    _, _, headers = loopback.calls[0]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Content-Type"] == "application/json"
    assert headers["Accept-Language"] == "en"
    Server(loopback.url).hand_in(SESSION, Evidence(b"object", {}, None))
    assert loopback.calls[1][1]["signature"] is None


@pytest.mark.parametrize(
    "url",
    [
        "http://katip.example",
        "http://127.0.0.1.katip.example",
        "http://localhost.katip.example",
        "ftp://127.0.0.1",
        "127.0.0.1:8000",
        "",
        "https://",
        "https://user:secret@katip.example",
        "https://katip.example/?a=b",
        "https://katip.example/#a",
        "https://katip.example:port",
        "https://[::1",
    ],
)
def test_only_encrypted_addresses_are_taken_but_for_this_computer(url: str) -> None:
    assert key_of(lambda: Server(url)) == "address"


@pytest.mark.parametrize(
    "url",
    ["http://localhost:8000/", "http://127.0.0.1", "http://127.9.9.9:1", "http://[::1]:8000", "https://katip.example"],
)
def test_addresses_that_are_taken(url: str) -> None:
    Server(url)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(loopback: LoopbackServer, status: int) -> None:
    loopback.replies["evidence"] = (status, None)
    assert key_of(lambda: Server(loopback.url).hand_in(SESSION, EVIDENCE)) == "server_strange"
    assert loopback.names == ["evidence"]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "unknown_code"),
        (410, "expired"),
        (409, "used"),
        (422, "malformed"),
        (413, "too_large"),
        (429, "slow_down"),
    ],
)
def test_refusals_are_told_in_words_of_our_own(loopback: LoopbackServer, status: int, code: str) -> None:
    loopback.replies["claim"] = (status, {"error": code, "message": "…"})
    assert key_of(lambda: Server(loopback.url).claim(CODE)) == code


def test_other_refusals_are_told_in_the_servers_words_without_control_characters(loopback: LoopbackServer) -> None:
    loopback.replies["claim"] = (503, {"error": "reader", "message": "Bakım \x1b[2Jvar." + "x" * 5000})
    with pytest.raises(ReaderError) as raised:
        Server(loopback.url).claim(CODE)
    assert raised.value.key == "server_refused"
    detail = raised.value.parts["detail"]
    assert isinstance(detail, str)
    assert detail.startswith("Bakım  [2Jvar.")
    assert len(detail) == 600


@pytest.mark.parametrize(
    "reply",
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b"[" * 50_000),
        (200, json.dumps({"session": TOKEN, "challenge": "AAECAwQFBgc="}).encode() + b" " * 70_000),
        (200, {"session": TOKEN, "challenge": "AAAA"}),
        (200, {"session": TOKEN, "challenge": "§"}),
        (200, {"session": TOKEN, "challenge": 8}),
        (200, {"session": "a\r\nHost: b", "challenge": base64.b64encode(CHALLENGE).decode()}),
        (200, {"session": 1, "challenge": base64.b64encode(CHALLENGE).decode()}),
        (404, b"<html>"),
        (500, b""),
    ],
)
def test_strange_answers_to_a_claim_end_it(loopback: LoopbackServer, reply: Reply) -> None:
    loopback.replies["claim"] = reply
    assert key_of(lambda: Server(loopback.url).claim(CODE)) == "server_strange"


@pytest.mark.parametrize("answer", [{}, {"verdict": "maybe", "reasons": []}, {"verdict": "refused", "reasons": "all"}])
def test_strange_verdicts_are_none(loopback: LoopbackServer, answer: Mapping[str, Any]) -> None:
    loopback.replies["evidence"] = (200, answer)
    assert key_of(lambda: Server(loopback.url).hand_in(SESSION, EVIDENCE)) == "server_strange"


def test_a_server_that_is_not_there_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert key_of(lambda: Server(f"http://127.0.0.1:{port}").claim(CODE)) == "unreachable"


def test_a_stage_that_does_not_arrive_changes_nothing_but_an_expired_session_does(loopback: LoopbackServer) -> None:
    Server("http://127.0.0.1:9").stage(SESSION, "reading")
    Server("http://127.0.0.1:9").abandon(SESSION, "no_card")
    loopback.replies["stage"] = (410, {"error": "expired", "message": ""})
    assert key_of(lambda: Server(loopback.url).stage(SESSION, "reading")) == "expired"


def test_a_server_that_answers_drop_by_drop_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with _listening(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + b" " * 60_000) as port:
        server = Server(f"http://127.0.0.1:{port}")
        monkeypatch.setattr(server_module, "ANSWER_SECONDS", 0)
        with pytest.raises(ReaderError) as raised:
            server.claim(CODE)
    assert (raised.value.key, raised.value.parts) == ("server_strange", {"detail": "size"})


def test_what_is_not_http_is_told() -> None:
    with _listening(b"SSH-2.0-OpenSSH\r\n" * 20) as port:
        assert key_of(lambda: Server(f"http://127.0.0.1:{port}").claim(CODE)) == "unreachable"


def test_a_certificate_that_nobody_vouches_for_ends_it_before_anything_is_sent(tmp_path: Path) -> None:
    certificate = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    reply = b'HTTP/1.1 404 Not Found\r\nContent-Length: 24\r\n\r\n{"error":"unknown_code"}'
    with _listening(reply, context) as port:
        assert key_of(lambda: Server(f"https://localhost:{port}").claim(CODE)) == "certificate"
    with _listening(reply, context) as port:
        assert key_of(lambda: Server(f"https://127.0.0.1:{port}", ca_file=certificate).claim(CODE)) == "certificate"
    with _listening(reply, context) as port:
        assert key_of(lambda: Server(f"https://localhost:{port}", ca_file=certificate).claim(CODE)) == "unknown_code"


@contextmanager
def _listening(reply: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that answers one connection with these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listener.accept()
        if context:
            connection = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with connection, suppress(OSError):
            if isinstance(connection, ssl.SSLSocket):
                connection.do_handshake()
            asked = piece = connection.recv(65536)
            while piece and not asked.endswith(b"}"):  # head and body come apart
                piece = connection.recv(65536)
                asked += piece
            connection.sendall(reply)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join()
        listener.close()


def _certificate(folder: Path) -> Path:
    """A certificate for localhost that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    return file
