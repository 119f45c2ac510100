"""Reads certificates, signed data and revocation lists into the plain values of `structures`.

The only module that knows `asn1crypto`: were it given up, this is what would be written anew. Nothing is judged here
but shape. Every reader raises `Asn1Error` and nothing else; its message never holds what was read.
"""

import functools
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from asn1crypto import algos, core, keys, x509

from katip.identity.chip import schemas
from katip.identity.chip.ber import definite, octets_joined
from katip.identity.chip.structures import (
    Algorithm,
    Certificate,
    CurveNumbers,
    EcParameters,
    KeyInfo,
    NameKey,
    PssParameters,
    RevocationList,
    SecurityContent,
    SignedData,
    SignerInfo,
)
from katip.identity.chip.tlv import HEADER_AT_MOST, MAX_OBJECTS, header_read, tlv_each, tlv_encode, tlv_only

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
COUNTRY = "2.5.4.6"

_CMS_VERSIONS, _SIGNER_VERSIONS = (1, 3, 4, 5), (1, 3)
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_KEY_ID, _KEY_USAGE, _BASIC, _AUTHORITY, _PURPOSE = (f"2.5.29.{n}" for n in (14, 15, 19, 35, 37))
_HARMLESS = frozenset(f"2.5.29.{n}" for n in (16, 17, 18, 31, 32))
"""period of the key's use, other names, where lists are, policies: they limit nothing that is asked here"""
_UNDERSTOOD = _HARMLESS | {_KEY_ID, _KEY_USAGE, _BASIC, _AUTHORITY, _PURPOSE}
_CRL_UNDERSTOOD = frozenset({"2.5.29.20", _AUTHORITY})  # the former is the list's number
_CRL_PARTIAL = frozenset({"2.5.29.27", "2.5.29.28"})
"""changes to another list, or only some certificates or reasons: critical by the book, and meant so without"""
_MAX_REVOKED = 1_000_000
_INTEGER, _SEQUENCE, _SET, _TAGGED = 0x02, 0x30, 0x31, 0xA0
_TIMES = (0x17, 0x18)
_NULL = b"\x05\x00"


class Asn1Error(ValueError):
    """Bytes are not the structure that they should be."""


