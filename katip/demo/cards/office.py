"""The office that issues the cast's cards: opened at every start of the sample world, asked by `katip card`.

Its country's certificate and a revocation list of the day go into the installation's trust folder: a list older than
its own date refuses every card.
"""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from katip.core.clock import day_of
from katip.core.errors import KatipError
from katip.demo.cards.card import (
    Card,
    Holder,
    card_clone,
    card_edit,
    card_issue,
    document_number_draw,
)
from katip.demo.cards.issuer import Issued, country_make, revocation_list, signer_make
from katip.demo.cards.kept import Office, office_find, office_keep
from katip.demo.cards.keys import key_ec
from katip.demo.cards.kinds import Kind
from katip.demo.cast import Entry
from katip.demo.folder import private_write

CERTIFICATE, REVOCATIONS = "ornek-country.pem", "ornek-country.crl"
"""the files in the trust folder"""
_SIGNER_SERIAL, _REVOKED_SERIAL = 100, 101
_YEAR = timedelta(days=365)
_VALID_FOR, _EXPIRED_FOR = 8 * _YEAR, timedelta(days=30)
_YOUNGEST, _AGES = 25 * _YEAR, 35 * 365
_ACCESS_NUMBERS = 10**6
_OTHERS = ("stranger", "employer")
"""whose card serves where it must be somebody else's"""


class CardMissingError(KatipError):
    """There is no such card; the message says what to do."""


def office_open(data: Path, trust: Path, entries: Iterable[Entry], at: datetime) -> None:
    """Make cards for those of the cast who have none, and trust the office: certificate and fresh revocation list."""
    office = office_find(data) or _office_make()
    missing = [entry for entry in entries if entry.key not in office.cards]
    for entry in missing:
        office.cards[entry.key] = _issue(office.signer, entry, day_of(at))
    if missing:
        office_keep(data, office)
    trust.mkdir(parents=True, exist_ok=True)
    certificate = x509.load_der_x509_certificate(office.country.certificate)
    revocations = revocation_list(office.country, [office.revoked], at=at, number=int(at.timestamp()))
    private_write(trust / CERTIFICATE, certificate.public_bytes(Encoding.PEM).decode("ascii"))
    private_write(trust / REVOCATIONS, x509.load_der_x509_crl(revocations).public_bytes(Encoding.PEM).decode("ascii"))


def card_get(data: Path, key: str, kind: Kind, today: date) -> Card:
    """Return the card of a member of the cast, spoilt as `kind` says. Raises CardMissingError."""
    office = office_find(data)
    if office is None:
        raise CardMissingError(f"There are no cards in {data}. Start the product first: script/demo --data {data}")
    card = office.cards.get(key)
    if card is None:
        raise CardMissingError(f"Nobody is called {key}. The cast: {', '.join(office.cards)}")
    return _spoil(office, card, office.cards[next(other for other in _OTHERS if other != key)], kind, today)


def _spoil(office: Office, card: Card, other: Card, kind: Kind, today: date) -> Card:
    """The card as `kind` says; `other` is somebody else's."""
    mrz = card.mrz
    match kind:
        case Kind.GENUINE:
            return card
        case Kind.CLONE:
            return card_clone(card)
        case Kind.EDITED:  # the other's card, with this one's names and number written into it
            return card_edit(other, surname=mrz.surname, given_names=mrz.given_names, optional_1=mrz.optional_1)
        case Kind.EXPIRED:
            expired = replace(mrz, expiry=(today - _EXPIRED_FOR).strftime("%y%m%d"))
            return _again(card, card_issue(office.signer, expired, key=card.key))
        case Kind.NO_CLONE_CHECK:
            return _again(card, card_issue(office.signer, mrz, clone_check=False))
        case Kind.OTHER_PERSON:
            return other
        case Kind.REVOKED:
            return _again(card, card_issue(office.revoked, mrz, key=card.key))


def _again(card: Card, issued: Card) -> Card:
    """A card issued in place of `card`: the same number is printed on its front."""
    return replace(issued, card_access_number=card.card_access_number)


def _office_make() -> Office:
    country = country_make(key=key_ec("secp521r1", explicit=True))
    return Office(
        country=country,
        signer=signer_make(country, key=key_ec("secp384r1", explicit=True), serial=_SIGNER_SERIAL),
        revoked=signer_make(country, key=key_ec("secp384r1", explicit=True), serial=_REVOKED_SERIAL),
        cards={},
    )


def _issue(signer: Issued, entry: Entry, today: date) -> Card:
    given_names, _, surname = entry.name.rpartition(" ")
    holder = Holder(
        national_id=entry.national_id,
        given_names=given_names,
        surname=surname,
        birth_date=today - _YOUNGEST - timedelta(days=secrets.randbelow(_AGES)),
        expires_on=today + _VALID_FOR,
        document_number=document_number_draw(),
    )
    key = key_ec("brainpoolP256r1", explicit=True)
    return card_issue(signer, holder, key=key, card_access_number=f"{secrets.randbelow(_ACCESS_NUMBERS):06}")
