"""Schemas for `asn1`, where those of `asn1crypto` are laxer than the standard or resolve more than is wanted.

CMS is RFC 5652, LDSSecurityObject Doc 9303-10 4.6.2.3, CscaMasterList Doc 9303-12 9.2.
"""
# ruff: noqa: D101 -- each is named as in its standard
# The library has no types, so that every subclass looks like one of Any.
# mypy: disable-error-code="misc"

from asn1crypto import core, x509


class Algorithm(core.Sequence):
    _fields = [("algorithm", core.ObjectIdentifier), ("parameters", core.Any, {"optional": True})]


class Algorithms(core.SetOf):
    _child_spec = Algorithm


class Attribute(core.Sequence):
    _fields = [("type", core.ObjectIdentifier), ("values", core.SetOf, {"spec": core.Any})]


class Attributes(core.SetOf):
    _child_spec = Attribute


class IssuerAndSerial(core.Sequence):
    _fields = [("issuer", x509.Name), ("serial", core.Integer)]


class SignerId(core.Choice):
    _alternatives = [("issuer_and_serial", IssuerAndSerial), ("key_id", core.OctetString, {"implicit": 0})]


class SignerInfo(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("sid", SignerId),
        ("digest", Algorithm),
        ("attributes", Attributes, {"implicit": 0, "optional": True}),
        ("algorithm", Algorithm),
        ("signature", core.OctetString),
        ("unsigned", core.SetOf, {"implicit": 1, "optional": True, "spec": core.Any}),
    ]


class SignerInfos(core.SetOf):
    _child_spec = SignerInfo


class Anything(core.SetOf):
    _child_spec = core.Any


class SignedData(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("digests", Algorithms),
        ("content", core.Any),
        ("certificates", Anything, {"implicit": 0, "optional": True}),
        ("crls", Anything, {"implicit": 1, "optional": True}),
        ("signers", SignerInfos),
    ]


class GroupHash(core.Sequence):
    _fields = [("number", core.Integer), ("hash", core.OctetString)]


class GroupHashes(core.SequenceOf):
    _child_spec = GroupHash


class LdsVersion(core.Sequence):
    _fields = [("lds", core.PrintableString), ("unicode", core.PrintableString)]


class SecurityContent(core.Sequence):
    _fields = [
        ("version", core.Integer),
        ("digest", Algorithm),
        ("hashes", GroupHashes),
        ("lds_version", LdsVersion, {"optional": True}),
    ]


class KeyInfo(core.Sequence):
    _fields = [("algorithm", Algorithm), ("key", core.BitString)]


class CertificateList(core.Sequence):
    _fields = [("version", core.Integer), ("certificates", Anything)]


class Extension(core.Sequence):
    _fields = [
        ("id", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("value", core.OctetString),
    ]


class Extensions(core.SequenceOf):
    _child_spec = Extension
