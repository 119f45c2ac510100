"""A synthetic country, its signer and a card, and what the verifier says of them: for the tests of this folder."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from katip.demo.cards.card import Card, Holder, card_issue
from katip.demo.cards.issuer import Issued, country_make, revocation_list, signer_make
from katip.demo.cards.keys import Key, key_ec, key_pooled
from katip.demo.cards.signed import BY_THE_BOOK, Quirks
from katip.identity.chip.evidence import Evidence, Verdict
from katip.identity.chip.store import TrustStore
from katip.identity.chip.trust import trust_load
from katip.identity.chip.verify import evidence_verify

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHALLENGE = bytes(range(8))
NATIONAL_ID = "10000000146"
HOLDER = Holder(NATIONAL_ID, "Ayşe", "Yılmaz", date(1990, 1, 31), date(2030, 5, 1), "A12B34567", sex="F")


@cache
def country() -> Issued:
    return country_make()


@cache
def signer() -> Issued:
    return signer_make(country())


@cache
def chip_key() -> Key:
    return key_ec()


@cache
def rsa_key() -> Key:
    return key_pooled(2048)


def card(by: Issued | None = None, quirks: Quirks = BY_THE_BOOK, **kwargs: Any) -> Card:
    """A genuine card of the one holder, by the one signer unless told otherwise."""
    holder = kwargs.pop("holder", HOLDER)
    return card_issue(by or signer(), holder, quirks=quirks, **{"key": chip_key()} | kwargs)


@dataclass(frozen=True)
class Folder:
    """A trust folder that is filled by the test."""

    path: Path

    def put(self, *contents: bytes, end: str = ".cer") -> "Folder":
        for content in contents:
            (self.path / f"{hashlib.sha256(content).hexdigest()[:12]}{end}").write_bytes(content)
        return self

    def trust(self, *countries: Issued, revoked: Iterable[Issued] = (), at: datetime = AT) -> "Folder":
        """Certificates, each with a fresh revocation list."""
        for each in countries:
            self.put(each.certificate, revocation_list(each, revoked, at=at - timedelta(days=1)))
        return self

    def load(self) -> TrustStore:
        return trust_load(self.path)


def verdict_on(
    shown: Card,
    trust: TrustStore,
    *,
    groups: Mapping[int, bytes] | None = None,
    security_object: bytes | None = None,
    signature: bytes | str | None = "its own",
    **kwargs: Any,
) -> Verdict:
    """What the server says when this card answers its challenge."""
    answer = shown.answer(CHALLENGE) if signature == "its own" else signature
    assert not isinstance(answer, str)
    evidence = Evidence(
        shown.security_object if security_object is None else security_object,
        shown.groups if groups is None else groups,
        answer,
    )
    told: dict[str, Any] = {"challenge": CHALLENGE, "at": AT, "trust": trust} | kwargs
    return evidence_verify(evidence, **told)


def refused(verdict: Verdict) -> list[str]:
    """The reasons, once it is sure that there are some."""
    assert verdict.level == "refused"
    assert verdict.reasons
    return [str(reason) for reason in verdict.reasons]
