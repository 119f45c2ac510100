"""What a card showed: genuine ones open the second step, every other one opens nothing, and nobody's data stay."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connections

from katip.audit.models import Event, EventDetail
from katip.core.actor import OPERATOR, Actor
from katip.core.crypto import lookup_key
from katip.demo.cards.card import Card
from katip.identity import chip_trust
from katip.identity.chip.evidence import Evidence, Reason, Verdict
from katip.identity.chip.trust import TrustStore, trust_load
from katip.identity.chip.verify import evidence_verify
from katip.identity.chip_selectors import ChipPhase, chip_phase
from katip.identity.models import (
    ChipSession,
    Enrolment,
    NoticeKind,
    Person,
    Proofing,
    SecurityNotice,
)
from katip.identity.opening import enrolment_of
from katip.identity.services import chip_evidence
from katip.identity.services.chip_evidence import Shown, chip_evidence_take
from katip.identity.services.chip_session import (
    LASTS,
    READER,
    ChipSessionError,
    Claimed,
    chip_session_claim,
    chip_session_open,
    chip_session_open_desk,
)
from katip.identity.services.sign_in_open import second_step_open
from tests.cast import AT, SECRET, person, sign_in_open
from tests.reading import Office, evidence_of, office_open
from tests.undo import undone

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_open(tmp_path_factory.mktemp("trust"), AT)


@pytest.fixture
def office(issued: Office, settings: Any) -> Office:
    settings.KATIP = settings.KATIP.model_copy(update={"chip_trust": issued.folder})
    return issued


@pytest.fixture
def ada() -> Person:
    someone = person(1, "Ada")
    sign_in_open(someone, two_steps=False)
    return someone


def claimed(someone: Person) -> Claimed:
    return chip_session_claim(actor=READER, at=AT, code=chip_session_open(actor=Actor(someone.pk), at=AT).code)


def shown(someone: Person, card: Card) -> Shown:
    got = claimed(someone)
    return chip_evidence_take(at=AT, token=got.token, evidence=evidence_of(card, got.challenge))


def nothing_opened() -> bool:
    return not Proofing.objects.exists() and not Enrolment.objects.exists()


# --- what opens the second step, and what does not -------------------------------------------------------------


def test_a_genuine_card_proves_the_person_and_opens_the_second_step(office: Office, ada: Person) -> None:
    assert shown(ada, office.card(ada)) == Shown(level="chip_with_clone_check", reasons=())  # type: ignore[arg-type] # a StrEnum
    proofing, session = Proofing.objects.get(), ChipSession.objects.get()
    assert (proofing.person_id, proofing.way, proofing.at) == (ada.pk, "chip", AT)
    assert (proofing.level, len(proofing.signer), len(proofing.evidence)) == ("chip_with_clone_check", 64, 64)
    assert (session.signer, session.evidence) == (proofing.signer, proofing.evidence)
    assert chip_phase(session, AT) == ChipPhase.PROVED
    enrolment = enrolment_of(ada.pk, AT)
    assert enrolment is not None
    assert (enrolment.proofing_id, enrolment.resets) == (proofing.pk, False)
    assert [notice.kind for notice in SecurityNotice.objects.filter(person=ada)] == [NoticeKind.PROOFED]


SPOILT = {
    "clone": "clone_check_failed",
    "edited": "hash_mismatch",
    "revoked": "signer_revoked",
    "expired": "document_expired",
    "foreign": "no_trusted_country",
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_spoilt_card_opens_nothing_and_the_person_is_told(office: Office, ada: Person, kind: str) -> None:
    verdict = shown(ada, office.card(ada, kind))
    assert verdict.level == "refused"
    assert SPOILT[kind] in verdict.reasons
    assert nothing_opened()
    session, notice = ChipSession.objects.get(), SecurityNotice.objects.get(person=ada)
    assert (session.verdict, session.reasons) == ("refused", list(verdict.reasons))
    assert (notice.kind, notice.detail) == (
        NoticeKind.CHIP_REFUSED,
        {"level": "refused", "reasons": list(verdict.reasons)},
    )
    event = Event.objects.select_related("detail").get(tag="identity:chip_session:verified")
    assert (event.actor_id, event.subject_id) == (ada.pk, ada.pk)
    assert event.detail.body["reasons"] == list(verdict.reasons)


def test_another_persons_card_opens_nothing(office: Office, ada: Person) -> None:
    verdict = shown(ada, office.card(person(2, "Bora")))
    assert verdict == Shown("refused", (Reason.WRONG_PERSON,))  # type: ignore[arg-type] # a StrEnum
    assert nothing_opened()


def test_another_persons_card_opens_nothing_even_if_the_verifier_forgot_to_ask(
    office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(evidence: Evidence, **asked: Any) -> Verdict:
        return evidence_verify(evidence, **asked | {"national_id": None})

    monkeypatch.setattr(chip_evidence, "evidence_verify", forgetful)
    assert shown(ada, office.card(person(2, "Bora"))).level == "refused"
    assert nothing_opened()
    assert shown(ada, office.card(ada)).level == "chip_with_clone_check"


def test_a_card_that_cannot_show_that_it_is_no_copy_leads_to_the_counter(office: Office, ada: Person) -> None:
    assert shown(ada, office.card(ada, "no_clone_check")) == Shown("chip_only", (Reason.NO_CLONE_CHECK,))  # type: ignore[arg-type] # a StrEnum
    assert nothing_opened()
    assert SecurityNotice.objects.get(person=ada).kind == NoticeKind.CHIP_REFUSED


def test_the_clone_check_cannot_be_left_out(office: Office, ada: Person) -> None:
    got = claimed(ada)
    evidence = replace(evidence_of(office.card(ada), got.challenge), signature=None)
    verdict = chip_evidence_take(at=AT, token=got.token, evidence=evidence)
    assert verdict.level == "refused"
    assert nothing_opened()


def test_a_second_step_that_came_in_the_meantime_is_not_joined_by_another(office: Office, ada: Person) -> None:
    got = claimed(ada)
    second_step_open(actor=OPERATOR, at=AT, person_id=ada.pk, secret=SECRET)
    verdict = chip_evidence_take(at=AT, token=got.token, evidence=evidence_of(office.card(ada), got.challenge))
    assert verdict.level == "chip_with_clone_check"
    assert Proofing.objects.get().person_id == ada.pk
    assert enrolment_of(ada.pk, AT) is None


# --- the challenge is spent once -------------------------------------------------------------------------------


def test_evidence_is_taken_once(office: Office, ada: Person) -> None:
    got = claimed(ada)
    evidence = evidence_of(office.card(ada), got.challenge)
    chip_evidence_take(at=AT, token=got.token, evidence=evidence)
    with pytest.raises(ChipSessionError, match="used"):
        chip_evidence_take(at=AT, token=got.token, evidence=evidence)
    assert Proofing.objects.count() == 1


def test_evidence_of_an_earlier_session_proves_nothing_in_a_later_one(office: Office, ada: Person) -> None:
    evidence = evidence_of(office.card(ada), claimed(ada).challenge)
    verdict = chip_evidence_take(at=AT, token=claimed(ada).token, evidence=evidence)
    assert verdict.reasons == (Reason.CLONE_CHECK_FAILED,)
    assert nothing_opened()


def test_evidence_that_comes_too_late_is_not_looked_at(office: Office, ada: Person) -> None:
    got = claimed(ada)
    evidence = evidence_of(office.card(ada), got.challenge)
    with pytest.raises(ChipSessionError, match="expired"):
        chip_evidence_take(at=AT + LASTS, token=got.token, evidence=evidence)
    assert nothing_opened()


def test_the_challenge_is_spent_whatever_happens_afterwards(
    office: Office, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    got = claimed(ada)
    evidence = evidence_of(office.card(ada), got.challenge)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(chip_evidence, "evidence_verify", broken)
        with pytest.raises(RuntimeError):
            chip_evidence_take(at=AT, token=got.token, evidence=evidence)
    assert chip_phase(ChipSession.objects.get(), AT) == ChipPhase.VERIFYING
    with pytest.raises(ChipSessionError, match="used"):
        chip_evidence_take(at=AT, token=got.token, evidence=evidence)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_hand_in_at_once_one_is_heard(office: Office, ada: Person) -> None:
    got = claimed(ada)
    evidence = evidence_of(office.card(ada), got.challenge)
    begin, answers = threading.Barrier(6), []

    def hand_in() -> None:
        begin.wait()
        try:
            answers.append(str(chip_evidence_take(at=AT, token=got.token, evidence=evidence).level))
        except ChipSessionError as error:
            answers.append(error.code)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=hand_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["chip_with_clone_check", *["used"] * 5]
    assert Proofing.objects.count() == Enrolment.objects.count() == 1


# --- at a desk -------------------------------------------------------------------------------------------------


def test_at_a_desk_the_verdict_is_attached_and_opens_nothing(office: Office, ada: Person) -> None:
    officer = Actor(person(3, "Can").pk)
    for card, level in ((office.card(ada), "chip_with_clone_check"), (office.card(person(2, "Bora")), "refused")):
        with undone():
            opened = chip_session_open_desk(officer, AT, application_id=7, national_id_key=ada.national_id_key)
            got = chip_session_claim(actor=READER, at=AT, code=opened.code)
            verdict = chip_evidence_take(at=AT, token=got.token, evidence=evidence_of(card, got.challenge))
            assert verdict.level == level
            assert ChipSession.objects.get(application=7).verdict == level
            assert nothing_opened()
            assert not SecurityNotice.objects.exists()


# --- privacy ---------------------------------------------------------------------------------------------------


def _rows() -> Iterator[str]:
    for model in apps.get_models():
        if model._meta.app_label in {"identity", "audit", "usersessions", "sessions"} and model is not Person:
            yield from (str(row) for row in model._default_manager.values())


def test_nothing_of_what_the_card_says_is_kept(office: Office, ada: Person) -> None:
    card = office.card(ada)
    shown(ada, card)
    shown(ada, office.card(ada, "edited"))
    kept = "\n".join([*_rows(), json.dumps([row.body for row in EventDetail.objects.all()])])
    for word in (ada.national_id, "A12B34567", "ADA", "ORNEK", "1990", "2040", repr(card.groups[1])[12:60]):
        assert word not in kept.replace(lookup_key(ada.national_id), "")


# --- the trust folder ------------------------------------------------------------------------------------------


def _readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every folder that is read from now on."""
    read: list[Path] = []

    def counted(folder: Path) -> TrustStore:
        read.append(folder)
        return trust_load(folder)

    monkeypatch.setattr(chip_trust, "trust_load", counted)
    return read


