"""Applying: what is kept, what is answered, one open at a time, taking it back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katip.audit.models import Event
from katip.core.actor import Actor
from katip.core.clock import ISTANBUL
from katip.core.errors import StaleStateError
from katip.core.usecase import acting_as
from katip.counter.codes import application_key, application_key_read
from katip.counter.models import Application, Purpose
from katip.counter.services.applications import application_cancel, application_make_own, expire
from katip.identity.models import NoticeKind, SecurityNotice
from katip.notices.models import Delivery
from tests.cast import AT, World
from tests.counter.counter_cast import UNKNOWN, applied, code_of


def statements(number: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        applied(number, names=("Ayşe", "Örnek"))
    plain = [query["sql"].split("VALUES")[0] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]
    return [re.sub(r"'[^']*'", "?", one.split("ARRAY")[0]) for one in plain]


def test_a_number_that_somebody_has_is_treated_like_one_that_nobody_has(world: World) -> None:
    assert statements(world.newcomer.national_id) == statements(UNKNOWN)
    assert not any("identity_person" in statement for statement in statements(world.newcomer.national_id))
    assert not SecurityNotice.objects.exists()


def test_the_code_and_the_number_are_kept_hashed_and_sealed_never_in_clear(world: World) -> None:
    application = applied()
    code = code_of(application)
    with connection.cursor() as cursor:
        cursor.execute("SELECT counter_application::text FROM counter_application")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(body::text, ' ') FROM audit_eventdetail")
        audited = cursor.fetchone()[0]
    assert application.code_key == application_key(code)
    for secret in (code, UNKNOWN):
        assert secret not in row
        assert secret not in audited
    assert bytes(application.code_sealed).hex() in row


@pytest.mark.parametrize("how", [str.lower, lambda code: f"{code[:4]}-{code[4:8]} {code[8:]}", str])
def test_a_code_is_read_however_it_is_typed(world: World, how: object) -> None:
    application = applied()
    assert callable(how)
    assert application_key_read(how(code_of(application))) == application.code_key
    assert application_key_read("K7QF-2M9D") is None


def test_it_ends_with_the_last_day_in_turkey(world: World) -> None:
    application = applied(at=datetime(2026, 11, 22, 22, 30, tzinfo=UTC))  # the 23rd in Turkey
    assert application.expires_at == datetime(2026, 12, 24, 0, 0, tzinfo=ISTANBUL)


def test_who_is_signed_in_has_one_open_application_for_a_purpose(world: World) -> None:
    me = Actor(world.newcomer.pk)
    first = application_make_own(actor=me, at=AT, purpose=Purpose.SECOND_STEP)
    again = application_make_own(actor=me, at=AT + timedelta(hours=1), purpose=Purpose.SECOND_STEP)
    assert again.pk == first.pk
    assert (first.person, first.given_name) == (world.newcomer, world.newcomer.given_name)
    assert SecurityNotice.objects.filter(kind=NoticeKind.APPLICATION_MADE).count() == 1


def test_one_whose_time_is_over_makes_room_for_another(world: World) -> None:
    me = Actor(world.newcomer.pk)
    first = application_make_own(actor=me, at=AT, purpose=Purpose.SECOND_STEP)
    later = application_make_own(actor=me, at=first.expires_at, purpose=Purpose.SECOND_STEP)
    assert later.pk != first.pk
    assert Application.objects.get(pk=first.pk).state == "expired"


def test_an_address_that_was_typed_is_told_and_a_known_one_is_not_told_twice(world: World) -> None:
    applied(email="ayse@ornek.com.tr")
    assert Delivery.objects.count() == 1
    application_make_own(
        actor=Actor(world.newcomer.pk), at=AT, purpose=Purpose.SECOND_STEP, email=world.newcomer.email.upper()
    )
    assert Delivery.objects.count() == 2


def test_whoever_holds_the_code_takes_it_back_once(world: World) -> None:
    application = applied()
    application_cancel(actor=Actor(None), at=AT, key=application.code_key)
    found = Application.objects.get()
    assert (found.state, found.decided_at) == ("cancelled", AT)
    with pytest.raises(StaleStateError):
        application_cancel(actor=Actor(None), at=AT, key=application.code_key)
    assert Event.objects.filter(tag="counter:application:cancelled").count() == 1


def test_what_is_over_cannot_be_taken_back(world: World) -> None:
    application = applied()
    with pytest.raises(StaleStateError):
        application_cancel(actor=Actor(None), at=application.expires_at, key=application.code_key)
    with pytest.raises(StaleStateError):
        application_cancel(actor=Actor(None), at=AT, key=application_key("ABCDEFGHJKMN"))


def test_what_was_decided_meanwhile_does_not_run_out(world: World) -> None:
    application = applied()
    Application.objects.filter(pk=application.pk).update(state="confirmed", version=2, officer=world.owner)
    with acting_as(Actor(None)):
        expire(Actor(None), AT, application)
    assert Application.objects.get().state == "confirmed"
    assert not Event.objects.filter(tag="counter:application:expired").exists()
