"""Hostile bytes before every parser: refusals only, in bounded time and memory.

Quick as it stands; with FUZZ_EXAMPLES=100000 in the environment each test tries so many examples. The verifier's last
guard is left out, so that what it would hide is seen.
"""

import os
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from katip.demo.cards import der
from katip.demo.cards.card import Card
from katip.demo.cards.issuer import country_make, revocation_list, signer_make
from katip.demo.cards.keys import key_ec, key_pooled
from katip.demo.cards.signed import Quirks, country_list, security_object, signed_data
from katip.identity.chip import asn1, data_groups, verify
from katip.identity.chip.asn1 import Asn1Error
from katip.identity.chip.ber import definite
from katip.identity.chip.data_groups import DataGroupError
from katip.identity.chip.evidence import MAX_DATA_GROUP, MAX_SECURITY_OBJECT, Evidence, Level, Verdict
from katip.identity.chip.keys import KeyUnfitError, public_key_read
from katip.identity.chip.store import TrustStore
from katip.identity.chip.tlv import TlvError, header_read, tlv_each, tlv_encode, tlv_only, tlv_read
from katip.identity.chip.trust import FaultError, pieces_read
from tests.identity.chip.scene import AT, CHALLENGE, Folder, card, country, rsa_key, signer, verdict_on

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
few = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
REFUSALS = (TlvError, Asn1Error, DataGroupError, KeyUnfitError, FaultError)
SECONDS = 2.0
"""far more than any case takes, far less than a hang"""


@cache
def genuine() -> Card:
    """One card for the whole run: examples must not depend on how often a signature was drawn."""
    return card()


@cache
def seeds() -> tuple[bytes, ...]:
    """Real objects of every kind, to be mutated."""
    quirks = (Quirks(), Quirks(open_lengths=True, by_key_id=True, lds_version=1))
    pss = signer_make(country(), key=key_pooled(2048, pss=True), serial=777)
    objects = [security_object(signer(), genuine().groups, each) for each in quirks]
    return (
        *objects,
        *(tlv_only(each, 0x77) for each in objects),
        security_object(pss, card(key=rsa_key()).groups),
        *genuine().groups.values(),
        country().certificate,
        country_make(key=key_ec("brainpoolP512r1", explicit=True)).certificate,
        pss.certificate,
        revocation_list(country(), [pss], at=AT),
        country_list(signer(), [country().certificate], country()),
        rsa_key().public_info(),
        country().key.public_info(),
    )


@st.composite
def mutated(draw: st.DrawFn, seed: bytes | None = None) -> bytes:
    """A real object with octets changed, cut out, doubled, or lengths turned."""
    data = bytearray(seed if seed is not None else draw(st.sampled_from(seeds())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 5)):
            case 0:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del data[at : at + draw(st.integers(1, 40))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 200))]
            case 3:
                data[at : at + 1] = draw(st.sampled_from([b"\x80", b"\x84\xff\xff\xff\xff", b"\x00", b"\xff", b"\x30"]))
            case 4:
                data = data[:at]
            case _:
                data[at:at] = draw(st.binary(max_size=20))
    return bytes(data)


anything = mutated() | st.binary(max_size=300)

PARSERS: list[Callable[[bytes], Any]] = [
    definite,
    header_read,
    tlv_read,
    lambda data: list(tlv_each(data)),
    asn1.certificate_read,
    asn1.signed_data_read,
    asn1.security_content_read,
    asn1.country_certificates_read,
    asn1.revocation_list_read,
    asn1.key_info_read,
    asn1.rsa_key_read,
    asn1.ec_parameters_read,
    asn1.pss_parameters_read,
    asn1.security_infos_read,
    asn1.oid_read,
    asn1.octets_read,
    public_key_read,
    data_groups.printed_lines,
    data_groups.chip_key,
    data_groups.active_algorithms,
    data_groups.has_chip_authentication,
    lambda data: list(pieces_read("file", data)),
]


@few
@given(anything)
def test_every_parser_reads_or_refuses(data: bytes) -> None:
    started = time.perf_counter()
    for parser in PARSERS:
        try:
            parser(data)
        except REFUSALS:
            continue
    assert time.perf_counter() - started < SECONDS


