"""Timestamps: of an authority that works, that fails and that lies. The seal is set whatever it does."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from katip.core.outbound import Bounds
from katip.documents.seal import tsa as module
from katip.documents.seal.check import SealState, seal_check
from katip.documents.seal.pdf import Level, envelope_place, pdf_seal, timestamp_add
from katip.documents.seal.tsa import TimestampError, breaker_reset, timestamp_check, timestamp_get
from tests.documents.seal.tsa_server import Authority

pytestmark = pytest.mark.django_db

FAULTS = {
    "http_500": "http_500",
    "garbage": "not_a_token",
    "empty": "not_a_token",
    "refused": "refused",
    "wrong_nonce": "wrong_nonce",
    "no_nonce": "wrong_nonce",
    "wrong_imprint": "wrong_imprint",
    "clock": "clock",
    "expired": "not_believed",
    "wrong_usage": "not_believed",
    "tampered": "not_believed",
    "huge": "too_large",
}


def now() -> datetime:
    return datetime.now(UTC)


def test_a_seal_gets_the_authoritys_time(tsa: Authority, paper: bytes) -> None:
    made = pdf_seal(paper, reason="x", at=now())
    assert (made.level, made.timestamped, tsa.asked) == (Level.B_T, True, 1)
    tsa.at = now() - timedelta(minutes=2)
    later = pdf_seal(paper, reason="x", at=now())
    found = seal_check(later.content)
    assert (found.state, found.level) == (SealState.INTACT, "B-T")
    assert found.sealed_at is not None
    assert abs(found.sealed_at - tsa.at) < timedelta(seconds=1)  # its clock, not ours


@pytest.mark.parametrize("fault", FAULTS)
def test_what_the_authority_does_wrong_costs_the_level_and_never_the_seal(
    tsa: Authority, paper: bytes, fault: str
) -> None:
    tsa.fault = fault
    with pytest.raises(TimestampError) as caught:
        timestamp_get(b"data", at=now())
    assert caught.value.fault == FAULTS[fault]
    breaker_reset()
    made = pdf_seal(paper, reason="x", at=now())
    assert (made.level, made.timestamped) == (Level.B_B, False)
    found = seal_check(made.content)
    assert (found.state, found.level) == (SealState.INTACT, "B-B")


def test_a_slow_authority_is_not_waited_for(tsa: Authority, paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BOUNDS", Bounds(0.2, 1000))
    tsa.fault = "slow"
    with pytest.raises(TimestampError, match="slow"):
        timestamp_get(b"data", at=now())


def test_an_outage_does_not_slow_each_document(tsa: Authority, paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(module, "ask", _failing(tsa))
    for _ in range(5):
        assert pdf_seal(paper, reason="x", at=now()).level == Level.B_B
    assert tsa.asked == 1
    clock[0] += 29
    pdf_seal(paper, reason="x", at=now())
    assert tsa.asked == 1
    clock[0] += 2
    pdf_seal(paper, reason="x", at=now())
    assert tsa.asked == 2
    clock[0] += 31  # twice as long the second time
    pdf_seal(paper, reason="x", at=now())
    assert tsa.asked == 2
    for _ in range(12):
        clock[0] += 901
        pdf_seal(paper, reason="x", at=now())
    assert tsa.asked == 14


def _failing(tsa: Authority) -> Any:
    from katip.core.outbound import Fault, OutboundError

    def ask(*_: object, **__: object) -> None:
        tsa.asked += 1
        raise OutboundError(Fault.UNREACHABLE)

    return ask


def test_a_timestamp_comes_later_into_the_same_seal(tsa: Authority, paper: bytes) -> None:
    tsa.fault = "http_500"
    first = pdf_seal(paper, reason="x", at=now()).content
    tsa.fault = ""
    breaker_reset()
    second = timestamp_add(first, at=now())
    assert len(second) == len(first)
    begin, end = envelope_place(first) or (0, 0)
    assert (second[:begin], second[end:]) == (first[:begin], first[end:])
    assert [seal_check(each).level for each in (first, second)] == ["B-B", "B-T"]
    assert [seal_check(each).state for each in (first, second)] == [SealState.INTACT] * 2
    assert timestamp_add(second, at=now()) == second


def test_only_our_own_roots_are_believed(tsa: Authority, settings: Any, home: Path) -> None:
    token = timestamp_get(b"data", at=now())
    assert timestamp_check(token, b"data") <= now()
    with pytest.raises(TimestampError, match="wrong_imprint"):
        timestamp_check(token, b"other")
    other = home / "other.pem"
    other.write_bytes(_other_root())
    settings.KATIP = settings.KATIP.model_copy(update={"seal_tsa_ca": other})
    with pytest.raises(TimestampError, match="not_believed"):
        timestamp_check(token, b"data")
    settings.KATIP = settings.KATIP.model_copy(update={"seal_tsa_ca": None})
    with pytest.raises(TimestampError, match="no_authority"):
        timestamp_check(token, b"data")


def _other_root() -> bytes:
    from katip.documents.seal.files import sealer_current

    return sealer_current().chain[-1].public_bytes(Encoding.PEM)


def test_a_token_stays_believed_after_its_certificate_ended(tsa: Authority) -> None:
    tsa.at = datetime.now(UTC) - timedelta(days=5)
    tsa.fault = "expired"  # a day ago: four days after the stamp
    token = timestamp_get(b"data", at=tsa.at)
    assert abs(timestamp_check(token, b"data") - tsa.at) < timedelta(seconds=1)


def test_nobody_is_asked_without_an_authority(home: Path, paper: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    made = pdf_seal(paper, reason="x", at=now())
    assert seal_check(made.content).state == SealState.INTACT
