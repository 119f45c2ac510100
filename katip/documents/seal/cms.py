"""The envelope of a seal: a CMS (RFC 5652) as PAdES wants it (ETSI EN 319 142-1), byte for byte the same each time.

For one digest, chain, signature and timestamp there is one envelope. Whoever checks a seal builds it again and
compares: what differs was not written here.
"""

import hashlib

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from katip.documents.seal.port import mechanism_of

Chain = tuple[x509.Certificate, ...]
_SEQUENCE, _SET, _OCTETS, _TAGGED_0, _TAGGED_1 = 0x30, 0x31, 0x04, 0xA0, 0xA1
_LONG = 0x80
_ONE = core.Integer(1).dump()
_DATA, _SIGNED_DATA, _CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_CERTIFICATE, _TIMESTAMP = (
    core.ObjectIdentifier(f"1.2.840.113549.1.{rest}").dump()
    for rest in ("7.1", "7.2", "9.3", "9.4", "9.16.2.47", "9.16.2.14")
)


def to_sign(digest: bytes, chain: Chain) -> bytes:
    """What the key signs for a content with this `digest`: the signed attributes, DER."""
    return _der(_SET, *_attributes(digest, chain))


def envelope(digest: bytes, chain: Chain, signature: bytes, timestamp: bytes | None = None) -> bytes:
    """The CMS, DER: `signature` over `to_sign(digest, chain)`, and the timestamp token over the signature if any."""
    hashed, signed = _algorithms(chain)
    certificates = [each.public_bytes(Encoding.DER) for each in chain]
    own = asn1.Certificate.load(certificates[0])
    signer = _der(
        _SEQUENCE,
        _ONE,
        _der(_SEQUENCE, own.issuer.dump(), core.Integer(own.serial_number).dump()),
        hashed,
        _der(_TAGGED_0, *_attributes(digest, chain)),
        signed,
        _der(_OCTETS, signature),
        b"" if timestamp is None else _der(_TAGGED_1, _attribute(_TIMESTAMP, timestamp)),
    )
    whole = _der(
        _SEQUENCE,
        _ONE,
        _der(_SET, hashed),
        _der(_SEQUENCE, _DATA),
        _der(_TAGGED_0, *sorted(certificates)),
        _der(_SET, signer),
    )
    return _der(_SEQUENCE, _SIGNED_DATA, _der(_TAGGED_0, whole))


def envelope_open(content: bytes) -> tuple[bytes, bytes | None]:
    """Signature and timestamp token of an envelope. Raises `ValueError` where it is none of ours."""
    try:
        signer = cms.ContentInfo.load(content)["content"]["signer_infos"][0]
        signature: bytes = signer["signature"].native
        attributes = signer["unsigned_attrs"]
        if isinstance(attributes, core.Void) or not len(attributes):
            return signature, None
        return signature, attributes[0]["values"][0].dump()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        message = "not an envelope"
        raise ValueError(message) from error


def certificates_of(content: bytes) -> list[x509.Certificate]:
    """The certificates that some CMS carries, unproved. Raises `ValueError` where it is no CMS."""
    try:
        held = cms.ContentInfo.load(content)["content"]["certificates"]
        return [x509.load_der_x509_certificate(each.chosen.dump()) for each in held]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = "not a CMS"
        raise ValueError(message) from error


def _attributes(digest: bytes, chain: Chain) -> list[bytes]:
    """No signing time among them: PAdES leaves it to the signature's dictionary."""
    own = hashlib.sha256(chain[0].public_bytes(Encoding.DER)).digest()  # SHA-256 is the default, which DER leaves out
    named = _der(_SEQUENCE, _der(_SEQUENCE, _der(_SEQUENCE, _der(_OCTETS, own))))
    return sorted(
        [
            _attribute(_CONTENT_TYPE, _DATA),
            _attribute(_MESSAGE_DIGEST, _der(_OCTETS, digest)),
            _attribute(_SIGNING_CERTIFICATE, named),
        ]
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return _der(_SEQUENCE, kind, _der(_SET, value))


def _algorithms(chain: Chain) -> tuple[bytes, bytes]:
    """The hash, and how the key signs."""
    mechanism = mechanism_of(chain[0].public_key())
    return (
        algos.DigestAlgorithm({"algorithm": mechanism.digest}).dump(),
        algos.SignedDigestAlgorithm({"algorithm": mechanism.cms}).dump(),
    )


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < _LONG:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, _LONG | size)) + length.to_bytes(size, "big") + content


def timestamp_put(content: bytes, timestamp: bytes) -> bytes:
    """The envelope `content` with this token in it; what the signature covers stays."""
    whole = cms.ContentInfo.load(content)
    signer = whole["content"]["signer_infos"][0]
    token = cms.ContentInfo.load(timestamp)
    attribute = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
    signer["unsigned_attrs"] = cms.CMSAttributes([attribute])
    stamped: bytes = whole.dump(force=True)
    return stamped
