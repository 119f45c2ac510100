from datetime import UTC, date, datetime

import pytest
from asn1crypto import cms, crl, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives.asymmetric import ec

from katip.demo.cards.card import Card, Holder, card_issue
from katip.demo.cards.issuer import country_make, link_make, name_of, revocation_list, signer_make
from katip.demo.cards.keys import digest_of, key_ec, key_pooled
from katip.demo.cards.signed import Quirks, country_list

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZEYNEP = Holder("10000000832", "Zeynep", "Misal", date(1990, 3, 4), date(2033, 5, 6), "A12B34567")


def test_named_curve_certificates_chain_by_another_library() -> None:
    country = country_make(key=key_ec("secp384r1"))
    signer = signer_make(country)
    for issued in (country, signer):
        certificate = cx509.load_der_x509_certificate(issued.certificate)
        certificate.verify_directly_issued_by(cx509.load_der_x509_certificate(country.certificate))


@pytest.mark.parametrize("pss", [False, True])
def test_rsa_certificates_chain_by_another_library(pss: bool) -> None:
    country = country_make(key=key_pooled(2048, pss=pss), hash_name="sha256")
    certificate = cx509.load_der_x509_certificate(signer_make(country).certificate)
    certificate.verify_directly_issued_by(cx509.load_der_x509_certificate(country.certificate))


def test_link_certificates_go_both_ways() -> None:
    old, new = country_make(key=key_ec()), country_make(key=key_ec())
    for issuer, link in ((old, link_make(old, new)), (new, link_make(new, old))):
        certificate = cx509.load_der_x509_certificate(link.certificate)
        certificate.verify_directly_issued_by(cx509.load_der_x509_certificate(issuer.certificate))


@pytest.mark.parametrize("curve", ["secp256r1", "secp384r1", "secp521r1", "brainpoolP256r1", "brainpoolP512r1"])
def test_explicit_curves_are_spelled_out(curve: str) -> None:
    key = key_ec(curve, explicit=True)
    info = x509.Certificate.load(country_make(key=key).certificate).public_key
    assert info["algorithm"]["parameters"].name == "specified"
    public = key.private.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    parameters = info["algorithm"]["parameters"].chosen
    prime, numbers = parameters["field_id"]["parameters"].native, public.public_numbers()
    a, b = (int.from_bytes(parameters["curve"][name].native, "big") for name in ("a", "b"))
    assert (numbers.y**2 - numbers.x**3 - a * numbers.x - b) % prime == 0  # the key's point lies on this very curve


@pytest.mark.parametrize("serial", [0, -1, -128, -129, 127, 128, 2**64])
def test_serial_numbers_stand_as_asked_for(serial: int) -> None:
    assert x509.Certificate.load(country_make(serial=serial).certificate).serial_number == serial


def test_the_revocation_list_names_the_revoked() -> None:
    country = country_make(key=key_ec())
    revoked = signer_make(country, serial=7)
    der = revocation_list(country, [revoked], at=AT)
    parsed = cx509.load_der_x509_crl(der)
    assert [entry.serial_number for entry in parsed] == [7]
    issuer_key = country.key.private.public_key()
    assert isinstance(issuer_key, ec.EllipticCurvePublicKey)
    assert parsed.is_signature_valid(issuer_key)
    assert len(cx509.load_der_x509_crl(revocation_list(country, at=AT))) == 0
    assert crl.CertificateList.load(der)["tbs_cert_list"]["this_update"].native == AT


QUIRKS = [
    Quirks(),
    Quirks(lds_version=1, signing_time=AT),
    Quirks(open_lengths=True),
    Quirks(by_key_id=True),
    Quirks(attributes=False),
    Quirks(content_type="1.2.840.113549.1.7.1", hash_name="sha1", signature_hash="sha512"),
]


@pytest.mark.parametrize("quirks", QUIRKS)
def test_security_objects_are_read_by_another_library(quirks: Quirks) -> None:
    card = _card(quirks)
    info = cms.ContentInfo.load(card.security_object[_header(card.security_object) :])
    signed = info["content"]
    assert len(signed["signer_infos"]) == len(signed["certificates"]) == 1
    content = signed["encap_content_info"]["content"].contents
    if not quirks.open_lengths:
        assert content.startswith(b"\x30")
    sid = signed["signer_infos"][0]["sid"]
    assert sid.name == ("subject_key_identifier" if quirks.by_key_id else "issuer_and_serial_number")


def test_the_signer_is_named_by_an_issuer_unlike_its_certificates() -> None:
    card = _card(Quirks(issuer=name_of("Unlike")))
    signed = cms.ContentInfo.load(card.security_object[_header(card.security_object) :])["content"]
    named = signed["signer_infos"][0]["sid"].chosen["issuer"].native
    assert named["common_name"] == "Unlike"
    assert signed["certificates"][0].chosen.issuer.native["common_name"] == "Örnek CSCA"


def test_a_card_says_whose_it_is() -> None:
    card = _card(Quirks())
    first, second, third = card.lines
    assert first == "I<TURA12B34567510000000832<<<<"
    assert second.startswith("900304")
    assert third.startswith("MISAL<<ZEYNEP<")
    assert set(card.groups) == {1, 14, 15}
    assert "".join(card.lines).encode() in card.groups[1]


def test_a_country_list_holds_its_certificates() -> None:
    country = country_make(key=key_ec())
    der = country_list(signer_make(country), [country.certificate, country_make("DE").certificate], country)
    content = cms.ContentInfo.load(der)["content"]
    assert content["encap_content_info"]["content_type"].dotted == "2.23.136.1.1.2"
    assert content["encap_content_info"]["content"].native.count(country.certificate) == 1


def _card(quirks: Quirks) -> Card:
    return card_issue(signer_make(country_make()), ZEYNEP, quirks=quirks)


def _header(file: bytes) -> int:
    return 2 if file[1] < 0x80 else 2 + (file[1] & 0x7F)


def test_the_group_14_of_an_rsa_chip_says_nothing_of_ecdsa() -> None:
    signer = signer_make(country_make())
    rsa = card_issue(signer, ZEYNEP, key=key_pooled())
    info = bytes.fromhex("0606678108010105")  # 2.23.136.1.1.5
    assert info not in rsa.groups[14]
    assert info in card_issue(signer, ZEYNEP).groups[14]
    assert set(card_issue(signer, ZEYNEP, key=key_pooled(), pace_curve=None).groups) == {1, 15}


def test_the_photograph_is_signed_for_but_no_evidence() -> None:
    card = _card(Quirks())
    assert set(card.held) - set(card.groups) == {2}
    assert card.common.endswith(b"\x5c\x04\x61\x75\x6e\x6f")
    assert digest_of("sha256", card.held[2]) in card.security_object
