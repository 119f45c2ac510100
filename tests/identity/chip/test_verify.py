"""What evidence proves: genuine cards, and every way in which one may be spoilt."""

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from katip.demo.cards import der, issuer
from katip.demo.cards.answer import challenge_answer
from katip.demo.cards.card import card_clone, card_edit, mrz_of
from katip.demo.cards.groups import group_1, group_14, group_15
from katip.demo.cards.issuer import LIST_SIGNER, country_make, revocation_list, signer_make
from katip.demo.cards.keys import key_ec, key_pooled
from katip.demo.cards.signed import ID_DATA, LDS, LDS_LEGACY, Quirks, security_object, signed_data
from katip.identity.chip import asn1
from katip.identity.chip.evidence import MAX_DATA_GROUP, MAX_SECURITY_OBJECT, MAX_SIGNATURE, Evidence, Level, Reason
from katip.identity.chip.store import TrustStore
from katip.identity.chip.tlv import tlv_encode, tlv_only
from katip.identity.chip.verify import evidence_verify
from tests.identity.chip.scene import (
    AT,
    CHALLENGE,
    HOLDER,
    NATIONAL_ID,
    Folder,
    card,
    chip_key,
    country,
    refused,
    rsa_key,
    signer,
    verdict_on,
)

CHIP_AUTHENTICATION = der.seq(der.oid("0.4.0.127.0.7.2.2.3.2.2"), der.integer(1))


def test_a_genuine_card_proves_itself_and_says_whose_it_is(trust: TrustStore) -> None:
    shown = card()
    verdict = verdict_on(shown, trust, national_id=NATIONAL_ID)
    assert (verdict.level, verdict.reasons) == (Level.CHIP_WITH_CLONE_CHECK, ())
    assert verdict.signer_fingerprint == hashlib.sha256(signer().certificate).hexdigest()
    assert verdict.security_object_hash == hashlib.sha256(shown.security_object).hexdigest()
    document = verdict.document
    assert document
    assert (document.national_id, document.given_names, document.surname) == (NATIONAL_ID, "AYSE", "YILMAZ")
    assert (document.birth_date, document.expires_on) == (date(1990, 1, 31), date(2030, 5, 1))
    assert document.document_number == "A12B34567"


def test_a_genuine_card_with_rsa_proves_itself(trust: TrustStore) -> None:
    assert verdict_on(card(key=rsa_key()), trust).level == Level.CHIP_WITH_CLONE_CHECK


def test_nothing_personal_shows_when_evidence_or_verdict_is_printed(trust: TrustStore) -> None:
    verdict = verdict_on(card(), trust)
    shown = f"{Evidence(b'10000000146', {1: b'YILMAZ'}, b'x')!r} {verdict!r} {verdict.document!r}"
    for personal in (NATIONAL_ID, "YILMAZ", "AYSE", "A12B34567", "1990"):
        assert personal not in shown


def test_a_clone_without_the_key_is_refused(trust: TrustStore) -> None:
    assert refused(verdict_on(card_clone(card()), trust)) == ["clone_check_failed"]
    shown = card(key=rsa_key())
    forged = challenge_answer(key_pooled(2048, 1), CHALLENGE, "sha256")
    assert refused(verdict_on(shown, trust, signature=forged)) == ["clone_check_failed"]


def test_an_answer_to_another_challenge_is_refused(trust: TrustStore) -> None:
    for shown in (card(), card(key=rsa_key())):
        heard = shown.answer(secrets.token_bytes(8))
        assert refused(verdict_on(shown, trust, signature=heard)) == ["clone_check_failed"]


@pytest.mark.parametrize("challenge", [b"", b"\0" * 7, b"\0" * 9])
def test_a_challenge_of_another_length_is_answered_by_nothing(trust: TrustStore, challenge: bytes) -> None:
    answer = challenge_answer(chip_key(), challenge, "sha256")
    assert refused(verdict_on(card(), trust, challenge=challenge, signature=answer)) == ["clone_check_failed"]


