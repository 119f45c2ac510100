"""Ways in which real security objects and certificates differ from the book, and must be read all the same."""

from datetime import timedelta

import pytest

from katip.demo.cards import der
from katip.demo.cards.issuer import Issued, country_make, link_make, name_of, revocation_list, signer_make
from katip.demo.cards.keys import Key, key_ec, key_pooled
from katip.demo.cards.signed import ID_DATA, LDS_DUTCH, LDS_LEGACY, Quirks
from katip.identity.chip.asn1 import certificate_read
from katip.identity.chip.evidence import Level
from katip.identity.chip.store import TrustStore
from tests.identity.chip.scene import AT, Folder, card, country, refused, signer, verdict_on

GENUINE = Level.CHIP_WITH_CLONE_CHECK


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(open_lengths=True),
        Quirks(by_key_id=True),
        Quirks(open_lengths=True, by_key_id=True, lds_version=1),
        Quirks(content_type=ID_DATA),
        Quirks(content_type=LDS_LEGACY),
        Quirks(content_type=LDS_DUTCH),
        Quirks(lds_version=1),
        Quirks(signing_time=AT - timedelta(days=900)),
        Quirks(issuer=name_of("Elsewhere", organisation="ORNEK DEVLET")),
        *(Quirks(hash_name=name, signature_hash="sha256") for name in ("sha1", "sha224", "sha384", "sha512")),
        *(Quirks(hash_name="sha256", signature_hash=name) for name in ("sha1", "sha224", "sha384", "sha512")),
    ],
    ids=str,
)
def test_a_genuine_card_however_it_is_written(trust: TrustStore, quirks: Quirks) -> None:
    assert verdict_on(card(quirks=quirks), trust).level == GENUINE


@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize(("pss", "plain_rsa"), [(False, False), (False, True), (True, False)])
def test_signers_with_rsa(trust: TrustStore, hash_name: str, pss: bool, plain_rsa: bool) -> None:
    by = signer_make(country(), key=key_pooled(2048, pss=pss), serial=3)
    shown = card(by, Quirks(signature_hash=hash_name, plain_rsa=plain_rsa))
    assert verdict_on(shown, trust).level == GENUINE


@pytest.mark.parametrize("pss", [False, True])
def test_countries_with_rsa(folder: Folder, pss: bool) -> None:
    by = country_make(key=key_pooled(2048, 3, pss=pss), hash_name="sha256")
    assert verdict_on(card(signer_make(by)), folder.trust(by).load()).level == GENUINE


@pytest.mark.parametrize(
    "curve", ["secp256r1", "secp384r1", "secp521r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"]
)
@pytest.mark.parametrize("explicit", [True, False])
def test_every_curve_spelled_out_or_named(folder: Folder, curve: str, explicit: bool) -> None:
    key: Key = key_ec(curve, explicit=explicit)
    by = country_make(key=key)
    shown = card(signer_make(by, key=key_ec(curve, explicit=explicit)), key=key_ec(curve, explicit=explicit))
    assert verdict_on(shown, folder.trust(by).load()).level == GENUINE


@pytest.mark.parametrize("serial", [0, -1, -(2**70), 2**159])
def test_serial_numbers_of_any_kind(folder: Folder, serial: int) -> None:
    by = signer_make(country(), serial=serial)
    assert verdict_on(card(by), folder.trust(country()).load()).level == GENUINE
    later = folder.put(revocation_list(country(), [by], at=AT)).load()
    assert refused(verdict_on(card(by), later)) == ["signer_revoked"]


def test_several_countries_of_one_name(folder: Folder) -> None:
    """After a change of keys the name may stay, and so may the serial numbers."""
    several = [country_make() for _ in range(4)]
    store = folder.trust(*several).load()
    for by in several:
        assert verdict_on(card(signer_make(by)), store).level == GENUINE


def test_one_name_without_key_identifiers(folder: Folder) -> None:
    """Then every certificate of the name is tried, and the signature says which."""
    several = [country_make() for _ in range(3)]
    for each in several:
        assert certificate_read(signer_make(each).certificate).authority_key_id
    stripped = [_without_extensions(signer_make(each), each) for each in several]
    store = folder.trust(*several).load()
    for by in stripped:
        assert certificate_read(by.certificate).authority_key_id is None
        assert verdict_on(card(by), store).level == GENUINE


def test_an_issuers_name_unlike_the_countrys(folder: Folder) -> None:
    """Found by the key identifier; the signature proves it."""
    by = signer_make(country(), issuer=name_of("ORNEK CSCA"))
    assert verdict_on(card(by), folder.trust(country()).load()).level == GENUINE
    under_none = signer_make(country_make(), issuer=name_of("Örnek CSCA"))
    assert refused(verdict_on(card(under_none), folder.load())) == ["no_trusted_country"]