def _strict(read: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Whatever the library raises at hostile bytes comes out as Asn1Error."""

    @functools.wraps(read)
    def strict(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return read(*args, **kwargs)
        except Asn1Error:
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
            raise Asn1Error(f"not what it should be: {type(error).__name__}") from None

    return strict


_KNOWN_EXTENSIONS = (
    (_BASIC, x509.BasicConstraints),
    (_KEY_USAGE, x509.KeyUsage),
    (_PURPOSE, x509.ExtKeyUsageSyntax),
    (_KEY_ID, core.OctetString),
    (_AUTHORITY, x509.AuthorityKeyIdentifier),
)


@_strict
def certificate_read(der: bytes) -> Certificate:
    """Take a certificate in DER apart. Raises Asn1Error."""
    certificate = _exact(x509.Certificate.load(der, strict=True))
    body = _exact(certificate["tbs_certificate"])
    outer, inner = (_algorithm(each) for each in (certificate["signature_algorithm"], body["signature"]))
    if outer.oid != inner.oid:
        raise Asn1Error("two signature algorithms")
    extensions = body["extensions"]
    found = {} if isinstance(extensions, core.Void) else _extensions(extensions.untag().dump())
    basic, usage, purpose, own, authority = (
        known.load(found[kind][1], strict=True) if kind in found else None for kind, known in _KNOWN_EXTENSIONS
    )
    return Certificate(
        der=der,
        body=body.dump(),
        algorithm=outer,
        signature=_bits(certificate["signature_value"]),
        serial=body["serial_number"].native,
        issuer=_name(body["issuer"]),
        subject=_name(body["subject"]),
        not_before=_time(body["validity"]["not_before"]),
        not_after=_time(body["validity"]["not_after"]),
        key_info=body["subject_public_key_info"].dump(),
        key_id=own.native if own is not None else None,
        authority_key_id=_authority_key_id(authority),
        is_authority=bool(basic is not None and basic["ca"].native),
        usages=frozenset(usage.native) if usage is not None else None,
        purposes=frozenset(each.dotted for each in purpose) if purpose is not None else frozenset(),
        not_understood=tuple(kind for kind, (critical, _) in found.items() if critical and kind not in _UNDERSTOOD),
    )


@_strict
def subject_shown(certificate: Certificate) -> str:
    """Whom a certificate is about, as it writes it: for the operator's eyes. Raises Asn1Error."""
    subject = x509.Certificate.load(certificate.der, strict=True).subject
    shown: str = subject.human_friendly
    return "".join(each if each.isprintable() else "·" for each in shown)


@_strict
def signed_data_read(data: bytes) -> SignedData:
    """Take a CMS SignedData apart, in DER or BER, that has exactly one signer. Raises Asn1Error."""
    kind, tagged = _pieces(tlv_only(definite(data), _SEQUENCE))
    if _dotted(kind) != _SIGNED_DATA:
        raise Asn1Error("not signed data")
    signed = _exact(schemas.SignedData.load(tlv_only(tagged, _TAGGED), strict=True))
    if signed["version"].native not in _CMS_VERSIONS or not all(map(_algorithm, signed["digests"])):
        raise Asn1Error("unknown version")
    if len(signed["signers"]) != 1:
        raise Asn1Error("not exactly one signer")
    content_type, content = _pieces(tlv_only(signed["content"].dump(), _SEQUENCE))
    along = signed["certificates"]
    certificates = () if isinstance(along, core.Void) else tuple(each.dump() for each in along)
    if any(each[0] != _SEQUENCE for each in certificates):  # other kinds than X.509 have no place in documents
        raise Asn1Error("not a certificate")
    return SignedData(
        content_type=_dotted(content_type),
        content=octets_joined(tlv_only(content, _TAGGED)),
        certificates=certificates,
        signer=_signer(signed["signers"][0]),
    )


@_strict
def security_content_read(der: bytes) -> SecurityContent:
    """Take apart what a security object signs. Raises Asn1Error, also when a data group is listed twice."""
    content = _exact(schemas.SecurityContent.load(der, strict=True))
    version, lds_version = content["version"].native, content["lds_version"]
    if version not in (0, 1):
        raise Asn1Error("unknown version")
    if not isinstance(lds_version, core.Void):
        lds_version["lds"].native  # noqa: B018 – read, so that a malformed one is refused
    hashes: dict[int, bytes] = {}
    for each in map(_exact, content["hashes"]):
        number = each["number"].native
        if not 1 <= number <= 16 or number in hashes:  # noqa: PLR2004 – Doc 9303-10: sixteen data groups
            raise Asn1Error("data group unknown or listed twice")
        hashes[number] = each["hash"].native
    if not hashes:
        raise Asn1Error("no data group listed")
    return SecurityContent(_algorithm(content["digest"]), hashes)


@_strict
def country_certificates_read(der: bytes) -> tuple[bytes, ...]:
    """The certificates of a CscaMasterList (Doc 9303-12 9.2), each in DER and not looked at yet. Raises Asn1Error."""
    content = _exact(schemas.CertificateList.load(der, strict=True))
    if content["version"].native != 0:
        raise Asn1Error("unknown version")
    return tuple(each.dump() for each in content["certificates"])


@_strict
def revocation_list_read(der: bytes) -> RevocationList:
    """Take a CRL apart (RFC 5280 5.1). Raises Asn1Error, also when it has more than a million entries.

    The entries are walked by hand: the library would need minutes for a large list.
    """
    body, algorithm, signature = _pieces(tlv_only(der, _SEQUENCE))
    parts = _pieces(tlv_only(body, _SEQUENCE))
    if parts[0][0] == _INTEGER:
        parts.pop(0)
    inner, issuer, this_update, *rest = parts
    next_update = rest.pop(0) if rest and rest[0][0] in _TIMES else None
    entries = rest.pop(0) if rest and rest[0][0] == _SEQUENCE else None
    found = _extensions(tlv_only(rest.pop(0), _TAGGED)) if rest and rest[0][0] == _TAGGED else {}
    if rest:
        raise Asn1Error("more than a revocation list")
    limits = ({kind for kind, (critical, _) in found.items() if critical} - _CRL_UNDERSTOOD) | (
        found.keys() & _CRL_PARTIAL
    )
    outer = _algorithm_read(algorithm)
    if outer.oid != _algorithm_read(inner).oid:
        raise Asn1Error("two signature algorithms")
    authority = x509.AuthorityKeyIdentifier.load(found[_AUTHORITY][1], strict=True) if _AUTHORITY in found else None
    return RevocationList(
        body=body,
        algorithm=outer,
        signature=_bits(core.BitString.load(signature, strict=True)),
        issuer=_name_read(issuer),
        authority_key_id=_authority_key_id(authority),
        this_update=_time(x509.Time.load(this_update, strict=True)),
        next_update=_time(x509.Time.load(next_update, strict=True)) if next_update else None,
        revoked=frozenset(_revoked(tlv_only(entries, _SEQUENCE))) if entries else frozenset(),
        partial=min(limits, default=None),
    )


@_strict
def key_info_read(der: bytes) -> KeyInfo:
    """Take a SubjectPublicKeyInfo apart. Raises Asn1Error."""
    information = _exact(schemas.KeyInfo.load(der, strict=True))
    return KeyInfo(_algorithm(information["algorithm"]), _bits(information["key"]))


@_strict
def rsa_key_read(der: bytes) -> tuple[int, int]:
    """Modulus and public exponent. Raises Asn1Error."""
    key = _exact(keys.RSAPublicKey.load(der, strict=True))
    return key["modulus"].native, key["public_exponent"].native


@_strict
def ec_parameters_read(der: bytes | None) -> EcParameters:
    """The curve that the parameters name or spell out; a prime curve. Raises Asn1Error."""
    domain = keys.ECDomainParameters.load(der or b"", strict=True)
    if domain.name == "named":
        return EcParameters(domain.chosen.dotted, None)
    if domain.name != "specified":
        raise Asn1Error("curve inherited")
    given = _exact(domain.chosen)
    field, curve, cofactor = given["field_id"], given["curve"], given["cofactor"]
    if field["field_type"].native != "prime_field":
        raise Asn1Error("not a prime curve")
    numbers = CurveNumbers(
        p=field["parameters"].native,
        a=int.from_bytes(curve["a"].native, "big"),
        b=int.from_bytes(curve["b"].native, "big"),
        base=bytes(given["base"]),
        n=given["order"].native,
        cofactor=None if isinstance(cofactor, core.Void) else cofactor.native,
    )
    return EcParameters(None, numbers)


@_strict
def pss_parameters_read(der: bytes) -> PssParameters:
    """The parameters of an RSASSA-PSS signature. Raises Asn1Error, also for another mask than MGF1."""
    given = _exact(algos.RSASSAPSSParams.load(der, strict=True))
    mask = given["mask_gen_algorithm"]
    if mask["algorithm"].native != "mgf1" or given["trailer_field"].native != "trailer_field_bc":
        raise Asn1Error("unknown mask or trailer")
    return PssParameters(
        digest=given["hash_algorithm"]["algorithm"].dotted,
        mask_digest=mask["parameters"]["algorithm"].dotted,
        salt_length=given["salt_length"].native,
    )


@_strict
def security_infos_read(der: bytes) -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    """SecurityInfos of data group 14: the protocol of each, and what follows it in DER. Raises Asn1Error."""
    infos = (_pieces(tlv_only(info, _SEQUENCE)) for info in _pieces(tlv_only(der, _SET)))
    return tuple((_dotted(protocol), tuple(required)) for protocol, *required in infos)


@_strict
def oid_read(der: bytes) -> str:
    """An object identifier, dotted. Raises Asn1Error."""
    return _dotted(der)


@_strict
def octets_read(der: bytes) -> bytes:
    """The octets of an octet string. Raises Asn1Error."""
    found: bytes = core.OctetString.load(der, strict=True).native
    return found


def _signer(information: Any) -> SignerInfo:
    if _exact(information)["version"].native not in _SIGNER_VERSIONS:
        raise Asn1Error("unknown version")
    sid, attributes = information["sid"], information["attributes"]
    by_key = sid.name == "key_id"
    found: list[tuple[str, tuple[bytes, ...]]] = []
    signed: list[bytes] = []
    if not isinstance(attributes, core.Void):
        found = [
            (each["type"].dotted, tuple(value.dump() for value in each["values"])) for each in map(_exact, attributes)
        ]
        pieces = [each.dump() for each in attributes]
        signed = list(dict.fromkeys(tlv_encode(_SET, b"".join(each)) for each in (pieces, sorted(pieces))))
    return SignerInfo(
        issuer=None if by_key else _name(sid.chosen["issuer"]),
        serial=None if by_key else sid.chosen["serial"].native,
        key_id=sid.chosen.native if by_key else None,
        digest=_algorithm(information["digest"]),
        attributes=tuple(found),
        signed=tuple(signed),
        algorithm=_algorithm(information["algorithm"]),
        signature=information["signature"].native,
    )


def _exact(sequence: Any) -> Any:
    """A sequence that has no more elements than fields: the library leaves out what follows the last one."""
    if len(sequence) != sum(1 for _ in sequence):
        raise Asn1Error("more elements than there are fields")
    return sequence


def _algorithm(given: Any) -> Algorithm:
    return _algorithm_read(given.dump())


@functools.lru_cache(maxsize=128)
def _algorithm_read(der: bytes) -> Algorithm:
    given = _exact(schemas.Algorithm.load(der, strict=True))
    parameters = given["parameters"]
    absent = isinstance(parameters, core.Void) or parameters.dump() == _NULL
    return Algorithm(given["algorithm"].dotted, None if absent else parameters.dump())


def _extensions(der: bytes) -> dict[str, tuple[bool, bytes]]:
    """By number: whether it is critical, and its value in DER."""
    found: dict[str, tuple[bool, bytes]] = {}
    for each in schemas.Extensions.load(der, strict=True):
        if each["id"].dotted in found:
            raise Asn1Error("an extension twice")
        found[each["id"].dotted] = (bool(each["critical"].native), each["value"].native)
    return found


def _name(name: Any) -> NameKey:
    return _name_read(name.dump())


@functools.lru_cache(maxsize=128)
def _name_read(der: bytes) -> NameKey:
    """Kept, as the above: the same few names and algorithms come back with every card."""
    return tuple(
        tuple(sorted((pair["type"].dotted, _text(pair["value"])) for pair in together))
        for together in x509.Name.load(der, strict=True).chosen
    )


def _text(value: Any) -> str:
    native = value.native
    return " ".join(native.casefold().split()) if isinstance(native, str) else value.dump().hex()


def _time(time: Any) -> datetime:
    moment = time.native
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise Asn1Error("not a moment")
    return moment


def _bits(string: Any) -> bytes:
    """A bit string of whole octets."""
    contents: bytes = string.contents
    if not contents or contents[0] != 0:
        raise Asn1Error("bits left over")
    return contents[1:]


def _authority_key_id(extension: Any) -> bytes | None:
    found: bytes | None = extension["key_identifier"].native if extension is not None else None
    return found


def _revoked(entries: bytes) -> Iterator[int]:
    """The serial numbers in the list's entries; the reasons do not matter, since who was withdrawn stays so."""
    for entry in tlv_each(entries, limit=_MAX_REVOKED):
        header = header_read(entry.value)
        if entry.tag != _SEQUENCE or header.tag != _INTEGER or not header.value_length:
            raise Asn1Error("not an entry")
        yield int.from_bytes(entry.value[header.header_length : header.length], "big", signed=True)


def _pieces(data: bytes) -> list[bytes]:
    """The elements that fill `data`, each with its header as it stands there."""
    found: list[bytes] = []
    at = 0
    while at < len(data):
        if len(found) == MAX_OBJECTS:
            raise Asn1Error("too many elements")
        length = header_read(data[at : at + HEADER_AT_MOST]).length
        if at + length > len(data):
            raise Asn1Error("element cut off")
        found.append(data[at : at + length])
        at += length
    return found


def _dotted(der: bytes) -> str:
    found: str = core.ObjectIdentifier.load(der, strict=True).dotted
    return found
