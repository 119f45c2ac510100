"""Every kind of card, read as `katip-reader` reads it, before the verifier with the sample trust folder."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from katip.demo.cards.card import Card, card_edit, card_issue
from katip.demo.cards.issuer import name_of
from katip.demo.cards.kept import office_find
from katip.demo.cards.keys import key_pooled
from katip.demo.cards.kinds import Kind
from katip.demo.cards.office import card_get, office_open
from katip.demo.cards.signed import ID_DATA, LDS_DUTCH, LDS_LEGACY, Quirks
from katip.demo.cards.virtual import ANSWER_TO_RESET, Chip
from katip.demo.cast import cast_draw
from katip.identity.chip.evidence import Evidence, Level, Reason, Verdict
from katip.identity.chip.trust import trust_load
from katip.identity.chip.verify import evidence_verify
from katip.reader.card import Card as Reader
from katip.reader.card import Printed
from katip.reader.reading import evidence_read

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEWCOMER = "10000000832"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("demo")
    office_open(data, data / "trust", cast_draw(), AT)
    return data


class InProcess:
    answer_to_reset = ANSWER_TO_RESET

    def __init__(self, chip: Chip) -> None:
        self.chip = chip

    def transmit(self, raw: bytes) -> bytes:
        return self.chip.transmit(raw)

    def close(self) -> None:
        self.chip.reset()


def read(card: Card, challenge: bytes, way: str, *, extended: bool = True) -> tuple[Evidence, list[str]]:
    told: list[str] = []
    reader = Reader(InProcess(Chip(card, told.append, extended=extended)))
    assert reader.open(Printed(card.mrz.access_information())) == way
    found = evidence_read(reader, challenge, lambda _: None)
    return Evidence(found.security_object, found.groups, found.signature), told


def judged(data: Path, card: Card, way: str = "PACE", at: datetime = AT, *, extended: bool = True) -> Verdict:
    challenge = secrets.token_bytes(8)
    evidence, told = read(card, challenge, way, extended=extended)
    assert not any("photograph" in words for words in told)
    return evidence_verify(evidence, challenge=challenge, at=at, trust=trust_load(data / "trust"), national_id=NEWCOMER)


EXPECTED = {
    Kind.GENUINE: (Level.CHIP_WITH_CLONE_CHECK, ()),
    Kind.CLONE: (Level.REFUSED, (Reason.CLONE_CHECK_FAILED,)),
    Kind.EDITED: (Level.REFUSED, (Reason.HASH_MISMATCH,)),
    Kind.EXPIRED: (Level.REFUSED, (Reason.DOCUMENT_EXPIRED,)),
    Kind.NO_CLONE_CHECK: (Level.CHIP_ONLY, (Reason.NO_CLONE_CHECK,)),
    Kind.OTHER_PERSON: (Level.REFUSED, (Reason.WRONG_PERSON,)),
    Kind.REVOKED: (Level.REFUSED, (Reason.SIGNER_REVOKED,)),
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("pace", "way"), [("brainpoolP256r1", "PACE"), (None, "BAC")])
def test_each_kind_is_judged_for_what_it_is(data: Path, kind: Kind, pace: str | None, way: str) -> None:
    card = replace(card_get(data, "newcomer", kind, AT.date()), pace_curve=pace)
    verdict = judged(data, card, way)
    assert (verdict.level, verdict.reasons) == EXPECTED[kind]


def test_a_chip_that_knows_short_answers_only_is_read_as_well(data: Path) -> None:
    verdict = judged(data, card_get(data, "newcomer", Kind.GENUINE, AT.date()), extended=False)
    assert verdict.level is Level.CHIP_WITH_CLONE_CHECK


QUIRKS = [
    Quirks(open_lengths=True, lds_version=1, signing_time=AT),
    Quirks(content_type=ID_DATA, hash_name="sha512", signature_hash="sha384"),
    Quirks(content_type=LDS_LEGACY, by_key_id=True, hash_name="sha1"),
    Quirks(content_type=LDS_DUTCH, issuer=name_of("Unlike", organisation="Another")),
]


@pytest.mark.parametrize("quirks", QUIRKS)
def test_security_objects_unlike_the_book_are_judged_alike(data: Path, quirks: Quirks) -> None:
    office, holder = office_find(data), card_get(data, "newcomer", Kind.GENUINE, AT.date()).mrz
    assert office
    card = card_issue(office.signer, holder, quirks=quirks)
    assert judged(data, card).level is Level.CHIP_WITH_CLONE_CHECK
    assert judged(data, card_edit(card, optional_1="10000000900")).reasons == (Reason.HASH_MISMATCH,)


@pytest.mark.parametrize("least", [False, True])
def test_a_chip_with_a_long_rsa_key_is_judged_by_its_answer(data: Path, least: bool) -> None:
    office, holder = office_find(data), card_get(data, "newcomer", Kind.GENUINE, AT.date()).mrz
    assert office
    card = card_issue(office.signer, holder, key=key_pooled(2048), pace_curve="secp256r1", least_answer=least)
    assert judged(data, card).level is Level.CHIP_WITH_CLONE_CHECK
    assert (max((card.answer(bytes(8)) or b"")[0] for _ in range(20)) < 0x80) == least  # half of all are above n / 2
    forged = replace(card, key=key_pooled(2048, 1))
    assert judged(data, forged).reasons == (Reason.CLONE_CHECK_FAILED,)


def test_the_list_of_a_day_is_too_old_in_a_year_and_renewed_by_a_start(tmp_path: Path) -> None:
    cast, trust, later = cast_draw(), tmp_path / "trust", AT + timedelta(days=365)
    office_open(tmp_path, trust, cast, AT)
    card = card_get(tmp_path, "newcomer", Kind.GENUINE, AT.date())
    assert judged(tmp_path, card, at=later).reasons == (Reason.REVOCATION_LIST_STALE,)
    office_open(tmp_path, trust, cast, later)
    assert judged(tmp_path, card, at=later).level is Level.CHIP_WITH_CLONE_CHECK