def test_a_card_whose_key_is_listed_must_answer(trust: TrustStore) -> None:
    """Whatever is left out of what is handed in: the signed list decides."""
    shown = card()
    for nothing in (None, b""):
        assert refused(verdict_on(shown, trust, signature=nothing)) == ["clone_check_missing"]
    stripped = {1: shown.groups[1]}
    assert refused(verdict_on(shown, trust, groups=stripped, signature=None)) == [
        "group_missing",
        "clone_check_missing",
    ]
    assert refused(verdict_on(shown, trust, groups=stripped)) == ["group_missing"]


def test_a_listed_group_14_must_be_there_too(trust: TrustStore) -> None:
    shown = card()
    without = {number: data for number, data in shown.groups.items() if number != 14}
    assert refused(verdict_on(shown, trust, groups=without)) == ["group_missing"]


def test_a_chip_with_rsa_needs_no_group_14_to_answer(trust: TrustStore) -> None:
    """It sets the algorithm of ECDSA alone. Changed, it is refused as ever; and nobody is spared the answer."""
    groups = dict(card(key=rsa_key()).groups) | {14: tlv_encode(0x6E, der.set_of([]))}
    shown = replace(card(key=rsa_key()), groups=groups, security_object=security_object(signer(), groups))
    without = {number: data for number, data in groups.items() if number != 14}
    assert verdict_on(shown, trust, groups=without).level == Level.CHIP_WITH_CLONE_CHECK
    assert refused(verdict_on(shown, trust, groups=without, signature=None)) == ["clone_check_missing"]
    assert refused(verdict_on(shown, trust, groups=without, challenge=bytes(8))) == ["clone_check_failed"]
    assert refused(verdict_on(shown, trust, groups=groups | {14: groups[14] + b"\0"})) == ["hash_mismatch"]
    assert refused(verdict_on(shown, trust, groups={1: groups[1]})) == ["group_missing"]


def test_a_card_without_any_clone_check_is_not_enough(trust: TrustStore) -> None:
    verdict = verdict_on(card(clone_check=False), trust, national_id=NATIONAL_ID)
    assert (verdict.level, verdict.reasons) == (Level.CHIP_ONLY, (Reason.NO_CLONE_CHECK,))
    assert verdict.document
    assert verdict.document.national_id == NATIONAL_ID


def test_chip_authentication_alone_is_told_apart(trust: TrustStore) -> None:
    group = tlv_encode(0x6E, der.set_of([CHIP_AUTHENTICATION]))
    groups = {1: card().groups[1], 14: group}
    shown = replace(card(clone_check=False), groups=groups, security_object=security_object(signer(), groups))
    verdict = verdict_on(shown, trust)
    assert (verdict.level, verdict.reasons) == (Level.CHIP_ONLY, (Reason.ONLY_CHIP_AUTHENTICATION,))


def test_a_stranger_to_the_signature_proves_nothing_by_answering(trust: TrustStore) -> None:
    """A key handed in beside a security object that lists none is not the card's."""
    shown = card(clone_check=False)
    groups = {**shown.groups, 15: group_15(chip_key())}
    answer = challenge_answer(chip_key(), CHALLENGE, "sha256")
    assert refused(verdict_on(shown, trust, groups=groups, signature=answer)) == ["group_not_listed"]
    assert verdict_on(shown, trust, signature=answer).level == Level.CHIP_ONLY


def test_edited_data_are_refused_and_not_shown(trust: TrustStore) -> None:
    verdict = verdict_on(card_edit(card(), surname="BASKA"), trust)
    assert refused(verdict) == ["hash_mismatch"]
    assert verdict.document is None


def test_another_key_in_group_15_is_refused(trust: TrustStore) -> None:
    shown, own = card(), key_ec()
    groups = {**shown.groups, 15: group_15(own)}
    answer = challenge_answer(own, CHALLENGE, "sha256")
    assert refused(verdict_on(shown, trust, groups=groups, signature=answer)) == ["hash_mismatch"]