def unguarded(
    trust: TrustStore, *, security_object: bytes | None = None, groups: Mapping[int, bytes] | None = None
) -> Verdict:
    """The verifier's word on a changed card, and every exception that the last guard would turn into one."""
    shown = genuine()
    evidence = Evidence(
        shown.security_object if security_object is None else security_object,
        shown.groups if groups is None else groups,
        shown.answer(CHALLENGE),
    )
    started = time.perf_counter()
    verdict = verify._verified(
        evidence,
        challenge=CHALLENGE,
        at=AT,
        trust=trust,
        grace=timedelta(0),
        national_id=None,
        states=("TUR",),
    )
    assert time.perf_counter() - started < SECONDS
    return verdict


@few
@given(st.data())
def test_any_security_object_gets_a_verdict(trust: TrustStore, draw: st.DataObject) -> None:
    """And none that was changed gets a good one, unless the change is where no signature looks."""
    shown = genuine()
    changed = draw.draw(mutated(shown.security_object))
    verdict = unguarded(trust, security_object=changed)
    if changed != shown.security_object:
        assert verdict.level == Level.REFUSED or _says_the_same(changed)


@few
@given(st.sampled_from([1, 14, 15]), st.data())
def test_any_data_groups_get_a_verdict(trust: TrustStore, number: int, draw: st.DataObject) -> None:
    shown = genuine()
    changed = draw.draw(mutated(shown.groups[number]))
    verdict = unguarded(trust, groups={**shown.groups, number: changed})
    assert (verdict.level == Level.REFUSED) == (changed != shown.groups[number])


@few
@given(st.sampled_from([1, 14, 15]), st.data())
def test_any_signed_data_groups_get_a_verdict(trust: TrustStore, number: int, draw: st.DataObject) -> None:
    """A state that signs nonsense reaches the parsers behind the hashes."""
    groups = dict(genuine().groups)
    groups[number] = draw.draw(mutated(groups[number]) | st.binary(max_size=200))
    unguarded(trust, groups=groups, security_object=security_object(signer(), groups))


@few
@given(anything)
def test_anything_for_a_security_object_gets_a_verdict(trust: TrustStore, data: bytes) -> None:
    unguarded(trust, security_object=data)
    unguarded(trust, security_object=tlv_encode(0x77, data))


@few
@given(st.data())
def test_any_signed_content_gets_a_verdict(trust: TrustStore, draw: st.DataObject) -> None:
    """As above, for what stands inside the security object."""
    content = asn1.signed_data_read(tlv_only(genuine().security_object, 0x77)).content
    changed = draw.draw(mutated(content) | st.binary(max_size=200))
    unguarded(trust, security_object=tlv_encode(0x77, signed_data(changed, signer(), Quirks())))


@few
@given(st.data())
def test_any_certificate_of_a_signer_gets_a_verdict(trust: TrustStore, draw: st.DataObject) -> None:
    """A signer of the attacker's own, whose certificate is nonsense."""
    by = replace(signer(), certificate=draw.draw(mutated(signer().certificate) | mutated(country().certificate)))
    verdict = unguarded(trust, security_object=security_object(by, genuine().groups))
    assert verdict.level == Level.REFUSED or verdict.signer_fingerprint == unguarded(trust).signer_fingerprint


@few
@given(st.binary(max_size=300) | st.integers(0, 2**2048 - 1).map(lambda number: number.to_bytes(256, "big")))
def test_no_answer_is_right_by_chance(trust: TrustStore, answer: bytes) -> None:
    for shown in (genuine(), _with_rsa()):
        assert verdict_on(shown, trust, signature=answer).level == Level.REFUSED


