"""A synthetic card: what is printed on it, the files in its chip, and the key that only the genuine chip has."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from katip.demo.cards.answer import challenge_answer
from katip.demo.cards.groups import GROUP_2, PHOTOGRAPH, card_access, common, group_1, group_14, group_15
from katip.demo.cards.issuer import Issued
from katip.demo.cards.keys import Key, key_ec
from katip.demo.cards.signed import BY_THE_BOOK, Quirks, security_object
from katip.identity.chip.mrz import Mrz, td1_build

_TO_LATIN = str.maketrans("ÇĞİÖŞÜÂÎÛçğıöşüâîû", "CGIOSUAIUCGIOSUAIU")
_MACHINE_LETTERS = "ABCDEFGHJKLMNPRSTUVYZ"
_LINE = 30


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card it is, as the card's front says it."""

    national_id: str
    given_names: str
    surname: str
    birth_date: date
    expires_on: date
    document_number: str
    sex: str = "<"
    state: str = "TUR"


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `key` is None on one that cannot answer a challenge.

    `groups` are the data groups that serve as evidence, whole files by number; the chip holds the photograph's too.

    `pace_curve` None: the chip knows basic access control only. `card_access_number` is the six digits printed on the
    front, or None. `least_answer`: with RSA the lesser of two answers, as the first edition of ISO/IEC 9796-2 has it.
    """

    mrz: Mrz
    groups: Mapping[int, bytes]
    security_object: bytes
    key: Key | None
    answer_hash: str = "sha256"
    pace_curve: str | None = "brainpoolP256r1"
    card_access_number: str | None = None
    least_answer: bool = False

    @property
    def lines(self) -> tuple[str, str, str]:
        """The three lines printed on the back."""
        text = td1_build(self.mrz)
        return text[:_LINE], text[_LINE : 2 * _LINE], text[2 * _LINE :]

    @property
    def held(self) -> Mapping[int, bytes]:
        """Every data group that the chip holds and its security object lists."""
        return {**self.groups, PHOTOGRAPH: GROUP_2}

    @property
    def common(self) -> bytes:
        """EF.COM."""
        return common(self.held)

    @property
    def access(self) -> bytes | None:
        """EF.CardAccess, or None where the chip knows no PACE."""
        return card_access(self.pace_curve) if self.pace_curve else None

    def answer(self, challenge: bytes) -> bytes | None:
        """The answer to active authentication, or None where the chip has no key."""
        if self.key is None:
            return None
        return challenge_answer(self.key, challenge, self.answer_hash, least=self.least_answer)


def card_issue(
    signer: Issued,
    holder: Holder | Mrz,
    *,
    key: Key | None = None,
    clone_check: bool = True,
    answer_hash: str = "sha256",
    least_answer: bool = False,
    pace_curve: str | None = "brainpoolP256r1",
    card_access_number: str | None = None,
    quirks: Quirks = BY_THE_BOOK,
) -> Card:
    """Make a genuine card; without `clone_check` one whose chip has no key of its own (neither group 14 nor 15)."""
    mrz = holder if isinstance(holder, Mrz) else mrz_of(holder)
    groups = {1: group_1(mrz)}
    if clone_check:
        key = key or key_ec()
        info = group_14(ecdsa_hash=None if key.is_rsa else answer_hash, pace_curve=pace_curve)
        groups |= ({14: info} if info else {}) | {15: group_15(key)}
    return Card(
        mrz=mrz,
        groups=groups,
        security_object=security_object(signer, {**groups, PHOTOGRAPH: GROUP_2}, quirks),
        key=key if clone_check else None,
        answer_hash=answer_hash,
        pace_curve=pace_curve,
        card_access_number=card_access_number,
        least_answer=least_answer,
    )


def card_clone(card: Card) -> Card:
    """All that can be read copied to another chip; the key cannot be read, so this chip has one of its own."""
    return replace(card, key=key_ec())


def card_edit(card: Card, **fields: str) -> Card:
    """The card with other facts in data group 1, check digits right, and the security object as it was."""
    mrz = replace(card.mrz, **fields)
    return replace(card, mrz=mrz, groups={**card.groups, 1: group_1(mrz)})


def mrz_of(holder: Holder) -> Mrz:
    """What the machine-readable zone of an ID card says of its holder: T.C. kimlik no in the first line."""
    return Mrz(
        document_code="I",
        issuing_state=holder.state,
        document_number=holder.document_number,
        birth=holder.birth_date.strftime("%y%m%d"),
        sex=holder.sex,
        expiry=holder.expires_on.strftime("%y%m%d"),
        nationality=holder.state,
        surname=_latin(holder.surname),
        given_names=_latin(holder.given_names),
        optional_1=holder.national_id,
    )


def document_number_draw() -> str:
    """A document number of the usual shape: letter, two digits, letter, five digits."""
    digits = f"{secrets.randbelow(10_000_000):07}"
    return f"{secrets.choice(_MACHINE_LETTERS)}{digits[:2]}{secrets.choice(_MACHINE_LETTERS)}{digits[2:]}"


def _latin(name: str) -> str:
    return name.translate(_TO_LATIN).upper()