def test_an_edited_security_object_is_refused(trust: TrustStore) -> None:
    shown = card_edit(card(), surname="BASKA")
    listed, wanted = (hashlib.sha256(each.groups[1]).digest() for each in (card(), shown))
    assert listed in shown.security_object
    verdict = verdict_on(shown, trust, security_object=shown.security_object.replace(listed, wanted))
    assert refused(verdict) == ["signature_wrong"]
    assert verdict.signer_fingerprint is None
    assert verdict.document is None


def test_a_signer_of_nobodys_is_refused(trust: TrustStore) -> None:
    """Same names, same serial numbers, other keys."""
    forger = country_make()
    shown = card(signer_make(forger))
    verdict = verdict_on(shown, trust)
    assert refused(verdict) == ["no_trusted_country"]
    assert verdict.document is None
    assert refused(verdict_on(card(), TrustStore())) == ["no_trusted_country"]


def test_a_certificate_of_the_country_that_signs_no_documents_is_refused(trust: TrustStore) -> None:
    by_list_signer = card(signer_make(country(), purpose=LIST_SIGNER, serial=7))
    assert refused(verdict_on(by_list_signer, trust)) == ["signer_not_allowed"]
    for purpose in ("1.3.6.1.5.5.7.3.1", "2.23.136.1.1.8", "2.23.136.1.1.14.1"):  # servers, deviations, seals
        assert refused(verdict_on(card(signer_make(country(), purpose=purpose)), trust)) == ["signer_not_allowed"]
    anything = card(signer_make(country(), purpose="2.5.29.37.0"))
    assert verdict_on(anything, trust).level == Level.CHIP_WITH_CLONE_CHECK
    by_country_itself = card(country())
    assert refused(verdict_on(by_country_itself, trust)) == ["signer_not_allowed"]


@pytest.mark.parametrize(
    "extension",
    [
        ("2.5.29.19", der.seq(der.true())),  # an authority, which signs certificates and nothing else
        ("2.5.29.15", der.bits(b"\x40", 6)),  # contentCommitment, not digitalSignature
        ("2.5.29.15", der.bits(b"\x84", 2)),  # digitalSignature, and keyCertSign
        ("1.2.3.4", der.null()),  # critical, and nobody here knows what it demands
    ],
)
def test_a_signer_whose_certificate_says_otherwise_is_refused(trust: TrustStore, extension: tuple[str, bytes]) -> None:
    key = key_ec()
    by = issuer._certify(
        issuer_key=country().key,
        issuer=country().name,
        key=key,
        name=issuer.name_of("Örnek DS"),
        serial=8,
        validity=(AT, AT),
        hash_name="sha256",
        extensions=[issuer._extension(*extension, critical=True)],
    )
    assert refused(verdict_on(card(by), trust)) == ["signer_not_allowed"]


def test_a_withdrawn_signer_is_refused(folder: Folder) -> None:
    other = signer_make(country(), serial=101)
    store = folder.trust(country(), revoked=[signer()]).load()
    assert refused(verdict_on(card(), store)) == ["signer_revoked"]
    assert verdict_on(card(other), store).level == Level.CHIP_WITH_CLONE_CHECK


def test_without_a_revocation_list_nobody_is_believed(folder: Folder) -> None:
    store = folder.put(country().certificate).load()
    assert refused(verdict_on(card(), store)) == ["revocation_list_missing"]
    assert refused(verdict_on(card(), store, grace=timedelta(days=400))) == ["revocation_list_missing"]


def test_an_overdue_revocation_list_is_refused_unless_there_is_grace(folder: Folder) -> None:
    issued = AT - timedelta(days=100)
    store = folder.put(country().certificate, revocation_list(country(), at=issued, days=90)).load()
    assert refused(verdict_on(card(), store)) == ["revocation_list_stale"]
    assert refused(verdict_on(card(), store, grace=timedelta(days=9, hours=23))) == ["revocation_list_stale"]
    assert verdict_on(card(), store, grace=timedelta(days=10)).level == Level.CHIP_WITH_CLONE_CHECK


