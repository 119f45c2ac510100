"""A timestamp authority on loopback: it answers as RFC 3161 says, or lies in the way that a test asks for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

NOW = datetime.now(UTC).replace(microsecond=0)


@cache
def key() -> rsa.RSAPrivateKey:
    """One key for all: what tells them apart is their certificate."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@cache
def root(common: str = "Test Zaman Kökü") -> x509.Certificate:
    """The root by which the authority is believed."""
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(_name(common))
        .public_key(key().public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=900))
        .not_valid_after(NOW + timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key(), SHA256())
    )


@cache
def certificate(
    *, until: datetime = NOW + timedelta(days=365), usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING
) -> x509.Certificate:
    """The authority's own."""
    return (
        x509.CertificateBuilder()
        .subject_name(_name("Test Zaman Damgası"))
        .issuer_name(root().subject)
        .public_key(key().public_key())
        .serial_number(2)
        .not_valid_before(NOW - timedelta(days=800))
        .not_valid_after(until)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        .sign(key(), SHA256())
    )


def _asn1(each: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(each.public_bytes(Encoding.DER))


def _stamper(own: x509.Certificate, at: datetime) -> DummyTimeStamper:
    plain = key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    above: Any = [_asn1(root())]  # it takes any certificates one after the other
    return DummyTimeStamper(_asn1(own), asn1_keys.PrivateKeyInfo.load(plain), certs_to_embed=above, fixed_dt=at)


class Authority:
    """What the server does (`fault`), and how often it was asked."""

    def __init__(self, folder: Path) -> None:
        self.fault = ""
        self.asked = 0
        self.url = ""
        self.at: datetime | None = None
        self.released = threading.Event()
        self.ca_file = folder / "tsa-root.pem"
        self.ca_file.write_bytes(root().public_bytes(Encoding.PEM))

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """Status and body for one question."""
        self.asked += 1
        plain = {
            "http_500": (500, b"out of order"),
            "garbage": (200, b"\x30\x82\xff\xff not asn.1"),
            "empty": (200, b""),
            "refused": (200, bytes.fromhex("30053003020102")),
            "huge": (200, b"\x30" * 200_000),
        }
        return plain[self.fault] if self.fault in plain else (200, self._stamped(tsp.TimeStampReq.load(body)))

    def _stamped(self, request: tsp.TimeStampReq) -> bytes:
        moment = self.at or datetime.now(UTC)
        match self.fault:
            case "wrong_nonce":
                request["nonce"] = request["nonce"].native + 1
            case "no_nonce":
                del request["nonce"]
            case "wrong_imprint":
                request["message_imprint"]["hashed_message"] = b"\x00" * 32
            case "clock":
                moment -= timedelta(hours=1)
            case "slow":
                self.released.wait(10)
        own = {
            "expired": certificate(until=NOW - timedelta(days=1)),
            "wrong_usage": certificate(usage=ExtendedKeyUsageOID.SERVER_AUTH),
        }.get(self.fault, certificate())
        response: bytes = _stamper(own, moment).request_tsa_response(request).dump()
        if self.fault == "tampered":
            cut = response.rindex(b"\x04\x82\x01\x00") + 40  # in the signature
            return response[:cut] + bytes([response[cut] ^ 1]) + response[cut + 1 :]
        return response


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """An authority that answers while the block runs."""
    held = Authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Type"] != "application/timestamp-query":
                held.fault = "http_500"
            status, answer = held.answer(body)
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return  # who asked has hung up

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield held
    finally:
        held.released.set()
        server.shutdown()
        server.server_close()
