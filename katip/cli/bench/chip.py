"""`script/bench chip`: how fast ID cards are verified, against the bare signatures.

Seconds are those of the processor, so that others at work on the machine do not count.
"""

import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from katip.demo.cards.card import Card
    from katip.demo.cards.keys import Key
    from katip.identity.chip.trust import TrustStore

Figures = dict[str, float]

_COUNTRIES = 500
_NEW_SIGNERS, _ROUNDS = 120, 4
_CHALLENGE = bytes(range(8))
_AT = datetime(2026, 6, 1, tzinfo=UTC)
_NUMBER = "10000000146"


def chip() -> Figures:
    """Passive and active verification of ID cards on one core, with 500 country certificates in the store.

    The floor is the three signatures alone that every card needs: country, signer and chip, by the same library with
    keys made ready. `per_second` is the worst case, in which every card has a signer that was never seen before.
    """
    from katip.demo.cards.keys import key_ec, key_pooled

    country_key = key_ec("secp521r1", explicit=True)  # as most Turkish country certificates
    signer_keys = [key_ec() for _ in range(_NEW_SIGNERS)]
    chips = {"ecdsa": key_ec(), "rsa": key_pooled(2048)}
    with tempfile.TemporaryDirectory() as folder:
        cards = _cards(Path(folder), country_key, signer_keys, chips)
        started = time.process_time()
        trust = _trust(Path(folder))
        click.echo(f"{len(trust.authorities)} country certificates read in {time.process_time() - started:.2f} s")
        floors = {kind: _floor(country_key, signer_keys[0], key) for kind, key in chips.items()}
        slowest: Figures = {}
        for kind, key in chips.items():
            known = cards[kind][:10] * 12
            for what, some in (("signers known", known), ("every signer new", cards[kind])):
                per_card = min(_seconds(some, key, fresh) for fresh in _stores(Path(folder), what, some, key))
                ratio = per_card / floors[kind]
                click.echo(f"{kind:5}  {what:16}  {1 / per_card:7.0f} a second, {ratio:.2f} times the floor")
                if not slowest or 1 / per_card < slowest["per_second"]:
                    slowest = {"ratio": round(ratio, 2), "per_second": round(1 / per_card, 1)}
    return slowest


def _cards(
    folder: Path, country_key: "Key", signer_keys: list["Key"], chips: dict[str, "Key"]
) -> dict[str, list["Card"]]:
    """Cards by kind of chip, each signed by another signer; the folder holds whom to trust."""
    from katip.demo.cards.card import Holder, card_issue
    from katip.demo.cards.issuer import country_make, revocation_list, signer_make
    from katip.demo.cards.keys import key_ec

    country = country_make(key=country_key)
    spare = [key_ec("secp384r1", explicit=True) for _ in range(20)]
    for number in range(_COUNTRIES - 1):
        same_name = number < 4  # noqa: PLR2004 – as after some rollovers
        other = country_make(
            "TR" if same_name else "UT",
            key=spare[number % len(spare)],
            common="Örnek CSCA" if same_name else f"Örnek CSCA {number}",
            serial=number + 10,
        )
        (folder / f"{number}.cer").write_bytes(other.certificate)
    (folder / "country.cer").write_bytes(country.certificate)
    (folder / "country.crl").write_bytes(revocation_list(country, at=_AT))
    holder = Holder(_NUMBER, "Ayşe", "Örnek", date(1990, 1, 1), date(2030, 1, 1), "A12B34567")
    signers = [signer_make(country, key=key, serial=100 + n) for n, key in enumerate(signer_keys)]
    return {kind: [card_issue(signer, holder, key=key) for signer in signers] for kind, key in chips.items()}


def _stores(folder: Path, what: str, cards: list["Card"], key: "Key") -> Iterable["TrustStore"]:
    """Stores to measure with, one for each round: what is known stays from the round before."""
    from katip.identity.chip import signed

    if what == "signers known":
        store = _trust(folder)
        _seconds(cards, key, store)
        yield from [store] * _ROUNDS
        return
    for _ in range(_ROUNDS):
        signed.readable.cache_clear()
        yield _trust(folder)


def _seconds(cards: list["Card"], key: "Key", trust: "TrustStore") -> float:
    """Seconds for one card. Every card must prove itself, else nothing is measured."""
    from katip.demo.cards.answer import challenge_answer
    from katip.identity.chip.verify import Evidence, Level, evidence_verify

    answer = challenge_answer(key, _CHALLENGE, "sha256")
    evidences = [Evidence(card.security_object, card.groups, answer) for card in cards]
    started = time.process_time()
    for evidence in evidences:
        verdict = evidence_verify(evidence, challenge=_CHALLENGE, at=_AT, trust=trust, national_id=_NUMBER)
        if verdict.level != Level.CHIP_WITH_CLONE_CHECK:
            sys.exit(f"refused: {', '.join(verdict.reasons)}")
    return (time.process_time() - started) / len(cards)


def _floor(country: "Key", signer: "Key", chip: "Key") -> float:
    """Seconds for the three signatures of one card."""
    from katip.identity.chip.keys import public_key_read, signature_holds
    from katip.identity.chip.structures import Algorithm

    sha256 = {True: Algorithm("1.2.840.113549.1.1.11", None), False: Algorithm("1.2.840.10045.4.3.2", None)}
    made = [(public_key_read(key.public_info()), sha256[key.is_rsa], key.sign(b"", "sha256")) for key in
            (country, signer, chip)]  # fmt: skip

    def three() -> None:
        for public, algorithm, signature in made:
            signature_holds(public, algorithm, signature, b"")

    rounds = 50
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        for _ in range(rounds):
            three()
        best = min(best, (time.process_time() - started) / rounds)
    return best


def _trust(folder: Path) -> "TrustStore":
    from katip.identity.chip.trust import trust_load

    return trust_load(folder)