def test_an_overdue_list_still_withdraws(folder: Folder) -> None:
    issued = AT - timedelta(days=100)
    store = folder.put(country().certificate, revocation_list(country(), [signer()], at=issued, days=90)).load()
    assert refused(verdict_on(card(), store)) == ["signer_revoked", "revocation_list_stale"]


def test_a_list_of_tomorrow_does_not_count_today(folder: Folder) -> None:
    store = folder.put(country().certificate, revocation_list(country(), at=AT + timedelta(days=1))).load()
    assert refused(verdict_on(card(), store)) == ["revocation_list_missing"]


def test_a_list_of_another_country_does_not_count(folder: Folder) -> None:
    other = country_make("UT", common="Other")
    store = folder.trust(other).put(country().certificate).load()
    assert refused(verdict_on(card(), store)) == ["revocation_list_missing"]


def test_signer_and_country_must_be_valid_now(folder: Folder) -> None:
    soon = AT + timedelta(days=1)
    ended, to_come = (AT - timedelta(seconds=1), AT + timedelta(seconds=1))
    store = folder.trust(country()).load()
    assert refused(verdict_on(card(signer_make(country(), until=ended)), store)) == ["signer_expired"]
    assert refused(verdict_on(card(signer_make(country(), since=to_come)), store)) == ["signer_expired"]
    short = country_make(until=soon)
    store = folder.trust(short).load()
    shown = card(signer_make(short))
    assert verdict_on(shown, store).level == Level.CHIP_WITH_CLONE_CHECK
    late = verdict_on(shown, store, at=soon + timedelta(seconds=1))
    assert refused(late)[0] == "country_expired"


def test_a_card_is_good_until_its_last_day_in_turkey_ends(trust: TrustStore) -> None:
    shown = card(holder=replace(HOLDER, expires_on=date(2026, 6, 1)))
    last = datetime(2026, 6, 1, 20, 59, 59, tzinfo=UTC)  # 23:59:59 in Istanbul
    assert verdict_on(shown, trust, at=last).level == Level.CHIP_WITH_CLONE_CHECK
    verdict = verdict_on(shown, trust, at=last + timedelta(seconds=1))
    assert refused(verdict) == ["document_expired"]
    assert verdict.document


def test_somebody_elses_card_is_refused(trust: TrustStore) -> None:
    verdict = verdict_on(card(), trust, national_id="10000000214")
    assert refused(verdict) == ["wrong_person"]
    assert refused(verdict_on(card(), trust, national_id="")) == ["wrong_person"]


@pytest.mark.parametrize("number", ["", "10000000147", "1000000014", "<1000000<0146", "A0000000146"])
def test_a_card_without_a_national_id_is_refused(trust: TrustStore, number: str) -> None:
    shown = card(holder=replace(mrz_of(HOLDER), optional_1=number))
    assert refused(verdict_on(shown, trust, national_id=NATIONAL_ID)) == ["national_id_missing"]


def test_another_states_card_is_refused(folder: Folder) -> None:
    german = country_make("DE", common="csca-germany")
    shown = card(signer_make(german, state="DE"), holder=replace(HOLDER, state="D"))
    store = folder.trust(german, country()).load()
    assert refused(verdict_on(shown, store)) == ["wrong_state"]
    assert verdict_on(shown, store, states=("TUR", "D")).level == Level.CHIP_WITH_CLONE_CHECK


def test_a_trusted_country_cannot_issue_cards_of_another(folder: Folder) -> None:
    german = country_make("DE", common="csca-germany")
    store = folder.trust(german, country()).load()
    turkish_card = card(signer_make(german, state="DE"))
    assert refused(verdict_on(turkish_card, store)) == ["country_mismatch"]
    turkish_signer = card(signer_make(german, state="TR"))
    assert refused(verdict_on(turkish_signer, store)) == ["country_mismatch"]


def test_a_signer_of_another_country_than_its_issuer_is_refused(folder: Folder) -> None:
    german = country_make("DE", common="csca-germany")
    shown = card(signer_make(german, state="FR"), holder=replace(HOLDER, state="D"))
    store = folder.trust(german).load()
    assert refused(verdict_on(shown, store, states=("D",))) == ["country_mismatch"]


