"""CMS SignedData checked: whose signature stands under some content (RFC 5652 5.6).

Used for security objects and for country lists. The signer is looked for among the certificates that are handed along;
whether it may sign such a thing, and who vouches for it, is asked elsewhere.
"""

import hashlib
import hmac
from functools import lru_cache

from katip.identity.chip.asn1 import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    Asn1Error,
    certificate_read,
    key_info_read,
    octets_read,
    oid_read,
)
from katip.identity.chip.keys import digest_make, hash_of, public_key_read, signature_holds
from katip.identity.chip.structures import Certificate, SignedData, SignerInfo

MAX_CERTIFICATES = 8
"""handed along with one signature; real ones bring one or two"""


def signer_candidates(signed: SignedData) -> tuple[Certificate, ...]:
    """The certificates handed along that the signer may mean, likeliest first; the signature proves which.

    By key identifier or by serial number: real signers do not always spell their issuer's name as the certificate does.
    Raises Asn1Error when more are handed along than is sane.
    """
    if len(signed.certificates) > MAX_CERTIFICATES:
        raise Asn1Error("too many certificates")
    found = [each for each in (readable(der) for der in signed.certificates) if each is not None]
    meant = [each for each in found if _is_meant(signed.signer, each)]
    return tuple(sorted(meant, key=lambda each: each.issuer != signed.signer.issuer))


def signed_by(signed: SignedData, signer: Certificate) -> bool:
    """Whether `signer` signed the content, by way of attributes that name its type and its hash.

    Without attributes nothing holds: a signature on bare content could be made from one on attributes.
    Raises KeyUnfitError for keys and algorithms that are not accepted, Asn1Error for malformed attributes.
    """
    information = signed.signer
    digest = digest_make(hash_of(information.digest), signed.content)
    if oid_read(_attribute(information, CONTENT_TYPE)) != signed.content_type:
        return False
    if not hmac.compare_digest(octets_read(_attribute(information, MESSAGE_DIGEST)), digest):
        return False
    key = public_key_read(signer.key_info)
    return any(
        signature_holds(key, information.algorithm, information.signature, attributes, digest=information.digest)
        for attributes in information.signed
    )


def _attribute(information: SignerInfo, kind: str) -> bytes:
    """The one value of an attribute that must be there once."""
    values = [each for found, each in information.attributes if found == kind]
    if len(values) != 1 or len(values[0]) != 1:
        raise Asn1Error("not exactly one value of an attribute")
    return values[0][0]


def _is_meant(information: SignerInfo, certificate: Certificate) -> bool:
    if information.key_id is None:
        return certificate.serial == information.serial
    return information.key_id == key_id_of(certificate)


def key_id_of(certificate: Certificate) -> bytes:
    """A certificate's key identifier; SHA-1 of the key where it states none (RFC 5280 4.2.1.2, method 1).

    Raises Asn1Error when it states none and its key is malformed.
    """
    if certificate.key_id:
        return certificate.key_id
    key = key_info_read(certificate.key_info).key
    return hashlib.sha1(key, usedforsecurity=False).digest()


@lru_cache(maxsize=256)
def readable(der: bytes) -> Certificate | None:
    """A certificate, or None where it is none.

    Kept, since one signer signs some hundred thousand cards: reading proves nothing, so nothing can go stale.
    """
    try:
        return certificate_read(der)
    except Asn1Error:
        return None