def test_names_are_the_same_however_their_letters_are_written(folder: Folder) -> None:
    printable = der.seq(
        *(
            der.set_of([der.seq(der.oid(kind), der.text(der.PRINTABLE, text))])
            for kind, text in (("2.5.4.6", "tr"), ("2.5.4.10", "ORNEK  Devlet "), ("2.5.4.3", "ornek csca"))
        )
    )
    by = country_make(common="Ornek CSCA")
    named = Issued(by.certificate, by.key, name_of("Ornek CSCA", organisation="Ornek Devlet"), by.issuer, by.serial)
    certificate = _without_extensions(signer_make(named, issuer=printable), named)
    store = folder.trust(country_make(common="Ornek CSCA", key=by.key)).load()
    assert verdict_on(card(certificate), store).level == Level.REFUSED  # another organisation
    alike = _self(by.key, name_of("Ornek CSCA", organisation="Ornek Devlet"))
    assert verdict_on(card(certificate), folder.trust(alike).load()).level == GENUINE


def test_link_certificates_in_a_circle_lead_nowhere_and_end(folder: Folder) -> None:
    old, new = country_make(common="Old"), country_make(common="New")
    links = link_make(old, new), link_make(new, old, serial=3)
    for each in links:
        folder.put(each.certificate)
    folder.put(revocation_list(new, at=AT))
    store = folder.load()
    assert not store.faults
    for by in (old, new):
        assert verdict_on(card(signer_make(by)), store).level == GENUINE
    assert refused(verdict_on(card(signer_make(country_make(common="Old"))), store)) == ["no_trusted_country"]


def test_after_a_change_of_keys_the_new_list_speaks_for_the_old_cards(folder: Folder) -> None:
    """But only where a link certificate shows that the new key follows the old one."""
    old, new = country_make(common="Old", serial=4), country_make(common="New")
    by = signer_make(old)
    folder.put(old.certificate, new.certificate, revocation_list(new, at=AT))
    assert refused(verdict_on(card(by), folder.load())) == ["revocation_list_missing"]
    linked = folder.put(link_make(old, new).certificate).load()
    assert verdict_on(card(by), linked).level == GENUINE
    withdrawn = folder.put(revocation_list(new, [by], at=AT, number=2)).load()
    assert refused(verdict_on(card(by), withdrawn)) == ["signer_revoked"]


def test_the_old_list_does_not_speak_for_the_new_cards(folder: Folder) -> None:
    old, new = country_make(common="Old"), country_make(common="New")
    folder.put(old.certificate, new.certificate, link_make(old, new).certificate, revocation_list(old, at=AT))
    assert refused(verdict_on(card(signer_make(new)), folder.load())) == ["revocation_list_missing"]


def test_a_renamed_signer_is_still_found_by_serial_and_proved_by_signature(trust: TrustStore) -> None:
    """Two certificates of one serial number are handed along; only one of them signed."""
    shown = card(quirks=Quirks(issuer=name_of("Elsewhere")))
    assert verdict_on(shown, trust).level == GENUINE
    misnamed = card(Issued(signer().certificate, signer().key, signer().name, signer().issuer, serial=99))
    assert refused(verdict_on(misnamed, trust)) == ["signer_unknown"]


def _without_extensions(issued: Issued, by: Issued) -> Issued:
    """The certificate with everything but its extensions, signed anew."""
    body = certificate_read(issued.certificate).body
    from katip.identity.chip.asn1 import _pieces
    from katip.identity.chip.tlv import tlv_only

    kept = [piece for piece in _pieces(tlv_only(body, 0x30)) if piece[0] != 0xA3]
    return _signed(der.seq(*kept), issued, by.key)


def _self(key: Key, name: bytes) -> Issued:
    """A country's own certificate with a name of its own."""
    from katip.demo.cards import issuer

    return issuer._certify(
        issuer_key=key,
        issuer=name,
        key=key,
        name=name,
        serial=5,
        validity=(issuer.START, issuer.START + timedelta(days=9000)),
        hash_name="sha256",
        extensions=issuer._authority_extensions(key),
    )


def _signed(body: bytes, issued: Issued, key: Key) -> Issued:
    hash_name = "sha256"
    certificate = der.seq(body, key.algorithm(hash_name), der.bits(key.sign(body, hash_name)))
    return Issued(certificate, issued.key, issued.name, issued.issuer, issued.serial)