def test_a_country_in_small_letters_is_the_same(folder: Folder) -> None:
    small = country_make("tr")
    assert verdict_on(card(signer_make(small, state="tr")), folder.trust(small).load()).level != Level.REFUSED


def test_groups_that_nobody_signed_are_refused(trust: TrustStore) -> None:
    shown = card()
    assert refused(verdict_on(shown, trust, groups={**shown.groups, 11: b"\x6b\x00"})) == ["group_not_listed"]


def test_group_1_must_be_there(trust: TrustStore) -> None:
    shown = card()
    others = {number: data for number, data in shown.groups.items() if number != 1}
    assert refused(verdict_on(shown, trust, groups=others)) == ["group_missing"]
    unlisted = replace(shown, security_object=security_object(signer(), others))
    assert refused(verdict_on(unlisted, trust, groups=others)) == ["group_missing"]
    assert set(refused(verdict_on(unlisted, trust))) == {"group_not_listed", "group_missing"}


def test_several_reasons_are_told_at_once(folder: Folder) -> None:
    store = folder.put(country().certificate).load()
    shown = card(signer_make(country(), until=AT), holder=replace(HOLDER, expires_on=date(2020, 1, 1)))
    verdict = verdict_on(shown, store, at=AT + timedelta(days=1), national_id="10000000214", signature=None)
    assert set(refused(verdict)) == {
        "signer_expired", "revocation_list_missing", "document_expired", "wrong_person", "clone_check_missing"
    }  # fmt: skip


def test_what_is_too_large_is_not_looked_into(trust: TrustStore) -> None:
    shown = card()
    large = bytes(MAX_SECURITY_OBJECT + 1)
    verdict = verdict_on(shown, trust, security_object=large)
    assert refused(verdict) == ["too_large"]
    assert verdict.security_object_hash is None
    groups = {**shown.groups, 1: bytes(MAX_DATA_GROUP + 1)}
    assert refused(verdict_on(shown, trust, groups=groups)) == ["too_large"]
    assert refused(verdict_on(shown, trust, signature=bytes(MAX_SIGNATURE + 1))) == ["too_large"]
    assert refused(verdict_on(shown, trust, groups=dict.fromkeys(range(1, 18), b""))) == ["too_large"]
    at_the_limit = verdict_on(shown, trust, security_object=bytes(MAX_SECURITY_OBJECT))
    assert refused(at_the_limit) == ["malformed"]


def test_bytes_behind_the_security_object_are_refused(trust: TrustStore) -> None:
    shown = card()
    assert refused(verdict_on(shown, trust, security_object=shown.security_object + b"\0")) == ["malformed"]
    inner = tlv_only(shown.security_object, 0x77)
    for odd in (tlv_encode(0x77, inner + b"\0"), tlv_encode(0x76, inner), inner + b"\0", b""):
        assert refused(verdict_on(shown, trust, security_object=odd)) == ["malformed"]


def test_a_security_object_without_the_tag_of_its_file_is_read(trust: TrustStore) -> None:
    bare = tlv_only(card().security_object, 0x77)
    assert verdict_on(card(), trust, security_object=bare).level == Level.CHIP_WITH_CLONE_CHECK


@pytest.mark.parametrize("number", [1, 14, 15])
def test_a_signed_group_with_bytes_behind_it_is_malformed(trust: TrustStore, number: int) -> None:
    groups = dict(card().groups)
    groups[number] += b"\0"
    shown = replace(card(), groups=groups, security_object=security_object(signer(), groups))
    assert refused(verdict_on(shown, trust)) == ["malformed"]


def test_a_signed_group_1_with_a_wrong_check_digit_is_malformed(trust: TrustStore) -> None:
    group = bytearray(group_1(mrz_of(HOLDER)))
    group[5 + 14] ^= 1
    groups = {**card().groups, 1: bytes(group)}
    shown = replace(card(), groups=groups, security_object=security_object(signer(), groups))
    assert refused(verdict_on(shown, trust)) == ["malformed"]


