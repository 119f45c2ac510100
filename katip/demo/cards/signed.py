"""What signers sign: a chip's security object (EF.SOD) and a list of country certificates, both CMS SignedData.

Doc 9303-10 (2021) 4.6.2 and 9303-12 9, RFC 5652. `Quirks` are the ways in which real ones differ from the book.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from katip.demo.cards import der
from katip.demo.cards.issuer import Issued
from katip.demo.cards.keys import RSA_ENCRYPTION, digest_of, hash_algorithm
from katip.identity.chip.tlv import tlv_encode

SECURITY_OBJECT_TAG = 0x77
LDS, LDS_LEGACY, LDS_DUTCH, ID_DATA = "2.23.136.1.1.1", "1.3.27.1.1.1", "1.2.528.1.1006.1.20.1", "1.2.840.113549.1.7.1"
"""content types that security objects are found with"""
_COUNTRY_LIST = "2.23.136.1.1.2"
_SIGNED_DATA, _CONTENT_TYPE, _DIGEST, _SIGNING_TIME = (
    "1.2.840.113549.1.7.2",
    *(f"1.2.840.113549.1.9.{n}" for n in (3, 4, 5)),
)


@dataclass(frozen=True, slots=True)
class Quirks:
    """How a security object is written; as it stands, by the book.

    `hash_name` is that of the data groups, `signature_hash` that of the signature. `lds_version` 1 brings the version
    information. `open_lengths` leaves lengths open (BER). `plain_rsa` names the signature rsaEncryption, the hash only
    in digestAlgorithm. `by_key_id` names the signer by subject key identifier; `issuer` names its issuer otherwise than
    the certificate does. `attributes` False signs the content itself. `certificate` False leaves the signer's out.
    `signers` other than 1 repeats the signer's information.
    """

    hash_name: str = "sha256"
    signature_hash: str = "sha256"
    lds_version: int = 0
    content_type: str = LDS
    open_lengths: bool = False
    plain_rsa: bool = False
    by_key_id: bool = False
    issuer: bytes | None = None
    attributes: bool = True
    signing_time: datetime | None = None
    certificate: bool = True
    signers: int = 1


BY_THE_BOOK = Quirks()


def security_object(signer: Issued, groups: Mapping[int, bytes], quirks: Quirks = BY_THE_BOOK) -> bytes:
    """EF.SOD: the hashes of the data groups (whole files, by number), signed."""
    hashes = (
        der.seq(der.integer(number), der.octets(digest_of(quirks.hash_name, groups[number])))
        for number in sorted(groups)
    )
    version = der.seq(der.text(der.PRINTABLE, "0108"), der.text(der.PRINTABLE, "040000")) if quirks.lds_version else b""
    content = der.seq(der.integer(quirks.lds_version), hash_algorithm(quirks.hash_name), der.seq(*hashes), version)
    return tlv_encode(SECURITY_OBJECT_TAG, signed_data(content, signer, quirks))


def country_list(signer: Issued, certificates: Iterable[bytes], country: Issued | None = None) -> bytes:
    """A list of country certificates (master list) under `signer`; its own country's is handed along if given."""
    content = der.seq(der.integer(0), der.set_of(certificates))
    along = [country.certificate] if country else []
    return signed_data(content, signer, Quirks(content_type=_COUNTRY_LIST), along=along)


def signed_data(content: bytes, signer: Issued, quirks: Quirks, along: Iterable[bytes] = ()) -> bytes:
    """ContentInfo of SignedData around `content`, with the signer's certificate and those handed `along`."""
    information = _signer_information(content, signer, quirks)
    certificates = [signer.certificate, *along] if quirks.certificate else list(along)
    body = (
        der.integer(3),
        der.set_of([hash_algorithm(quirks.signature_hash)]),
        _content(content, quirks),
        der.tagged(0, *sorted(certificates)) if certificates else b"",
        der.set_of([information] * quirks.signers),
    )
    if not quirks.open_lengths:
        return der.seq(der.oid(_SIGNED_DATA), der.tagged(0, der.seq(*body)))
    inner = der.open_length(der.OPEN_CONTEXT_0, der.open_length(der.SEQUENCE, *body))
    return der.open_length(der.SEQUENCE, der.oid(_SIGNED_DATA), inner)


def _content(content: bytes, quirks: Quirks) -> bytes:
    """EncapsulatedContentInfo; with open lengths the content comes in two pieces."""
    kind = der.oid(quirks.content_type)
    if not quirks.open_lengths:
        return der.seq(kind, der.tagged(0, der.octets(content)))
    half = len(content) // 2
    pieces = der.open_length(der.OPEN_OCTETS, der.octets(content[:half]), der.octets(content[half:]))
    return der.open_length(der.SEQUENCE, kind, der.open_length(der.OPEN_CONTEXT_0, pieces))


def _signer_information(content: bytes, signer: Issued, quirks: Quirks) -> bytes:
    hash_name = quirks.signature_hash
    attributes = _attributes(content, quirks) if quirks.attributes else []
    to_sign = der.set_of(attributes) if attributes else content
    if quirks.by_key_id:
        version, who = 3, der.tagged_plain(0, signer.key.key_id())
    else:
        version, who = 1, der.seq(quirks.issuer or signer.issuer, der.integer(signer.serial))
    return der.seq(
        der.integer(version),
        who,
        hash_algorithm(hash_name),
        der.tagged(0, *sorted(attributes)) if attributes else b"",
        RSA_ENCRYPTION if quirks.plain_rsa else signer.key.algorithm(hash_name),
        der.octets(signer.key.sign(to_sign, hash_name)),
    )


def _attributes(content: bytes, quirks: Quirks) -> list[bytes]:
    found = [
        (_CONTENT_TYPE, der.oid(quirks.content_type)),
        (_DIGEST, der.octets(digest_of(quirks.signature_hash, content))),
    ]
    if quirks.signing_time:
        found.append((_SIGNING_TIME, der.time(quirks.signing_time)))
    return [der.seq(der.oid(kind), der.set_of([value])) for kind, value in found]
