"""The reading of a card: a code that works once, a challenge that is spent once, and what is kept of it."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from katip.audit.models import Event
from katip.core.actor import OPERATOR, Actor
from katip.core.errors import PermissionRefusedError
from katip.identity.chip_selectors import (
    SHOWN_FOR,
    ChipPhase,
    chip_phase,
    chip_session_find,
    chip_session_of_application,
)
from katip.identity.models import ChipSession, NoticeKind, Person
from katip.identity.services.chip_session import (
    CHALLENGE_LENGTH,
    LASTS,
    READER,
    ChipSessionError,
    ChipStage,
    Claimed,
    GivenUp,
    Opened,
    chip_session_abandon,
    chip_session_claim,
    chip_session_open,
    chip_session_open_desk,
    chip_session_stage,
)
from katip.identity.services.sign_in_open import second_step_open
from katip.identity.telling import tell
from tests.cast import AT, SECRET, person, sign_in_open
from tests.undo import undone

LATER = AT + LASTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    someone = person(1, "Ada")
    sign_in_open(someone, two_steps=False)
    return someone


def opened(someone: Person) -> Opened:
    return chip_session_open(actor=Actor(someone.pk), at=AT)


def claimed(someone: Person) -> Claimed:
    return chip_session_claim(actor=READER, at=AT, code=opened(someone).code)


def phase(someone: Person, at: object = AT) -> ChipPhase | None:
    session = chip_session_find(Actor(someone.pk), at)  # type: ignore[arg-type] # a moment
    return chip_phase(session, at) if session else None  # type: ignore[arg-type] # as above


# --- opening ---------------------------------------------------------------------------------------------------


def test_code_and_token_are_kept_as_hashes_only_and_end_with_the_challenge(ada: Person) -> None:
    one = opened(ada)
    got = chip_session_claim(actor=READER, at=AT, code=one.code)
    row = ChipSession.objects.values().get()
    assert one.code not in str(row)
    assert got.token not in str(row)
    assert len(got.challenge) == CHALLENGE_LENGTH
    assert bytes(row["challenge"]) == got.challenge
    assert got.expires_at == row["expires_at"] == AT + timedelta(minutes=3)
    assert len(got.token) >= 43  # 32 bytes in base64


def test_every_session_has_a_code_a_challenge_and_a_token_of_its_own(ada: Person) -> None:
    got = {(one.code, bytes(one.session.challenge)) for one in (opened(ada) for _ in range(20))}
    assert len({code for code, _ in got}) == len({challenge for _, challenge in got}) == 20


def test_opening_another_ends_the_one_before(ada: Person) -> None:
    first, second = opened(ada), opened(ada)
    with pytest.raises(ChipSessionError, match="expired"):
        chip_session_claim(actor=READER, at=AT, code=first.code)
    chip_session_claim(actor=READER, at=AT, code=second.code)


def test_opening_another_takes_the_reader_that_had_claimed_the_one_before_its_token(ada: Person) -> None:
    got = claimed(ada)
    opened(ada)
    with pytest.raises(ChipSessionError, match="expired"):
        chip_session_stage(actor=READER, at=AT, token=got.token, stage=ChipStage.READING)


def test_another_persons_session_goes_on(ada: Person) -> None:
    first = opened(ada)
    opened(person(2, "Bora"))
    chip_session_claim(actor=READER, at=AT, code=first.code)


def test_whoever_has_a_second_step_is_sent_to_the_counter(ada: Person) -> None:
    second_step_open(actor=OPERATOR, at=AT, person_id=ada.pk, secret=SECRET)
    with pytest.raises(PermissionRefusedError, match="has_second_step"):
        opened(ada)
    assert not ChipSession.objects.exists()


def test_what_was_lost_is_not_replaced_by_the_chip(ada: Person) -> None:
    second_step_open(actor=OPERATOR, at=AT, person_id=ada.pk, secret=SECRET)
    Authenticator.objects.all().delete()
    with pytest.raises(PermissionRefusedError, match="had_second_step"):
        opened(ada)


def test_a_factor_that_a_person_was_told_of_was_one(ada: Person) -> None:
    with undone():
        tell(ada.pk, AT, NoticeKind.FACTOR_ADDED, method="webauthn")
        with pytest.raises(PermissionRefusedError, match="had_second_step"):
            opened(ada)
    opened(ada)


# --- claiming --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0[0]}{0[1]}{0[2]}{0[3]}-{0[4]}{0[5]}{0[6]}{0[7]}"])
def test_a_code_is_read_as_people_type_it(ada: Person, typed: str) -> None:
    code = opened(ada).code
    chip_session_claim(actor=READER, at=AT, code=typed.format(code).lower())


@pytest.mark.parametrize("code", ["", "K7QF2M9D", "K7QF2M9", "00000000", "\x00" * 8, "ş" * 8])
def test_a_code_that_nobody_has_opens_nothing(ada: Person, code: str) -> None:
    opened(ada)
    with pytest.raises(ChipSessionError, match="unknown_code"):
        chip_session_claim(actor=READER, at=AT, code=code)


def test_a_code_works_once(ada: Person) -> None:
    code = opened(ada).code
    first = chip_session_claim(actor=READER, at=AT, code=code)
    with pytest.raises(ChipSessionError, match="used"):
        chip_session_claim(actor=READER, at=AT, code=code)
    chip_session_stage(actor=READER, at=AT, token=first.token, stage=ChipStage.ACCESS)  # the first keeps its token


def test_a_code_ends_after_three_minutes(ada: Person) -> None:
    code = opened(ada).code
    with pytest.raises(ChipSessionError, match="expired"):
        chip_session_claim(actor=READER, at=LATER, code=code)
    chip_session_claim(actor=READER, at=LATER - timedelta(seconds=1), code=code)


# --- what the reader says --------------------------------------------------------------------------------------


def test_the_page_learns_how_far_the_reader_is(ada: Person) -> None:
    code = opened(ada).code
    seen = [phase(ada)]
    token = chip_session_claim(actor=READER, at=AT, code=code).token
    seen.append(phase(ada))
    for stage in ChipStage:
        chip_session_stage(actor=READER, at=AT, token=token, stage=stage)
        seen.append(phase(ada))
    assert seen == ["waiting", "claimed", "connecting", "access", "reading", "signing"]
    assert phase(ada, LATER) == ChipPhase.EXPIRED
    assert phase(ada, AT + SHOWN_FOR) is None


def test_a_reader_that_gives_up_says_why_and_is_done(ada: Person) -> None:
    token = claimed(ada).token
    chip_session_abandon(actor=READER, at=AT, token=token, why=GivenUp.WRONG_DATA)
    assert phase(ada) == ChipPhase.ABANDONED
    assert ChipSession.objects.get().reasons == ["wrong_data"]
    with pytest.raises(ChipSessionError, match="used"):
        chip_session_stage(actor=READER, at=AT, token=token, stage=ChipStage.READING)
    with pytest.raises(ChipSessionError, match="used"):
        chip_session_abandon(actor=READER, at=AT, token=token, why=GivenUp.NO_CARD)
    assert ChipSession.objects.get().reasons == ["wrong_data"]


@pytest.mark.parametrize("token", ["", "x", "K7QF2M9D"])
def test_a_token_that_nobody_has_opens_nothing(ada: Person, token: str) -> None:
    claimed(ada)
    with pytest.raises(ChipSessionError, match="unknown_code"):
        chip_session_stage(actor=READER, at=AT, token=token, stage=ChipStage.READING)


def test_a_token_ends_with_its_session(ada: Person) -> None:
    token = claimed(ada).token
    with pytest.raises(ChipSessionError, match="expired"):
        chip_session_stage(actor=READER, at=LATER, token=token, stage=ChipStage.READING)


def test_a_person_sees_the_reading_of_their_own_card_alone(ada: Person) -> None:
    opened(ada)
    assert phase(person(2, "Bora")) is None


# --- at a desk -------------------------------------------------------------------------------------------------


def test_an_officer_reads_the_card_of_whoever_applied_not_their_own(ada: Person) -> None:
    officer = Actor(person(3, "Can").pk)
    with undone():
        first = chip_session_open_desk(officer, AT, application_id=7, national_id_key=ada.national_id_key)
        chip_session_open_desk(officer, AT, application_id=8, national_id_key=ada.national_id_key)
        found = chip_session_of_application(7)
        assert found is not None
        assert (found.pk, found.person_id, found.opener_id) == (first.session.pk, None, officer.person)
        assert chip_session_find(officer, AT) is None
        assert chip_session_find(Actor(ada.pk), AT) is None
        with pytest.raises(ChipSessionError, match="expired"):
            chip_session_claim(actor=READER, at=AT, code=first.code)


# --- the trace -------------------------------------------------------------------------------------------------


def test_what_happens_is_recorded_without_code_token_or_challenge(ada: Person) -> None:
    one = opened(ada)
    got = chip_session_claim(actor=READER, at=AT, code=one.code)
    chip_session_abandon(actor=READER, at=AT, token=got.token, why=GivenUp.NO_CARD)
    events = Event.objects.filter(tag__startswith="identity:chip_session:").select_related("detail").order_by("pk")
    assert [(event.tag.rpartition(":")[2], event.actor_id, event.subject_id) for event in events] == [
        (verb, ada.pk, ada.pk) for verb in ("opened", "claimed", "abandoned")
    ]
    told = str([event.detail.body for event in events])
    assert one.code not in told
    assert got.token not in told
