"""The envelope of a seal: a CMS (RFC 5652) as PAdES wants it (ETSI EN 319 142-1), byte for byte the same each time.

For one digest, chain, signature and timestamp there is one envelope. Whoever checks a seal builds it again and
compares: what differs was not written here.
"""

import hashlib

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from katip.documents.seal.port import Mechanism, mechanism_of

Chain = tuple[x509.Certificate, ...]
_TIMESTAMP = "signature_time_stamp_token"


def to_sign(digest: bytes, chain: Chain) -> bytes:
    """What the key signs for a content with this `digest`: the signed attributes, DER."""
    attributes: bytes = _attributes(digest, chain).dump()
    return attributes


def envelope(digest: bytes, chain: Chain, signature: bytes, timestamp: bytes | None = None) -> bytes:
    """The CMS, DER: `signature` over `to_sign(digest, chain)`, and the timestamp token over the signature if any."""
    mechanism, certificates = _mechanism(chain), [_asn1(each) for each in chain]
    algorithm = algos.DigestAlgorithm({"algorithm": mechanism.digest})
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            cms.IssuerAndSerialNumber(
                {"issuer": certificates[0].issuer, "serial_number": certificates[0].serial_number}
            ),
        ),
        "digest_algorithm": algorithm,
        "signed_attrs": _attributes(digest, chain),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": mechanism.cms}),
        "signature": signature,
    }
    if timestamp is not None:
        token = cms.ContentInfo.load(timestamp)
        signer["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": _TIMESTAMP, "values": [token]})])
    signed = {
        "version": "v1",
        "digest_algorithms": [algorithm],
        "encap_content_info": {"content_type": "data"},
        "certificates": [cms.CertificateChoices("certificate", each) for each in certificates],
        "signer_infos": [signer],
    }
    whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()
    return whole


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


def _attributes(digest: bytes, chain: Chain) -> cms.CMSAttributes:
    """No signing time among them: PAdES leaves it to the signature's dictionary."""
    own = chain[0].public_bytes(Encoding.DER)
    named = {"cert_hash": hashlib.sha256(own).digest()}  # SHA-256 is the default, which DER leaves out
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [named]})]}
            ),
        ]
    )


def _mechanism(chain: Chain) -> Mechanism:
    return mechanism_of(chain[0].public_key())


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def timestamp_put(content: bytes, timestamp: bytes) -> bytes:
    """The envelope `content` with this token in it; what the signature covers stays."""
    whole = cms.ContentInfo.load(content)
    signer = whole["content"]["signer_infos"][0]
    token = cms.ContentInfo.load(timestamp)
    signer["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": _TIMESTAMP, "values": [token]})])
    stamped: bytes = whole.dump(force=True)
    return stamped