def test_the_folder_is_read_once_and_again_when_it_changes(
    office: Office, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"chip_trust": tmp_path})
    read = _readings(monkeypatch)
    first = chip_trust.trust_now()
    assert chip_trust.trust_now() is first
    (tmp_path / "country.cer").write_bytes(office.country.certificate)
    second = chip_trust.trust_now()
    assert second is not first
    (tmp_path / "country.cer").unlink()
    chip_trust.trust_now()
    assert chip_trust.trust_now() is chip_trust.trust_now()
    (tmp_path / "tr").mkdir()
    (tmp_path / "tr" / "country.cer").write_bytes(office.country.certificate)
    third = chip_trust.trust_now()
    (tmp_path / "tr" / "country.cer").write_bytes(office.signer.certificate)
    assert chip_trust.trust_now() is not third
    assert len(read) == 5


def test_many_at_once_read_the_folder_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chip_trust, "_HELD", chip_trust._Held())
    read = _readings(monkeypatch)
    threads = [threading.Thread(target=chip_trust.trust_now) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read) == 1


def test_a_revoked_signer_is_refused_as_soon_as_the_list_says_so(office: Office, ada: Person, tmp_path: Path) -> None:
    from katip.demo.cards.issuer import revocation_list

    card, file = office.card(ada), office.folder / "country.crl"
    before = file.read_bytes()
    try:
        file.write_bytes(revocation_list(office.country, [office.signer], at=AT - timedelta(minutes=1), number=2))
        assert shown(ada, card).reasons == (Reason.SIGNER_REVOKED,)
    finally:
        file.write_bytes(before)
    assert shown(ada, card).level == "chip_with_clone_check"


def test_an_empty_folder_trusts_nobody(ada: Person, office: Office, settings: Any, tmp_path: Path) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"chip_trust": tmp_path / "none"})
    assert Reason.NO_TRUSTED_COUNTRY in shown(ada, office.card(ada)).reasons


@pytest.mark.parametrize(
    "evidence", [Evidence(b"", {}), Evidence(b"\x77\x80", {1: b"\x61\xff"}, b""), Evidence(b"x" * 40_000, {1: b""})]
)
def test_nonsense_is_refused_with_a_reason(office: Office, ada: Person, evidence: Evidence) -> None:
    verdict = chip_evidence_take(at=AT, token=claimed(ada).token, evidence=evidence)
    assert verdict.level == "refused"
    assert verdict.reasons
    assert nothing_opened()
