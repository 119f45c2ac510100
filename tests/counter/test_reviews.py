"""The second look: who may take it, and what an objection takes back."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection

from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.counter.models import Application, Branch, Purpose, Review, ReviewOutcome
from katip.counter.opening import Opened
from katip.counter.selectors import code_unused, objections_to, reviews_waiting
from katip.counter.services.handover import code_again
from katip.counter.services.reviews import review_decide
from katip.identity.models import ActivationCode, Enrolment, KnownDevice, NoticeKind, Person, SecurityNotice
from katip.identity.opening import enrolment_insert
from katip.registry.models import Official
from tests.cast import AT, World, sign_in_open
from tests.counter.counter_cast import ADDRESS, acting, applied, branch, confirm, official, override, refuse, second

NOTE = "Görevli, süresi geçmiş kartla onaylamış."
LATER = AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def _everything_drawn(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"review_percent": 100})


@pytest.fixture
def where(world: World) -> Branch:
    return branch()


@pytest.fixture
def officer(where: Branch) -> Official:
    return official(50, where=where)


@pytest.fixture
def supervisor(where: Branch) -> Official:
    return official(52, "supervisor", where=where)


def looked(
    office: Official, review: Review, outcome: ReviewOutcome = ReviewOutcome.OBJECTED, note: str = NOTE, **more: Any
) -> Review:
    asked: dict[str, Any] = {"address": ADDRESS, "at": LATER} | more
    done: Review = review_decide(
        actor=acting(office, asked["at"]), review_id=review.pk, outcome=outcome, note=note, **asked
    )
    return done


def test_to_agree_is_kept_and_takes_nothing_back(world: World, officer: Official, supervisor: Official) -> None:
    confirm(officer, applied())
    looked(supervisor, Review.objects.get(), ReviewOutcome.AGREED, "")
    review = Review.objects.get()
    assert (review.outcome, review.supervisor_id, review.at) == ("agreed", supervisor.person_id, LATER)
    assert ActivationCode.objects.get().revoked_at is None
    with pytest.raises(StaleStateError):
        looked(supervisor, review)


def test_an_objection_revokes_a_code_that_nobody_used(world: World, officer: Official, supervisor: Official) -> None:
    opened = confirm(officer, applied(world.newcomer.national_id))
    looked(supervisor, Review.objects.get())
    assert ActivationCode.objects.get().revoked_at == LATER
    assert SecurityNotice.objects.filter(person=opened.person, kind=NoticeKind.REVIEW_OBJECTED).count() == 1
    assert [one.note for one in objections_to(acting(officer), LATER)] == [NOTE]


def browser(person: Person) -> str:
    store = SessionStore()
    store["x"] = 1
    store.save()
    UserSession.objects.create(user=person, ip=ADDRESS, session_key=store.session_key, user_agent="x")
    return str(store.session_key)


def used(opened: Opened) -> None:
    """What the person, or somebody else, set up with the code."""
    ActivationCode.objects.filter(pk=opened.row.pk).update(used_at=AT)
    enrolment_insert(Actor(opened.person.pk), AT, opened.row.proofing)
    Authenticator.objects.create(user=opened.person, type="webauthn", data={}, created_at=AT + timedelta(minutes=5))
    KnownDevice.objects.create(person=opened.person, token_key="k", label="x", first_seen=AT, last_seen=AT)


def test_an_objection_closes_what_was_set_up_since(world: World, officer: Official, supervisor: Official) -> None:
    sign_in_open(world.newcomer)
    Authenticator.objects.filter(user=world.newcomer).update(created_at=AT - timedelta(days=9))
    opened = confirm(officer, applied(world.newcomer.national_id, Purpose.ACCOUNT))
    used(opened)
    key, strangers = browser(world.newcomer), browser(world.stranger)
    looked(supervisor, Review.objects.get())
    assert list(Authenticator.objects.filter(user=world.newcomer).values_list("type", flat=True)) == ["totp"]
    assert not Person.objects.get(pk=world.newcomer.pk).has_usable_password()
    assert Enrolment.objects.get().revoked_at == LATER
    assert set(Session.objects.values_list("session_key", flat=True)) == {strangers}
    assert key != strangers
    assert KnownDevice.objects.get().forgotten_at == LATER
    told = set(SecurityNotice.objects.filter(person=world.newcomer, at=LATER).values_list("kind", flat=True))
    assert told == {"factor_removed", "review_objected"}


def test_a_password_that_the_code_did_not_open_stays(world: World, officer: Official, supervisor: Official) -> None:
    sign_in_open(world.newcomer)
    used(confirm(officer, applied(world.newcomer.national_id, Purpose.LOST_FACTOR)))
    looked(supervisor, Review.objects.get())
    assert Person.objects.get(pk=world.newcomer.pk).has_usable_password()
    assert not Authenticator.objects.filter(user=world.newcomer, type="webauthn").exists()


def test_an_objection_to_a_refusal_takes_nothing_back(world: World, officer: Official, supervisor: Official) -> None:
    refuse(officer, applied(world.newcomer.national_id))
    looked(supervisor, Review.objects.get())
    assert Review.objects.get().outcome == "objected"
    assert not SecurityNotice.objects.filter(kind=NoticeKind.REVIEW_OBJECTED).exists()


def test_an_objection_says_why(world: World, officer: Official, supervisor: Official) -> None:
    confirm(officer, applied())
    for note in ("", "kısa", "x" * 301):
        with pytest.raises(ValueError, match="10 to 300"):
            looked(supervisor, Review.objects.get(), note=note)


def waiting(office: Official) -> int:
    return len(reviews_waiting(office, acting(office), limit=50))


def refused(code: str, office: Official, **more: Any) -> None:
    with pytest.raises(PermissionRefusedError) as caught:
        looked(office, Review.objects.get(), **more)
    assert caught.value.code == code
    assert Review.objects.get().outcome == ""


def test_nobody_reviews_where_they_had_a_part(world: World, where: Branch, officer: Official) -> None:
    supervisor = official(52, "supervisor", where=where)
    application = applied()
    override(officer, application)
    second(supervisor, application)
    assert waiting(supervisor) == 0
    refused("not_yours", supervisor)
    assert waiting(official(53, "supervisor", where=None)) == 1


def test_nobody_reviews_what_they_confirmed(world: World, where: Branch) -> None:
    supervisor = official(52, "supervisor", where=where)
    confirm(supervisor, applied())
    assert waiting(supervisor) == 0
    refused("not_yours", supervisor)


@pytest.mark.django_db(transaction=True)
def test_no_code_is_handed_over_once_more_past_an_objection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    where = branch()
    officer, supervisor = official(50, where=where), official(52, "supervisor", where=where)
    number, review, late = confirm(officer, applied()).application.pk, Review.objects.get(), AT + timedelta(minutes=9)

    def object_to_it() -> None:
        looked(supervisor, review, at=late)
        connection.close()

    thread = threading.Thread(target=object_to_it)

    def meanwhile(application: Application) -> ActivationCode | None:
        found = code_unused(application)
        thread.start()
        while thread.is_alive():  # until it is through, or waits for us
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
            thread.join(0.01)
        return found

    monkeypatch.setattr("katip.counter.services.handover.code_unused", meanwhile)
    code_again(actor=acting(officer, late), at=late, address=ADDRESS, application_id=number)
    thread.join(30)
    assert Review.objects.get().outcome == "objected"
    assert not ActivationCode.objects.filter(used_at=None, revoked_at=None).exists()


def test_a_supervisor_who_was_verified_does_not_review_that(world: World, officer: Official) -> None:
    supervisor = official(52, "supervisor", where=None)
    confirm(officer, applied(supervisor.person.national_id))
    assert waiting(supervisor) == 0
    refused("not_yours", supervisor)


def test_another_provinces_cases_look_like_none(world: World, officer: Official) -> None:
    confirm(officer, applied())
    there = official(52, "supervisor", where=None, province_id=34)
    assert waiting(there) == 0
    refused("not_yours", there)


def test_only_supervisors_review_from_their_branchs_network(world: World, where: Branch, officer: Official) -> None:
    confirm(officer, applied())
    refused("no_office", official(54, where=where))
    supervisor = official(52, "supervisor", where=where)
    Branch.objects.update(networks="10.0.0.0/8")
    refused("network_closed", supervisor)
    with pytest.raises(PermissionRefusedError, match="second_step_old"):
        review_decide(
            actor=acting(supervisor, LATER, minutes=16),
            at=LATER,
            address="10.0.0.1",
            review_id=Review.objects.get().pk,
            outcome=ReviewOutcome.AGREED,
        )
    looked(supervisor, Review.objects.get(), address="10.0.0.1")
