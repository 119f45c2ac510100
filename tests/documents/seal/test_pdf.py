"""A seal covers the whole file, in the form that others read, and leaves the paper as it was."""

import io
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from katip.documents.seal.cms import certificates_of, envelope, envelope_open, timestamp_put
from katip.documents.seal.errors import SealError
from katip.documents.seal.files import sealer_current
from katip.documents.seal.models import SealKey
from katip.documents.seal.pdf import Level, envelope_place, pdf_seal
from katip.documents.seal.port import key_id_of

pytestmark = pytest.mark.django_db
AT = datetime.now(UTC).replace(microsecond=0)


def sealed(paper: bytes) -> bytes:
    return pdf_seal(paper, reason="Katip AAAA-BBBB", at=AT).content


def test_another_program_finds_the_seal_valid_and_the_whole_file_under_it(home: Path, paper: bytes) -> None:
    made = pdf_seal(paper, reason="Katip AAAA-BBBB", at=AT)
    assert (made.level, made.timestamped) == (Level.B_B, False)
    assert made.content.startswith(paper)  # one update behind it: nothing of the paper was written anew
    (seal,) = PdfFileReader(io.BytesIO(made.content)).embedded_signatures
    root = sealer_current().chain[-1].public_bytes(Encoding.DER)
    trust = ValidationContext(trust_roots=[cms.Certificate.load(root)], allow_fetching=False)
    status = validate_pdf_signature(seal, trust)
    assert (status.bottom_line, status.coverage) == (True, SignatureCoverageLevel.ENTIRE_FILE)
    assert seal.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert seal.docmdp_level.value == 1
    assert seal.self_reported_timestamp == AT
    signer = seal.signer_info["signed_attrs"]
    assert {each["type"].native for each in signer} == {"content_type", "message_digest", "signing_certificate_v2"}
    assert made.key_id == key_id_of(sealer_current().chain[0]) == SealKey.objects.get().key_id


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_pdfsig_says_that_it_is_valid(home: Path, paper: bytes, tmp_path: Path) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed(paper))
    said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout  # noqa: S607 -- whichever pdfsig there is
    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_the_paper_stays_pdf_a_and_pdf_ua(home: Path, paper: bytes) -> None:
    before, after = PdfFileReader(io.BytesIO(paper)), PdfFileReader(io.BytesIO(sealed(paper)))
    assert after.root.raw_get("/Metadata").idnum == before.root.raw_get("/Metadata").idnum
    assert after.root["/Metadata"].data == before.root["/Metadata"].data  # the words that say PDF/A and PDF/UA
    assert after.trailer["/ID"][0] == before.trailer["/ID"][0]
    page = after.root["/Pages"]["/Kids"][-1]
    widget = page["/Annots"][-1]
    left, bottom, right, top = widget["/Rect"]
    # ISO 19005-2, 6.3.2, 6.3.3 and 6.4.1: printed, not hidden, of no size, and with an appearance all the same.
    assert widget["/F"] & 0b100111 == 0b100
    assert (list(widget["/AP"]), widget["/AP"]["/N"].data) == (["/N"], b"")
    assert left == right
    assert bottom == top
    assert (right, top) < (0, 0)  # outside of what is seen
    # ISO 14289-1, 7.18.1, 7.18.3, 7.18.4: words, order, and a place in the tree as a form.
    assert widget["/TU"].endswith("Katip AAAA-BBBB")
    assert page["/Tabs"] == "/S"
    tree = after.root["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    named = [numbers[at] for at in range(0, len(numbers), 2)]
    element = numbers[2 * named.index(widget["/StructParent"]) + 1]
    assert (element["/S"], element["/K"]["/Type"]) == ("/Form", "/OBJR")
    assert element["/K"].raw_get("/Obj").idnum == page["/Annots"].raw_get(-1).idnum
    document = tree["/K"][0]
    assert element.raw_get("/P").idnum == tree["/K"].raw_get(0).idnum
    assert document["/K"].raw_get(-1).idnum == numbers.raw_get(-1).idnum
    assert tree["/ParentTreeNextKey"] == widget["/StructParent"] + 1
    assert named == sorted(set(named))


def test_a_paper_without_a_tree_is_sealed_too(home: Path) -> None:
    from katip.documents.seal.blank import BLANK

    assert envelope_place(sealed(BLANK)) is not None


def test_an_envelope_can_be_built_again_from_its_parts(home: Path, paper: bytes) -> None:
    content = sealed(paper)
    begin, end = envelope_place(content) or (0, 0)
    der = cms.ContentInfo.load(bytes.fromhex(content[begin + 1 : end - 1].decode())).dump()
    attributes = cms.ContentInfo.load(der)["content"]["signer_infos"][0]["signed_attrs"]
    digest = next(each["values"][0].native for each in attributes if each["type"].native == "message_digest")
    signature, timestamp = envelope_open(der)
    chain = sealer_current().chain
    assert timestamp is None
    assert envelope(digest, chain, signature) == der
    assert set(certificates_of(der)) == set(chain)
    token = cms.ContentInfo({"content_type": "data"}).dump()
    assert timestamp_put(der, token) == envelope(digest, chain, signature, token)


def test_a_key_is_read_once_and_again_when_it_changes(home: Path) -> None:
    first = sealer_current()
    assert sealer_current() is first
    (home / "keys" / "seal" / "current").touch()
    assert sealer_current() is not first


def test_only_the_owner_reads_the_keys(home: Path, paper: bytes) -> None:
    sealed(paper)
    folder = home / "keys" / "seal"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    (key,) = (file for file in folder.glob("*.key") if file.name != "ca.key")
    key.chmod(0o644)
    (folder / "current").touch()
    with pytest.raises(SealError, match="chmod 600"):
        sealed(paper)


def test_names_say_whose_seal_it_is_and_fit_their_room(home: Path, settings: Any) -> None:
    chain = sealer_current().chain
    assert chain[0].subject.rfc4514_string().startswith("CN=Örnek İşletmeci A.Ş. – Katip belge mührü")
    assert chain[0].issuer == chain[1].subject == chain[1].issuer
    for number, name in enumerate(("", "Ü" * 200)):
        update = {"operator_name": name, "data": home / str(number)}
        settings.KATIP = settings.KATIP.model_copy(update=update)
        assert (
            len(str(sealer_current().chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value).encode())
            <= 64
        )


def test_nothing_is_sealed_by_an_expired_certificate(home: Path, paper: bytes) -> None:
    with pytest.raises(SealError, match="not valid now"):
        pdf_seal(paper, reason="", at=AT + timedelta(days=6 * 365))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"plain words", b"%PDF-1.7\ntrailer<</Root 1 0 R>>"])