def test_lower_case_is_not_forgiven_in_the_chip(trust: TrustStore) -> None:
    groups = {**card().groups, 1: group_1(mrz_of(HOLDER)).replace(b"TUR", b"tur")}
    shown = replace(card(), groups=groups, security_object=security_object(signer(), groups))
    assert refused(verdict_on(shown, trust)) == ["malformed"]


def test_what_is_no_evidence_at_all_is_refused(trust: TrustStore) -> None:
    shown = card()
    for odd in (Evidence("x", {}, None), Evidence(b"", {1: None}, None), Evidence(b"", 5, None), None):  # type: ignore[dict-item,arg-type] # not evidence
        verdict = evidence_verify(odd, challenge=CHALLENGE, at=AT, trust=trust)  # type: ignore[arg-type] # as above
        assert refused(verdict) == ["malformed"]
    assert refused(verdict_on(shown, trust, challenge=None)) == ["malformed"]


def test_group_14_sets_the_algorithm(trust: TrustStore) -> None:
    """A chip that says SHA-384 must not get away with SHA-256, nor with a hash longer than its key."""
    long_key = key_ec("secp384r1")
    groups = {1: card().groups[1], 14: _group_14("sha384"), 15: group_15(long_key)}
    shown = replace(card(), groups=groups, security_object=security_object(signer(), groups))
    for hash_name, outcome in (("sha384", []), ("sha256", ["clone_check_failed"])):
        answer = challenge_answer(long_key, CHALLENGE, hash_name)
        assert list(verdict_on(shown, trust, signature=answer).reasons) == outcome
    groups[15] = group_15(chip_key())
    short = replace(shown, groups=groups, security_object=security_object(signer(), groups))
    answer = challenge_answer(chip_key(), CHALLENGE, "sha384")
    assert refused(verdict_on(short, trust, signature=answer)) == ["algorithm_refused"]


def test_group_14_of_an_ecdsa_chip_does_not_fit_an_rsa_key(trust: TrustStore) -> None:
    groups = {1: card().groups[1], 14: _group_14("sha256"), 15: group_15(rsa_key())}
    shown = replace(card(), groups=groups, security_object=security_object(signer(), groups))
    answer = challenge_answer(rsa_key(), CHALLENGE, "sha256")
    assert refused(verdict_on(shown, trust, signature=answer)) == ["algorithm_refused"]


def test_weak_keys_are_refused(folder: Folder) -> None:
    weak = key_pooled(1024)
    store = folder.trust(country()).load()
    assert refused(verdict_on(card(signer_make(country(), key=weak)), store)) == ["algorithm_refused"]
    assert verdict_on(card(key=weak), store).level == Level.CHIP_WITH_CLONE_CHECK  # a chip of the first years
    tiny = country_make(key=weak, hash_name="sha256")
    assert [fault.code for fault in folder.put(tiny.certificate).load().faults] == ["key_weak"]


def test_two_signers_are_refused(trust: TrustStore) -> None:
    assert refused(verdict_on(card(quirks=Quirks(signers=2)), trust)) == ["malformed"]
    assert refused(verdict_on(card(quirks=Quirks(signers=0)), trust)) == ["malformed"]


def test_a_signature_on_bare_content_is_refused(trust: TrustStore) -> None:
    assert refused(verdict_on(card(quirks=Quirks(attributes=False)), trust)) == ["malformed"]


def test_of_two_certificates_with_one_serial_number_the_signature_says_which(trust: TrustStore) -> None:
    """Whatever is laid beside the signer's certificate, one with a key that is not accepted even, changes nothing."""
    content = asn1.signed_data_read(tlv_only(card().security_object, 0x77)).content
    for key in (key_ec(), key_pooled(1024)):
        other = signer_make(country_make(), key=key).certificate
        along = signed_data(content, signer(), Quirks(), along=[other])
        verdict = verdict_on(card(), trust, security_object=tlv_encode(0x77, along))
        assert verdict.level == Level.CHIP_WITH_CLONE_CHECK
        forged = signed_data(content, replace(signer(), key=key, certificate=other), Quirks(), [signer().certificate])
        reasons = refused(verdict_on(card(), trust, security_object=tlv_encode(0x77, forged)))
        assert reasons == (["algorithm_refused"] if key.is_rsa else ["no_trusted_country"])


