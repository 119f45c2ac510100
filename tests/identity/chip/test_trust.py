"""The trust folder: what is taken from it, what is not and why, and what the operator is told."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from katip.demo.cards import der, issuer
from katip.demo.cards.issuer import (
    LIST_SIGNER,
    Issued,
    country_make,
    revocation_list,
    signer_make,
)
from katip.demo.cards.keys import Key, key_ec, key_pooled
from katip.demo.cards.signed import country_list
from katip.identity.chip.evidence import Level
from katip.identity.chip.store import Authority, TrustStore
from katip.identity.chip.trust import MAX_FILE, trust_load
from katip.identity.chip.trust_keep import trust_add
from katip.identity.chip.trust_review import Weight, trust_review
from tests.identity.chip.scene import AT, Folder, card, country, refused, signer, verdict_on

GENUINE = Level.CHIP_WITH_CLONE_CHECK


def codes(store: TrustStore) -> list[str]:
    return [fault.code for fault in store.faults]


def german() -> Issued:
    return country_make("DE", common="csca-germany")


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    store = trust_load(tmp_path / "nowhere")
    assert (store.authorities, store.lists, store.faults) == ((), (), ())


def test_der_pem_and_several_in_one_file(folder: Folder) -> None:
    pem = [
        x509.load_der_x509_certificate(country_make(key=key_ec("secp384r1"), common=name).certificate).public_bytes(
            Encoding.PEM
        )
        for name in ("One", "Two")
    ]
    folder.put(b"a note in front\n" + b"\n".join(pem), end=".pem").put(country().certificate).put(
        b"read me", end=".txt"
    )
    store = folder.load()
    assert (len(store.authorities), store.faults) == (3, ())


def test_one_bad_file_keeps_nobody_else_out(folder: Folder) -> None:
    folder.trust(country())
    folder.put(b"", b"\x30\x80", b"\x30\x03\x02\x01\x01", b"junk", country().certificate[:-5], end=".bad")
    folder.put(b"-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----", end=".pem")
    (folder.path / "large.cer").write_bytes(bytes(MAX_FILE + 1))
    (folder.path / "gone.cer").symlink_to(folder.path / "nowhere")
    os.mkfifo(folder.path / "pipe.cer")
    store = folder.load()
    assert sorted(set(codes(store))) == ["malformed", "too_large", "unknown_format", "unreadable"]
    assert len(store.faults) == 9
    assert verdict_on(card(), store).level == GENUINE


def test_files_below_the_folder_count(folder: Folder) -> None:
    below = folder.path / "turkey" / "2026"
    below.mkdir(parents=True)
    Folder(below).trust(country())
    assert verdict_on(card(), folder.load()).level == GENUINE


def test_who_is_no_authority_is_not_trusted(folder: Folder) -> None:
    store = folder.put(signer().certificate, revocation_list(country(), at=AT)).load()
    assert sorted(codes(store)) == ["not_an_authority", "revocation_issuer_unknown"]
    assert refused(verdict_on(card(), store)) == ["no_trusted_country"]


def test_a_certificate_that_denies_itself_is_not_trusted(folder: Folder) -> None:
    forged = bytearray(country().certificate)
    forged[-1] ^= 1
    assert codes(folder.put(bytes(forged)).load()) == ["own_signature_wrong"]


def test_a_link_certificate_that_its_issuer_denies_is_not_trusted(folder: Folder) -> None:
    old, new = country_make(common="Old"), country_make(common="New")
    broken = bytearray(_with_authority_key_id(old, new))
    broken[-1] ^= 1
    assert codes(folder.put(old.certificate, bytes(broken)).load()) == ["link_signature_wrong"]
    assert len(folder.load().authorities) == 1


def test_a_country_without_a_name_is_not_trusted(folder: Folder) -> None:
    key = key_ec()
    nameless = der.seq(der.set_of([der.seq(der.oid("2.5.4.3"), der.text(der.UTF8, "Somewhere"))]))
    assert codes(folder.put(_certificate(key_name=(key, nameless))).load()) == ["no_country"]


def test_a_revocation_list_that_its_country_did_not_sign_does_not_count(folder: Folder) -> None:
    """An old list's next update moved on by hand, or a list of somebody who took the name."""
    genuine = revocation_list(country(), at=AT)
    forged = bytearray(genuine)
    forged[-1] ^= 1
    by_another = revocation_list(country_make(), at=AT)
    store = folder.put(country().certificate, bytes(forged), by_another).load()
    assert codes(store) == ["revocation_signature_wrong", "revocation_signature_wrong"]
    assert refused(verdict_on(card(), store)) == ["revocation_list_missing"]


