"""What the days bring: whom to tell, whom to remind, what ends; nothing twice."""

from datetime import timedelta
from typing import Any

import pytest

from katip.core.actor import Actor
from katip.counter.models import Application, Purpose
from katip.counter.services import sweep
from katip.counter.services.applications import application_make_own
from katip.counter.services.sweep import Swept, applications_sweep
from katip.identity.models import NoticeKind, SecurityNotice
from katip.notices.models import Delivery
from tests.cast import AT, World
from tests.counter.counter_cast import UNKNOWN, applied, branch, confirm, official

DAY = timedelta(days=1)


def messages(kind: NoticeKind) -> int:
    return Delivery.objects.filter(kind=kind).count()


def test_reminders_come_early_and_late_and_then_it_ends(world: World) -> None:
    application = applied(email="ayse@ornek.com.tr")
    third = AT + (application.expires_at - AT) / 3
    for at, reminded, expired in (
        (third - timedelta(minutes=1), 0, 0),
        (third, 1, 0),
        (third, 0, 0),
        (application.expires_at - 3 * DAY - timedelta(minutes=1), 0, 0),
        (application.expires_at - 3 * DAY, 1, 0),
        (application.expires_at - DAY, 0, 0),
        (application.expires_at, 0, 1),
        (application.expires_at, 0, 0),
    ):
        assert applications_sweep(at) == Swept(reminded, expired), at
    assert messages(NoticeKind.APPLICATION_REMINDER) == 2
    assert messages(NoticeKind.APPLICATION_EXPIRED) == 1
    assert Application.objects.get().state == "expired"


def test_who_was_not_reminded_early_is_reminded_once_near_the_end(world: World) -> None:
    application = applied(email="ayse@ornek.com.tr")
    assert applications_sweep(application.expires_at - DAY) == Swept(1, 0)
    assert applications_sweep(application.expires_at - DAY) == Swept(0, 0)


def test_what_is_decided_is_left_alone(world: World) -> None:
    application = applied(email="ayse@ornek.com.tr")
    confirm(official(50, where=branch()), application)
    assert applications_sweep(application.expires_at) == Swept(0, 0)
    assert Application.objects.get().state == "confirmed"


def test_a_person_is_reminded_in_the_register_too(world: World) -> None:
    application = application_make_own(actor=Actor(world.newcomer.pk), at=AT, purpose=Purpose.SECOND_STEP)
    applications_sweep(application.expires_at - DAY)
    assert SecurityNotice.objects.filter(person=world.newcomer, kind=NoticeKind.APPLICATION_REMINDER).count() == 1


def test_whose_number_somebody_typed_is_told_once_a_day(world: World) -> None:
    mine = SecurityNotice.objects.filter(person=world.newcomer, kind=NoticeKind.APPLICATION_MADE)
    applied(world.newcomer.national_id)
    applied(world.newcomer.national_id)
    applied(UNKNOWN)
    applications_sweep(AT)
    assert mine.count() == 1
    assert not Application.objects.filter(noticed_at=None).exists()
    applied(world.newcomer.national_id)
    applications_sweep(AT + timedelta(hours=23))
    assert mine.count() == 1
    applied(world.newcomer.national_id)
    applications_sweep(AT + DAY)
    assert mine.count() == 2
    assert SecurityNotice.objects.exclude(person=world.newcomer).count() == 0


def test_more_than_a_batch_is_done_in_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    made: list[Any] = [applied() for _ in range(5)]
    assert applications_sweep(made[0].expires_at) == Swept(0, 5)