def test_more_certificates_than_is_sane_are_refused(trust: TrustStore) -> None:
    content = asn1.signed_data_read(tlv_only(card().security_object, 0x77)).content
    for number, outcome in ((7, []), (8, ["malformed"])):
        along = [country_make(common=f"Other {n}", serial=n).certificate for n in range(number)]
        data = signed_data(content, signer(), Quirks(), along)
        assert list(verdict_on(card(), trust, security_object=tlv_encode(0x77, data)).reasons) == outcome


def test_what_is_no_certificate_is_not_handed_along(trust: TrustStore) -> None:
    content = asn1.signed_data_read(tlv_only(card().security_object, 0x77)).content
    data = signed_data(content, signer(), Quirks(), along=[der.integer(5)])
    assert refused(verdict_on(card(), trust, security_object=tlv_encode(0x77, data))) == ["malformed"]


def test_the_signed_type_of_the_content_must_be_the_contents(trust: TrustStore) -> None:
    """Else a signature on something else of the signer's would do for a security object."""
    genuine = card()
    _, tagged = asn1._pieces(tlv_only(tlv_only(genuine.security_object, 0x77), 0x30))
    parts = asn1._pieces(tlv_only(tlv_only(tagged, 0xA0), 0x30))
    content = asn1.signed_data_read(tlv_only(genuine.security_object, 0x77)).content
    for kind, outcome in ((LDS, []), (ID_DATA, ["signature_wrong"]), (LDS_LEGACY, ["signature_wrong"])):
        parts[2] = der.seq(der.oid(kind), der.tagged(0, der.octets(content)))
        whole = der.seq(der.oid("1.2.840.113549.1.7.2"), der.tagged(0, der.seq(*parts)))
        assert list(verdict_on(genuine, trust, security_object=tlv_encode(0x77, whole)).reasons) == outcome


def test_content_in_pieces_is_put_together(trust: TrustStore) -> None:
    """As BER allows, with open lengths and without; the pieces of other things are none."""
    genuine = card()
    _, tagged = asn1._pieces(tlv_only(tlv_only(genuine.security_object, 0x77), 0x30))
    parts = asn1._pieces(tlv_only(tlv_only(tagged, 0xA0), 0x30))
    content = asn1.signed_data_read(tlv_only(genuine.security_object, 0x77)).content
    pieces = der.octets(content[:9]) + der.octets(content[9:])
    for octets, outcome in (
        (tlv_encode(0x24, pieces), []),
        (tlv_encode(0x24, tlv_encode(0x24, pieces)), []),
        (b"\x24\x80" + tlv_encode(0x24, pieces) + b"\0\0", []),
        (tlv_encode(0x24, pieces + der.integer(5)), ["malformed"]),
        (pieces, ["malformed"]),
    ):
        parts[2] = der.seq(der.oid(LDS), der.tagged(0, octets))
        whole = der.seq(der.oid("1.2.840.113549.1.7.2"), der.tagged(0, der.seq(*parts)))
        assert list(verdict_on(genuine, trust, security_object=tlv_encode(0x77, whole)).reasons) == outcome


def test_a_signer_who_is_not_there_is_refused(trust: TrustStore) -> None:
    assert refused(verdict_on(card(quirks=Quirks(certificate=False)), trust)) == ["signer_unknown"]


def test_other_signed_data_of_a_signer_are_no_security_object(trust: TrustStore) -> None:
    assert refused(verdict_on(card(quirks=Quirks(content_type="2.23.136.1.1.2")), trust)) == ["malformed"]


def _group_14(hash_name: str) -> bytes:
    made = group_14(ecdsa_hash=hash_name, pace_curve=None)
    assert made
    return made
