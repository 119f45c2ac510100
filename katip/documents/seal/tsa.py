"""Timestamps of an authority (RFC 3161): asking for one, and believing one.

A token is believed by the certificates of `KATIP_SEAL_TSA_CA` alone. Nothing else is fetched, ever. An authority that
fails is left alone for a while, so that its outage does not slow each document.
"""

import asyncio
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from katip.core.outbound import Bounds, OutboundError, ask

BOUNDS = Bounds(seconds=3.0, most_bytes=64 * 1024)
"""of one request"""
TOKEN_BYTES = 8 * 1024
"""the longest token that the room in a seal takes"""
_SKEW = timedelta(minutes=5)
"""how far the authority's clock and ours may be apart"""
_FIRST_PAUSE, _LONGEST_PAUSE = 30.0, 900.0
"""seconds"""
_DIGEST = "sha256"
_GRANTED = {"granted", "granted_with_mods"}


class TimestampError(Exception):
    """There is no timestamp, or it is not believed. `fault` says why, in one word."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class _Response(core.Sequence):  # type: ignore[misc] # asn1crypto is untyped; its own class demands a token in a refusal
    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


@dataclass
class _Breaker:
    """After a failure nobody asks for a while, twice as long each time; then one asks again."""

    until: float = 0.0
    pause: float = 0.0
    fault: str = ""

    def failed(self, fault: str) -> None:
        self.pause = min(max(2 * self.pause, _FIRST_PAUSE), _LONGEST_PAUSE)
        self.until, self.fault = time.monotonic() + self.pause, fault

    def worked(self) -> None:
        self.until = self.pause = 0.0
        self.fault = ""


_breaker = _Breaker()
_lock = threading.Lock()


def is_configured() -> bool:
    """Whether the operator named an authority."""
    return bool(settings.KATIP.seal_tsa_url)


def breaker_reset() -> None:
    """Ask again at once, whatever failed before: for commands that an operator waits for."""
    with _lock:
        _breaker.worked()


def timestamp_get(data: bytes, *, at: datetime) -> bytes:
    """The authority's token over `data`, DER, checked as `timestamp_check` does and against our own clock.

    Raises `TimestampError`; while an outage lasts, at once.
    """
    with _lock:
        if time.monotonic() < _breaker.until:
            raise TimestampError(_breaker.fault)
    try:
        token = _token(data, at)
    except TimestampError as error:
        with _lock:
            _breaker.failed(error.fault)
        raise
    with _lock:
        _breaker.worked()
    return token


def timestamp_check(token: bytes, data: bytes) -> datetime:
    """When `data` was there, by a token that we believe: of an authority of ours, valid at that moment.

    Raises `TimestampError`: `no_authority`, `not_a_token`, `wrong_imprint`, `not_believed`.
    """
    roots = _roots()
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        info = signed["encap_content_info"]["content"].parsed
        moment = info["gen_time"].native
        imprint = info["message_imprint"]
        name, hashed = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TimestampError("not_a_token") from error
    if name not in {"sha256", "sha384", "sha512"} or hashlib.new(name, data).digest() != hashed:
        raise TimestampError("wrong_imprint")
    if not isinstance(moment, datetime) or not _is_believed(signed, roots, moment, data):
        raise TimestampError("not_believed")
    return moment.astimezone(UTC)


def roots_load(file: Path) -> tuple[bytes, ...]:
    """The certificates in a PEM file, DER. Raises `TimestampError` `no_authority` where there are none."""
    try:
        return tuple(each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise TimestampError("no_authority") from error


def _roots() -> tuple[bytes, ...]:
    file: Path | None = settings.KATIP.seal_tsa_ca
    if file is None:
        raise TimestampError("no_authority")
    try:
        return _roots_kept(file, file.stat().st_mtime_ns)
    except OSError as error:
        raise TimestampError("no_authority") from error


@lru_cache(maxsize=2)
def _roots_kept(file: Path, changed: int) -> tuple[bytes, ...]:
    del changed
    return roots_load(file)


def _token(data: bytes, at: datetime) -> bytes:
    nonce = secrets.randbits(63) | 1 << 62
    question = tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": _DIGEST}),
                "hashed_message": hashlib.new(_DIGEST, data).digest(),
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    token = _answered(question.dump(), nonce)
    if len(token) > TOKEN_BYTES:
        raise TimestampError("too_large")
    if abs(timestamp_check(token, data) - at) > _SKEW:
        raise TimestampError("clock")
    return token


def _answered(question: bytes, nonce: int) -> bytes:
    url = settings.KATIP.seal_tsa_url
    if urlsplit(url).scheme not in {"http", "https"}:
        raise TimestampError("address")
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        answer = ask(url, bounds=BOUNDS, body=question, headers=headers)
    except OutboundError as error:
        raise TimestampError(error.fault.value) from error
    if answer.status != 200:  # noqa: PLR2004 -- OK
        raise TimestampError(f"http_{answer.status}")
    try:
        response = _Response.load(answer.body, strict=True)
        status = response["status"]["status"].native
        if status not in _GRANTED:
            raise TimestampError("refused")
        token = response["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        if info["nonce"].native != nonce:
            raise TimestampError("wrong_nonce")
        der: bytes = token.dump()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TimestampError("not_a_token") from error
    return der


def _is_believed(signed: cms.SignedData, roots: tuple[bytes, ...], moment: datetime, data: bytes) -> bool:
    """Whether the token's signature holds, and its certificate stood below one of ours at that moment."""
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(each) for each in roots],
        allow_fetching=False,
        moment=moment,
        revocation_mode="soft-fail",
    )

    async def status() -> dict[str, object]:
        found: dict[str, object] = await validate_tst_signed_data(
            signed, context, lambda name: hashlib.new(name, data).digest()
        )
        return found

    try:
        found = asyncio.run(status())
    except Exception:  # noqa: BLE001 -- whatever a hostile token does to the libraries: it is not believed
        return False
    return bool(found.get("valid")) and bool(found.get("intact")) and found.get("trust_problem_indic") is None


def authority_name(token: bytes) -> str:
    """Who stamped, as the token's signer says: for people who read it; unproved by itself."""
    try:
        signer = cms.ContentInfo.load(token)["content"]["signer_infos"][0]["sid"].chosen
        if isinstance(signer, core.OctetString):
            return ""
        issuer: str = signer["issuer"].human_friendly
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return ""
    return issuer
