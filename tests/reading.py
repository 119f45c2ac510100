"""Reading cards in tests: an office that issues them, and what an honest or a dishonest reader hands in for one."""

import base64
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from katip.core.clock import day_of
from katip.demo.cards.card import Card, Holder, card_clone, card_edit, card_issue
from katip.demo.cards.issuer import Issued, country_make, revocation_list, signer_make
from katip.demo.cards.keys import key_ec
from katip.identity.chip.evidence import Evidence
from katip.identity.models import Person

HOLDER = Holder("", "Ada", "Örnek", date(1990, 3, 4), date(2040, 5, 6), "A12B34567")


@dataclass
class Office:
    """A country, its signer and a revoked one; their certificates and revocation list lie in `folder`."""

    folder: Path
    at: datetime
    country: Issued
    signer: Issued
    revoked: Issued

    def card(self, someone: Person, kind: str = "genuine") -> Card:
        """A person's card of one of these kinds."""
        holder = replace(HOLDER, national_id=someone.national_id)
        genuine = card_issue(self.signer, holder)
        match kind:
            case "genuine":
                return genuine
            case "clone":
                return card_clone(genuine)
            case "edited":
                return card_edit(genuine, given_names="EVE")
            case "revoked":
                return card_issue(self.revoked, holder)
            case "expired":
                return card_issue(self.signer, replace(holder, expires_on=day_of(self.at) - timedelta(days=1)))
            case "no_clone_check":
                return card_issue(self.signer, holder, clone_check=False)
            case "foreign":
                stranger = country_make(key=key_ec(), common="Yabancı CSCA")
                return card_issue(signer_make(stranger, key=key_ec()), holder)
            case _:
                raise ValueError(kind)


def office_open(folder: Path, at: datetime) -> Office:
    """Open the office and let the trust folder `folder` hold what it published at `at`."""
    country = country_make(key=key_ec("secp384r1", explicit=True))
    signer, revoked = (signer_make(country, key=key_ec(explicit=True), serial=serial) for serial in (100, 101))
    folder.mkdir(exist_ok=True)
    (folder / "country.cer").write_bytes(country.certificate)
    (folder / "country.crl").write_bytes(revocation_list(country, [revoked], at=at - timedelta(hours=1)))
    return Office(folder, at, country, signer, revoked)


def evidence_of(card: Card, challenge: bytes) -> Evidence:
    """What a reader hands over that does what it is told."""
    return Evidence(
        security_object=card.security_object, data_groups=dict(card.groups), signature=card.answer(challenge)
    )


def body_of(evidence: Evidence) -> dict[str, Any]:
    """The same as the API takes it."""
    return {
        "security_object": text_of(evidence.security_object),
        "data_groups": {str(number): text_of(content) for number, content in evidence.data_groups.items()},
        "signature": None if evidence.signature is None else text_of(evidence.signature),
    }


def text_of(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
