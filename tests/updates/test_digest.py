"""One digest for each person whom a month touched, told once, by e-mail where there is an address."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.cli.sweep import due_do
from katip.contracts.models import Contract
from katip.core.actor import OPERATOR
from katip.core.usecase import acting_as
from katip.identity.models import NoticeKind, Person
from katip.notices.letters import Item, letter_write
from katip.notices.models import Channel, Delivery
from katip.registry.models import Mandate
from katip.rules import MonthOutcome
from katip.updates.digests import EXAMPLES, told_of
from katip.updates.models import Digest, Missing
from katip.updates.services.digest_make import digests_make
from katip.updates.services.digest_send import digests_send
from tests.cast import AT, World, e_bildirge
from tests.months import Month, month_make, month_run

AMENDED, ASKED, PROVIDER, ENDED = (
    MonthOutcome.AMENDED,
    MonthOutcome.ASKED,
    MonthOutcome.PROVIDER,
    MonthOutcome.ENDED,
)


def bodies(month: Month) -> dict[int, dict[str, Any]]:
    """What everybody is told, by person."""
    with acting_as(OPERATOR):
        digests_make(month.run.pk, AT)
    return {digest.person_id: digest.body for digest in Digest.objects.filter(run=month.run)}


def changed(world: World) -> tuple[Month, Contract, Contract]:
    """A month that raised one contract by itself, and asked about another."""
    first, second = world.active(103), world.active(140)
    month = month_make(AT)
    month.change(first, AMENDED, employees=15, minutes=300)
    month.change(second, ASKED, employees=15, minutes=150)
    return month, first, second


def test_everybody_whom_it_concerns_is_told_once(world: World) -> None:
    month, *_ = changed(world)
    told = bodies(month)
    expected = [world.owner, world.colleague, world.newcomer, world.manager, world.specialist, world.physician]
    assert sorted(told) == sorted(one.pk for one in expected)
    [employer] = told_of(told[world.owner.pk])
    assert (employer.capacity, employer.counts, employer.contracts) == ("employer", {ASKED: 1, AMENDED: 1}, 2)
    [provider] = told_of(told[world.manager.pk])
    assert (provider.provider_id, provider.counts) == (world.provider.pk, {ASKED: 1, AMENDED: 1})
    [own] = told_of(told[world.specialist.pk])
    assert (own.capacity, own.counts) == ("professional", {AMENDED: 1})


def test_a_person_of_several_capacities_gets_one_digest(world: World) -> None:
    e_bildirge(world.specialist, world.workplace)
    Mandate.objects.create(
        person=world.specialist, capacity="responsible_manager", provider=world.provider, valid_from=AT.date()
    )
    told = told_of(bodies(changed(world)[0])[world.specialist.pk])
    assert [(one.capacity, one.contracts) for one in told] == [("employer", 2), ("provider", 2), ("professional", 1)]


@pytest.mark.parametrize(
    ("dates", "is_told"),
    [
        ({"valid_to": AT.date()}, True),
        ({"valid_to": AT.date() - timedelta(days=1)}, False),
        ({"valid_from": AT.date() + timedelta(days=1)}, False),
    ],
)
def test_only_mandates_of_that_day_count(world: World, dates: dict[str, date], is_told: bool) -> None:
    e_bildirge(world.accountant, world.workplace, **dates)
    assert (world.accountant.pk in bodies(changed(world)[0])) is is_told


def test_a_workplace_that_lacks_somebody_is_told_though_no_contract_changed(world: World) -> None:
    month = month_make(AT)
    for profession in ("safety_specialist", "workplace_physician"):
        Missing.objects.create(run=month.run, workplace=world.elsewhere, profession=profession)
    Missing.objects.create(run=month_run(date(2025, 4, 1), at=AT), workplace=world.workplace, profession="x")
    assert bodies(month) == {world.stranger.pk: {"missing": 2}}
    [told] = told_of({"missing": 2})
    assert (told.capacity, told.missing, told.contracts) == ("employer", 2, 0)


def test_the_examples_are_few_and_begin_with_what_asks_most(world: World) -> None:
    month, first, _ = changed(world)
    kept = {
        outcome: [month.change(first, outcome).pk for _ in range(3)] for outcome in (AMENDED, ENDED, ASKED, PROVIDER)
    }
    told = bodies(month)
    [employer] = told_of(told[world.owner.pk])
    [provider] = told_of(told[world.manager.pk])
    [own] = told_of(told[world.specialist.pk])
    assert len(employer.changes) == len(provider.changes) == len(own.changes) == EXAMPLES
    assert set(kept[ASKED]) < set(employer.changes)
    assert list(provider.changes[:3]) == kept[PROVIDER]
    assert list(own.changes[1:4]) == kept[AMENDED]  # after the one that changed before them
    assert employer.counts == {ASKED: 4, PROVIDER: 3, AMENDED: 4, ENDED: 3}


def test_a_month_tells_of_itself_only_and_only_once(world: World) -> None:
    month, first, _ = changed(world)
    other = Month(month_run(date(2025, 7, 1), at=AT), AT)
    other.change(first, ENDED)
    assert told_of(bodies(month)[world.specialist.pk])[0].counts == {AMENDED: 1}
    assert told_of(bodies(other)[world.specialist.pk])[0].counts == {ENDED: 1}


def test_no_personal_number_and_no_name_stands_in_a_digest(world: World) -> None:
    written = json.dumps(list(bodies(changed(world)[0]).values()), ensure_ascii=False)
    for someone in Person.objects.all():
        assert someone.national_id not in written
        assert someone.family_name not in written


def test_who_manages_two_providers_is_told_of_each(world: World) -> None:
    month, first, _ = changed(world)
    provider = world.provider
    number, provider.pk, provider.authorisation_no = provider.pk, None, "ÖRNEK-0002"
    provider.save()
    Mandate.objects.create(
        person=world.manager, capacity="responsible_manager", provider=provider, valid_from=AT.date()
    )
    change = month.change(first, ENDED)
    change.pk, change.provider = None, provider
    change.save()
    told = told_of(bodies(month)[world.manager.pk])
    assert [(one.provider_id, one.contracts) for one in told] == [(number, 3), (provider.pk, 1)]


def told_by_mail(settings: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> Month:
    """A month whose digests wait, where e-mail leaves the house."""
    settings.KATIP = settings.KATIP.model_copy(update={"smtp_url": "smtp://127.0.0.1:1", "help_phone": "2120000000"})
    monkeypatch.setattr("katip.notices.services.queue.BATCH", 0)  # nothing is sent by this test
    month, *_ = changed(world)
    bodies(month)
    return month


@pytest.mark.django_db(transaction=True)
def test_the_minute_hands_digests_to_the_mail_and_tells_nobody_twice(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_by_mail(settings, world, monkeypatch)
    Person.objects.filter(pk=world.colleague.pk).update(email="")
    assert "6 told of their month" in due_do(AT)
    letters = Delivery.objects.filter(kind=NoticeKind.MONTH_DIGEST)
    assert sorted(letters.values_list("person", flat=True)) == sorted(
        one.pk for one in (world.owner, world.newcomer, world.manager, world.specialist, world.physician)
    )
    assert letters.get(person=world.manager).detail == {"month": "2025-06-01", "as_provider": 2}
    assert not Digest.objects.filter(told_at=None).exists()
    assert digests_send(at=AT) == 0
    assert letters.count() == 5
    event = Event.objects.select_related("detail").get(tag="updates:digest:told")
    assert event.detail.body == {"digests": 6, "letters": 5}


@pytest.mark.django_db(transaction=True)
def test_where_no_mail_leaves_no_letter_is_written(world: World) -> None:
    month, *_ = changed(world)
    bodies(month)
    assert digests_send(at=AT) == 6
    assert not Delivery.objects.exists()
    assert not Digest.objects.filter(told_at=None).exists()


def test_the_letter_says_how_many_and_where_to_read(settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"help_phone": "2120000000"})
    detail = {"month": "2025-06-01", "as_employer": 3, "as_provider": 7, "as_professional": 1, "missing": 2}
    letter = letter_write([Item("month_digest", detail, AT)], Channel.EMAIL, "both")
    assert letter is not None
    text = letter.text
    assert letter.subject == "Katip: Ayın özeti hazır"
    assert (
        "(06.2025, işveren olarak 3 sözleşme, hizmet veren olarak 7 sözleşme, profesyonel olarak 1 sözleşme, "
        "karşılanmayan yeni yükümlülük: 2)"
    ) in text
    assert f"Ayın özeti sayfasında yazar: {settings.KATIP.origin}" in text
    assert "Bunu siz yapmadıysanız" not in text
