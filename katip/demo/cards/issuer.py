"""Synthetic countries and document signers: certificates, link certificates, revocation lists, country lists.

Structures of ICAO Doc 9303-12 (2021) and RFC 5280. For the sample world and for tests: every certificate says in its
name that it is a sample, and no key here is worth anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from katip.demo.cards import der
from katip.demo.cards.keys import Key, key_ec

START = datetime(2022, 1, 1, tzinfo=UTC)
"""when synthetic countries began to issue"""
_CA_YEARS, _SIGNER_YEARS = 20, 15
_YEAR = timedelta(days=365)
_KEY_USAGE, _BASIC, _KEY_ID, _AUTHORITY, _EXTENDED = (f"2.5.29.{n}" for n in (15, 19, 14, 35, 37))
_CRL_NUMBER, _CRL_REASON = "2.5.29.20", "2.5.29.21"
_KEY_COMPROMISE = 1
LIST_SIGNER = "2.23.136.1.1.3"
"""extended key usage of those who sign country lists"""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key. `name` and `issuer` are whole Names in DER."""

    certificate: bytes
    key: Key
    name: bytes
    issuer: bytes
    serial: int


def name_of(common: str, *, country: str = "TR", organisation: str = "Örnek Devlet") -> bytes:
    """A Name: country, organisation, common name."""
    parts = (
        ("2.5.4.6", der.text(der.PRINTABLE, country)),
        ("2.5.4.10", der.text(der.UTF8, organisation)),
        ("2.5.4.3", der.text(der.UTF8, common)),
    )
    return der.seq(*(der.set_of([der.seq(der.oid(kind), value)]) for kind, value in parts))


def country_make(
    country: str = "TR",
    *,
    key: Key | None = None,
    common: str = "Örnek CSCA",
    serial: int = 1,
    since: datetime = START,
    until: datetime | None = None,
    hash_name: str = "sha512",
) -> Issued:
    """A country's own certificate (CSCA). Several may have one name: give them the same `common`."""
    key = key or key_ec("secp384r1", explicit=True)
    name = name_of(common, country=country)
    return _certify(
        issuer_key=key,
        issuer=name,
        key=key,
        name=name,
        serial=serial,
        validity=(since, until or since + _CA_YEARS * _YEAR),
        hash_name=hash_name,
        extensions=_authority_extensions(key),
    )


def link_make(
    old: Issued,
    new: Issued,
    *,
    serial: int = 2,
    since: datetime = START,
    until: datetime | None = None,
    hash_name: str = "sha512",
) -> Issued:
    """A link certificate: the new key under the old one. Made both ways, two of them go round in a circle."""
    return _certify(
        issuer_key=old.key,
        issuer=old.name,
        key=new.key,
        name=new.name,
        serial=serial,
        validity=(since, until or since + _CA_YEARS * _YEAR),
        hash_name=hash_name,
        extensions=_authority_extensions(new.key),
    )


def signer_make(
    country: Issued,
    *,
    key: Key | None = None,
    common: str = "Örnek DS",
    state: str = "TR",
    serial: int = 100,
    since: datetime = START,
    until: datetime | None = None,
    hash_name: str = "sha256",
    issuer: bytes | None = None,
    purpose: str | None = None,
) -> Issued:
    """A document signer (DS) of the country; with `purpose` LIST_SIGNER one that signs country lists.

    `issuer` is what it calls the country by, where that is unlike the country's own name; `serial` may be 0 or less.
    """
    key = key or key_ec()
    extensions = [
        _extension(_KEY_USAGE, der.bits(b"\x80", 7), critical=True),  # digitalSignature
        _extension(_KEY_ID, der.octets(key.key_id())),
        _extension(_AUTHORITY, der.seq(der.tagged_plain(0, country.key.key_id()))),
    ]
    if purpose:
        extensions.append(_extension(_EXTENDED, der.seq(der.oid(purpose)), critical=True))
    return _certify(
        issuer_key=country.key,
        issuer=issuer or country.name,
        key=key,
        name=name_of(common, country=state),
        serial=serial,
        validity=(since, until or since + _SIGNER_YEARS * _YEAR),
        hash_name=hash_name,
        extensions=extensions,
    )


def revocation_list(
    country: Issued,
    revoked: Iterable[Issued] = (),
    *,
    at: datetime,
    days: int = 90,
    number: int = 1,
    hash_name: str = "sha256",
) -> bytes:
    """The country's revocation list (CRL) of the moment `at`, fresh for that many days (Doc 9303-12: 90 at most)."""
    algorithm = country.key.algorithm(hash_name)
    reason = der.seq(_extension(_CRL_REASON, der.enumerated(_KEY_COMPROMISE)))
    entries = [der.seq(der.integer(one.serial), der.time(at), reason) for one in revoked]
    extensions = der.seq(
        _extension(_AUTHORITY, der.seq(der.tagged_plain(0, country.key.key_id()))),
        _extension(_CRL_NUMBER, der.integer(number)),
    )
    body = der.seq(
        der.integer(1),
        algorithm,
        country.name,
        der.time(at),
        der.time(at + timedelta(days=days)),
        der.seq(*entries) if entries else b"",
        der.tagged(0, extensions),
    )
    return der.seq(body, algorithm, der.bits(country.key.sign(body, hash_name)))


def _certify(
    *,
    issuer_key: Key,
    issuer: bytes,
    key: Key,
    name: bytes,
    serial: int,
    validity: tuple[datetime, datetime],
    hash_name: str,
    extensions: list[bytes],
) -> Issued:
    algorithm = issuer_key.algorithm(hash_name)
    body = der.seq(
        der.tagged(0, der.integer(2)),
        der.integer(serial),
        algorithm,
        issuer,
        der.seq(*(der.time(at) for at in validity)),
        name,
        key.public_info(),
        der.tagged(3, der.seq(*extensions)),
    )
    certificate = der.seq(body, algorithm, der.bits(issuer_key.sign(body, hash_name)))
    return Issued(certificate, key, name, issuer, serial)


def _authority_extensions(key: Key) -> list[bytes]:
    return [
        _extension(_BASIC, der.seq(der.true(), der.integer(0)), critical=True),
        _extension(_KEY_USAGE, der.bits(b"\x06", 1), critical=True),  # keyCertSign, cRLSign
        _extension(_KEY_ID, der.octets(key.key_id())),
    ]


def _extension(kind: str, value: bytes, *, critical: bool = False) -> bytes:
    return der.seq(der.oid(kind), der.true() if critical else b"", der.octets(value))