@pytest.mark.parametrize(("kind", "critical"), [(27, True), (27, False), (28, True), (28, False), (99, True)])
def test_a_list_that_does_not_say_all_does_not_count(folder: Folder, kind: int, critical: bool) -> None:
    """What limits it must be critical; who forgets that has limited it all the same."""
    limit = der.seq(der.oid(f"2.5.29.{kind}"), der.true() if critical else b"", der.octets(der.integer(1)))
    store = folder.put(country().certificate, _revocations(limit)).load()
    assert codes(store) == ["revocation_list_partial"]


def test_a_list_that_names_no_end_does_not_count(folder: Folder) -> None:
    endless = Folder(folder.path / "endless")
    endless.path.mkdir()
    assert codes(endless.put(country().certificate, _revocations(b"", until=False)).load()) == [
        "revocation_list_endless"
    ]


def test_a_country_list_is_believed_when_its_signers_country_lies_in_the_folder(folder: Folder) -> None:
    vouching = german()
    by = signer_make(vouching, state="DE", purpose=LIST_SIGNER)
    listed = country_list(by, [country().certificate, country_make("UT").certificate, b"\x30\x00"], vouching)
    folder.put(listed, end=".ml").put(revocation_list(country(), at=AT))
    alone = folder.load()
    assert (alone.authorities, sorted(codes(alone))) == ((), ["list_signer_unknown", "revocation_issuer_unknown"])
    store = folder.put(vouching.certificate).load()
    assert sorted(authority.country or "" for authority in store.authorities) == ["DE", "TR", "UT"]
    assert [(fault.code, fault.listed) for fault in store.faults] == [("malformed", True)]
    assert verdict_on(card(), store).level == GENUINE


def test_a_country_list_counts_only_while_its_signer_is_valid(folder: Folder) -> None:
    vouching = german()
    by = signer_make(vouching, state="DE", purpose=LIST_SIGNER, until=AT)
    folder.put(vouching.certificate, country_list(by, [country().certificate]), revocation_list(country(), at=AT))
    store = folder.load()
    assert verdict_on(card(), store).level == GENUINE
    assert refused(verdict_on(card(), store, at=AT + timedelta(seconds=1)))[0] == "country_expired"


def test_a_country_list_by_somebody_who_may_not_is_not_believed(folder: Folder) -> None:
    """A document signer's key is in many hands; it must not make countries."""
    vouching = german()
    by = signer_make(vouching, state="DE")
    store = folder.put(vouching.certificate, country_list(by, [country().certificate])).load()
    assert codes(store) == ["list_signer_not_allowed"]
    assert len(store.authorities) == 1


def test_an_edited_country_list_is_not_believed(folder: Folder) -> None:
    vouching = german()
    by = signer_make(vouching, state="DE", purpose=LIST_SIGNER)
    listed = country_list(by, [country().certificate])
    at = listed.index(country().certificate) + 60
    edited = listed[:at] + bytes([listed[at] ^ 1]) + listed[at + 1 :]
    assert codes(folder.put(vouching.certificate, edited).load()) == ["list_signature_wrong"]


def test_who_came_by_a_list_vouches_for_no_other_list(folder: Folder) -> None:
    first, second = german(), country_make("FR", common="csca-france")
    by_first = signer_make(first, state="DE", purpose=LIST_SIGNER)
    by_second = signer_make(second, state="FR", purpose=LIST_SIGNER)
    folder.put(first.certificate, country_list(by_first, [second.certificate]))
    folder.put(country_list(by_second, [country().certificate]))
    store = folder.load()
    assert codes(store) == ["list_signer_unknown"]
    assert {authority.country for authority in store.authorities} == {"DE", "FR"}