def test_what_is_no_pdf_is_not_sealed(home: Path, content: bytes) -> None:
    with pytest.raises(SealError):
        pdf_seal(content, reason="", at=AT)


@pytest.fixture(scope="module")
def given() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A key of the operator's own, as an authority hands it out."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kurum Mührü")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    days = timedelta(days=9)
    builder = builder.serial_number(7).not_valid_before(AT - days).not_valid_after(AT + days)
    return key, builder.sign(key, SHA256())


class TestKeysOfTheOperator:
    """RSA with PKCS #12 and a passphrase, and PEM."""

    def test_pkcs12(self, home: Path, settings: Any, paper: bytes, given: Any) -> None:
        file = home / "seal.p12"
        locked = BestAvailableEncryption(b"gizli")
        file.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", given[0], given[1], None, locked))
        file.chmod(0o600)
        settings.KATIP = settings.KATIP.model_copy(update={"seal_key": file, "seal_passphrase": "gizli"})
        made = pdf_seal(paper, reason="x", at=AT)
        (seal,) = PdfFileReader(io.BytesIO(made.content)).embedded_signatures
        status = validate_pdf_signature(seal, ValidationContext(trust_roots=[], allow_fetching=False))
        assert (status.intact, status.valid) == (True, True)
        assert not (home / "keys").exists()
        settings.KATIP = settings.KATIP.model_copy(update={"seal_passphrase": "wrong"})
        file.touch()
        with pytest.raises(SealError, match="KATIP_SEAL_PASSPHRASE"):
            pdf_seal(paper, reason="x", at=AT)

    def test_a_certificate_of_another_key_is_refused(self, home: Path, settings: Any, given: Any) -> None:
        other = sealer_current().chain[0]
        key, chain = home / "seal.key", home / "seal.pem"
        key.write_bytes(given[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        key.chmod(0o600)
        chain.write_bytes(other.public_bytes(Encoding.PEM))
        settings.KATIP = settings.KATIP.model_copy(update={"seal_key": key, "seal_chain": chain})
        with pytest.raises(SealError, match="none of its certificates belongs to the key"):
            sealer_current()
        chain.write_bytes(other.public_bytes(Encoding.PEM) + given[1].public_bytes(Encoding.PEM))
        assert sealer_current().chain == (given[1],)


def test_the_room_for_a_timestamp_is_empty(home: Path, paper: bytes) -> None:
    content = sealed(paper)
    begin, end = envelope_place(content) or (0, 0)
    assert re.fullmatch(rb"[0-9A-F]+0{16384,}", content[begin + 1 : end - 1])