@few
@given(st.lists(mutated(), min_size=1, max_size=3))
def test_any_folder_loads(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    folder = Folder(tmp_path_factory.mktemp("any")).trust(country())
    assert verdict_on(genuine(), folder.put(*contents, end=".any").load()).level == Level.CHIP_WITH_CLONE_CHECK


@cache
def _with_rsa() -> Card:
    return card(key=rsa_key())


def _says_the_same(changed: bytes) -> bool:
    """Whether a change left alone all that is signed: CMS has parts that no signature covers."""
    was, now = (asn1.signed_data_read(tlv_only(each, 0x77)) for each in (genuine().security_object, changed))
    return (was.content, was.signer.signed) == (now.content, now.signer.signed) and was.certificates[
        0
    ] in now.certificates


def _wrapped(content: bytes) -> bytes:
    return tlv_encode(0x77, content)


def _huge_number(bits: int) -> bytes:
    return b"\x02" + tlv_encode(0x02, b"\x7f" + b"\xff" * (bits // 8))[1:]


BOMBS = {
    "open lengths nested": _wrapped(b"\x30\x80" * 16_000),
    "closed lengths nested": _wrapped(b"\x30\x82\x7f\xf0" * 8_000),
    "octet strings in one another": _wrapped(b"\x24\x80" * 16_000),
    "many small elements": _wrapped(b"\x30\x80" + b"\x05\x00" * 15_000 + b"\x00\x00"),
    "many sets": _wrapped(b"\x30\x82\x7f\x00" + b"\x31\x00" * 16_256),
    "a tag without end": _wrapped(b"\x3f" + b"\xff" * 32_000),
    "a length of gigabytes": b"\x77\x84\x7f\xff\xff\xff" + bytes(32_000),
    "zeros": bytes(MAX_SECURITY_OBJECT),
    "ones": b"\xff" * MAX_SECURITY_OBJECT,
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused_at_once_and_cost_little(trust: TrustStore, data: bytes) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    verdict = verdict_on(genuine(), trust, security_object=data[:MAX_SECURITY_OBJECT])
    seconds, memory = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert verdict.level == Level.REFUSED
    assert seconds < SECONDS
    assert memory < 64 * 2**20


@pytest.mark.parametrize("number", [14, 15])
def test_large_data_groups_cost_little(trust: TrustStore, number: int) -> None:
    """Signed ones even: the hash stands, and what is behind it is a bomb."""
    tag = 0x6E if number == 14 else 0x6F
    rsa_parts = der.seq(_huge_number(400_000), _huge_number(64))
    for body in (
        b"\x31\x82\xf0\x00" + b"\x30\x00" * 30_720,
        b"\x30\x80" * 30_000,
        der.seq(der.seq(der.oid("1.2.840.113549.1.1.1"), der.null()), der.bits(rsa_parts)),
        der.seq(der.seq(der.oid("1.2.840.10045.2.1"), der.oid("1.2.840.10045.3.1.7")), der.bits(b"\x04" * 60_000)),
    ):
        groups = dict(genuine().groups)
        groups[number] = tlv_encode(tag, body)[:MAX_DATA_GROUP]
        started = time.perf_counter()
        verdict = verdict_on(genuine(), trust, groups=groups, security_object=security_object(signer(), groups))
        assert verdict.level == Level.REFUSED
        assert time.perf_counter() - started < SECONDS


def test_keys_that_keep_the_machine_busy_are_refused() -> None:
    for bits, exponent in ((20_000, 65_537), (4096, 2**4095 + 1), (2048, 1), (2048, 2)):
        key = der.seq(_huge_number(bits), der.integer(exponent))
        info = der.seq(der.seq(der.oid("1.2.840.113549.1.1.1"), der.null()), der.bits(key))
        with pytest.raises(KeyUnfitError):
            public_key_read(info)


def test_a_revocation_list_of_a_hundred_thousand_is_read_quickly(folder: Folder) -> None:
    by = country()
    algorithm = by.key.algorithm("sha256")
    entry = der.time(AT - timedelta(days=1))
    entries = b"".join(tlv_encode(0x30, der.integer(2**40 + n) + entry) for n in range(100_000))
    body = der.seq(
        der.integer(1), algorithm, by.name, der.time(AT), der.time(AT + timedelta(days=9)), tlv_encode(0x30, entries)
    )
    data = der.seq(body, algorithm, der.bits(by.key.sign(body, "sha256")))
    started = time.perf_counter()
    store = folder.put(by.certificate, data).load()
    assert len(store.lists[0].revocations.revoked) == 100_000
    assert time.perf_counter() - started < 5 * SECONDS


@example(b"\x30\x80")
@few
@given(st.binary(max_size=64))
def test_no_challenge_or_answer_breaks_the_verifier(trust: TrustStore, data: bytes) -> None:
    assert verdict_on(genuine(), trust, signature=CHALLENGE, challenge=data).level == Level.REFUSED