def test_a_list_signers_country_must_be_its_own(folder: Folder) -> None:
    vouching = german()
    by = signer_make(vouching, state="FR", purpose=LIST_SIGNER)
    folder.put(vouching.certificate, country_list(by, [country().certificate]))
    assert codes(folder.load()) == ["list_signer_unknown"]


def test_certificates_are_found_by_index_among_many(folder: Folder) -> None:
    """Five hundred countries, and the signatures of two keys are looked at."""
    folder.trust(country())
    spare = key_ec()
    folder.put(*(country_make("UT", key=spare, common=f"Other {n}", serial=n).certificate for n in range(60)))
    store = folder.load()
    assert len(store.authorities) == 61
    tried = list(store.candidates(None, store.authorities[0].certificate.subject))
    assert len(tried) == 1
    assert verdict_on(card(), store).level == GENUINE


def test_no_more_keys_are_tried_for_a_signature_than_any_country_had(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger's certificate must not keep the machine busy, however many keys have one name."""
    monkeypatch.setattr("katip.identity.chip.store.MAX_TRIED", 3)
    store = folder.put(*(country_make(serial=n).certificate for n in range(1, 6))).load()
    assert len(store.authorities) == 5
    tried: list[Authority] = []

    def denies(authority: Authority) -> bool:
        tried.append(authority)
        return False

    assert store.signers(None, store.authorities[0].certificate.subject, denies) == ()
    assert len(tried) == 3


def test_links_of_one_name_without_their_own_identifier_are_links(folder: Folder) -> None:
    """The name is the same on both sides, and the issuer's identifier is not that of the key."""
    old, new = country_make(), country_make()
    link = _certified(old, new, _issuer_id(old))
    store = folder.put(old.certificate, link, revocation_list(new, at=AT)).load()
    assert not store.faults
    assert verdict_on(card(signer_make(old)), store).level == GENUINE
    assert verdict_on(card(signer_make(new, issuer=issuer.name_of("Otherwise"))), store).level == GENUINE
    assert codes(folder.put(_certified(old, new)).load()) == ["own_signature_wrong"]


def test_a_key_that_is_another_countrys_too_keeps_nobody_out(folder: Folder) -> None:
    """Whoever signs that Türkiye's key was Germany's makes no German cards of Turkish ones, and refuses none."""
    vouching = german()
    stolen = _certified(vouching, Issued(b"", country().key, vouching.name, vouching.name, 6), _issuer_id(vouching))
    (folder.path / "0.cer").write_bytes(stolen)
    store = folder.trust(country()).put(vouching.certificate).load()
    assert store.authorities[0].country == "DE"
    assert sorted(each.country or "" for each in store.authorities) == ["DE", "DE", "TR"]
    assert verdict_on(card(), store).level == GENUINE


def review(store: TrustStore, days: int = 0, *, at: timedelta = timedelta(0)) -> list[tuple[str, str]]:
    found = trust_review(store, at=AT + at, grace=timedelta(days=days), states=("TUR",))
    return [(str(each.weight), each.code) for each in found]


def test_the_review_of_a_sound_folder_is_empty(folder: Folder) -> None:
    assert review(folder.trust(country()).load()) == []


@pytest.mark.parametrize(
    ("later", "grace", "found"),
    [
        (70, 0, []),
        (80, 0, [("note", "revocation_list_ends_soon")]),
        (91, 0, [("problem", "revocation_list_stale")]),
        (91, 5, [("note", "revocation_list_in_grace")]),
        (96, 5, [("problem", "revocation_list_stale")]),
    ],
)
def test_the_review_tells_of_lists_that_end(
    folder: Folder, later: int, grace: int, found: list[tuple[str, str]]
) -> None:
    assert review(folder.trust(country()).load(), grace, at=timedelta(days=later)) == found


def test_the_review_tells_of_what_refuses_people(folder: Folder) -> None:
    assert review(folder.load()) == [("problem", "no_certificate")]
    assert review(folder.put(country().certificate).load()) == [("problem", "revocation_list_missing")]
    assert review(folder.trust(country()).put(b"junk").load()) == [("problem", "unknown_format")]
    found = trust_review(folder.load(), at=AT, grace=timedelta(0), states=("TUR", "XYZ"))
    assert (Weight.PROBLEM, "state_unknown", "XYZ") in [(each.weight, each.code, each.about) for each in found]


def test_the_review_tells_of_certificates_that_end(folder: Folder) -> None:
    ending = country_make(until=AT + timedelta(days=89), common="Ending")
    store = folder.trust(country(), ending).load()
    assert review(store) == [("note", "certificate_ends_soon")]
    assert review(folder.trust(country(), ending, at=AT).load(), at=timedelta(days=90))[-1][0] == "note"


def test_another_countrys_oddities_are_a_note(folder: Folder) -> None:
    vouching = german()
    by = signer_make(vouching, state="DE", purpose=LIST_SIGNER)
    weak = country_make("UT", key=key_pooled(1024), hash_name="sha256").certificate
    folder.trust(country()).put(vouching.certificate, country_list(by, [weak]))
    assert review(folder.load()) == [("note", "key_weak")]


def test_what_is_added_is_taken_once_and_what_is_not_fit_never(
    folder: Folder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = Folder(tmp_path_factory.mktemp("source"))
    files = []
    for name, content in (
        ("a.crl", revocation_list(country(), at=AT)),
        ("b.cer", country().certificate),
        ("c.cer", signer().certificate),
        ("d.cer", b"junk"),
    ):
        (source.path / name).write_bytes(content)
        files.append(source.path / name)
    offered = {each.source: each for each in trust_add(folder.path, files)}
    assert {name: each.fault for name, each in offered.items()} == {
        "a.crl": None, "b.cer": None, "c.cer": "not_an_authority", "d.cer": "unknown_format"
    }  # fmt: skip
    again = trust_add(folder.path, files)
    assert not any(each.is_new for each in again)
    assert len(list(folder.path.iterdir())) == 2
    assert verdict_on(card(), folder.load()).level == GENUINE


def test_lists_of_strangers_are_not_added(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    source = Folder(tmp_path_factory.mktemp("source"))
    by = signer_make(german(), state="DE", purpose=LIST_SIGNER)
    source.put(country_list(by, [country().certificate])).put(revocation_list(country(), at=AT), end=".crl")
    found = trust_add(folder.path, sorted(source.path.iterdir()))
    assert sorted(each.fault or "" for each in found) == ["list_signer_unknown", "revocation_issuer_unknown"]
    assert list(folder.path.iterdir()) == []


def _certificate(*, key_name: tuple[Key, bytes]) -> bytes:
    key, name = key_name
    return issuer._certify(
        issuer_key=key, issuer=name, key=key, name=name, serial=5, validity=(issuer.START, AT + timedelta(days=999)),
        hash_name="sha256", extensions=issuer._authority_extensions(key),
    ).certificate  # fmt: skip


def _with_authority_key_id(old: Issued, new: Issued) -> bytes:
    extension = issuer._extension("2.5.29.35", der.seq(der.tagged_plain(0, old.key.key_id())))
    return issuer._certify(
        issuer_key=old.key, issuer=old.name, key=new.key, name=new.name, serial=5,
        validity=(issuer.START, AT + timedelta(days=999)), hash_name="sha256",
        extensions=[*issuer._authority_extensions(new.key), extension],
    ).certificate  # fmt: skip


def _revocations(extension: bytes, *, until: bool = True) -> bytes:
    by = country()
    algorithm = by.key.algorithm("sha256")
    body = der.seq(
        der.integer(1), algorithm, by.name, der.time(AT), der.time(AT + timedelta(days=9)) if until else b"",
        der.tagged(0, der.seq(extension)) if extension else b"",
    )  # fmt: skip
    return der.seq(body, algorithm, der.bits(by.key.sign(body, "sha256")))


def _issuer_id(by: Issued) -> bytes:
    return issuer._extension("2.5.29.35", der.seq(der.tagged_plain(0, by.key.key_id())))


def _certified(old: Issued, new: Issued, *more: bytes) -> bytes:
    """A link certificate that states no identifier of its key."""
    return issuer._certify(
        issuer_key=old.key,
        issuer=old.name,
        key=new.key,
        name=new.name,
        serial=9,
        validity=(issuer.START, issuer.START + timedelta(days=9000)),
        hash_name="sha256",
        extensions=[*issuer._authority_extensions(new.key)[:2], *more],
    ).certificate
