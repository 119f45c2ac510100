"""Declaring rows 6 and 7 of the workplace card: dated, followed and never changed, by its e-Bildirge users alone."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from katip.audit.models import Event
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.registry.consents import AUTO_UPDATE, AUTO_UPDATE_NOW
from katip.registry.models import ContactDeclaration, District, Mandate
from katip.registry.permissions import require_mandates
from katip.registry.selectors import declarations_of, hazard_of
from katip.registry.services import card_declare as service
from katip.registry.services.card_declare import CardFields, card_declare
from katip.rules import FormatError
from tests.cast import AT, World

LATER = AT + timedelta(days=30)


def fields(world: World, **changes: Any) -> CardFields:
    plain = CardFields(
        phone="555 000 00 00",
        email="firma@Ornek.com.tr",
        postal_address="Sanayi Cad. 1",
        kep="",
        district_id=world.workplace.district_id,
        auto_update=None,
        consent_text=AUTO_UPDATE_NOW["tr"],
    )
    return replace(plain, **changes)


def declare(world: World, role: str = "owner", at: datetime = AT, **changes: Any) -> ContactDeclaration:
    declared: ContactDeclaration = card_declare(
        actor=world.actor(role, at=at), at=at, workplace_id=world.workplace.pk, fields=fields(world, **changes)
    )
    return declared


def test_a_declaration_is_dated_and_follows_the_earlier_ones_which_stay(world: World) -> None:
    first = declare(world)
    second = declare(world, "colleague", LATER, phone="8500000000", auto_update=True)
    assert [one.pk for one in declarations_of(world.workplace)] == [second.pk, first.pk]
    first.refresh_from_db()
    assert (first.no, first.declared_by, first.declared_at) == (1, world.owner, AT)
    assert (first.phone, first.email, first.auto_update) == ("5550000000", "firma@ornek.com.tr", None)
    assert (second.no, second.declared_by, second.declared_at) == (2, world.colleague, LATER)
    assert (second.auto_update, second.consent_text) == (True, AUTO_UPDATE_NOW["tr"])


def test_a_declaration_leaves_an_event_without_what_was_declared(world: World) -> None:
    declare(world, auto_update=False)
    event = Event.objects.select_related("detail").get()
    assert (event.tag, event.subject_id, event.actor_id) == (
        "registry:card:declared",
        world.workplace.pk,
        world.owner.pk,
    )
    assert event.detail.body == {"no": 1, "auto_update": False, "consent_text": AUTO_UPDATE_NOW["tr"]}


def test_the_province_is_that_of_the_district(world: World) -> None:
    ankara = District.objects.filter(province_id=6)[0]
    assert declare(world, district_id=ankara.pk).province_id == 6


@pytest.mark.parametrize("auto_update", [True, False, None])
def test_the_choice_is_kept_with_the_text_that_stood_beside_it(world: World, auto_update: bool | None) -> None:
    declared = declare(world, auto_update=auto_update)
    assert declared.auto_update is auto_update
    assert AUTO_UPDATE[declared.consent_text].startswith("Evet derseniz")
    assert AUTO_UPDATE[AUTO_UPDATE_NOW["en"]].startswith("If you say Yes")


def _ended(world: World) -> Actor:
    Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 1))
    return world.actor("owner")


@pytest.mark.parametrize(
    ("actor_of", "code"),
    [
        (lambda world: world.actor("stranger"), "no_mandate"),
        (lambda world: world.actor("manager"), "no_mandate"),
        (lambda world: world.actor("specialist"), "no_mandate"),
        (lambda world: world.actor("owner", proof=False), "no_mandate"),
        (
            lambda world: Actor(
                world.stranger.pk, Capacity.WORKPLACE, world.workplace.pk, world.actor("stranger").proof
            ),
            "mandate_ended",
        ),
        (_ended, "mandate_ended"),
    ],
)
def test_only_an_e_bildirge_user_of_the_workplace_declares(
    world: World, actor_of: Callable[[World], Actor], code: str
) -> None:
    with pytest.raises(PermissionRefusedError) as refused:
        card_declare(actor=actor_of(world), at=AT, workplace_id=world.workplace.pk, fields=fields(world))
    assert refused.value.code == code
    assert not ContactDeclaration.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"phone": "05550000000"}, FormatError),
        ({"email": "firma"}, FormatError),
        ({"consent_text": "otomatik-guncelleme/0"}, StaleStateError),
        ({"district_id": 0}, District.DoesNotExist),
    ],
)
def test_what_does_not_fit_is_not_declared(world: World, changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        declare(world, **changes)
    assert not ContactDeclaration.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [0, 1])
def test_two_declarations_at_once_cannot_both_be_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    for _ in range(before):
        declare(world)
    barrier, original = threading.Barrier(2), service.parse_phone  # type: ignore[attr-defined] # what both call once they have read the last number

    def held(text: str) -> str:
        barrier.wait(20)
        parsed: str = original(text)
        return parsed

    monkeypatch.setattr(service, "parse_phone", held)
    ended: list[object] = []

    def run(role: str) -> None:
        try:
            ended.append(declare(world, role))
        except StaleStateError as error:
            ended.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[role]) for role in ("owner", "colleague")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(one).__name__ for one in ended) == ["ContactDeclaration", "StaleStateError"]
    assert list(ContactDeclaration.objects.order_by("no").values_list("no", flat=True)) == list(range(1, before + 2))
    assert Event.objects.filter(tag="registry:card:declared").count() == before + 1


@pytest.mark.parametrize(
    ("first", "last", "held"),
    [
        (date(2020, 1, 1), None, True),
        (date(2025, 6, 2), date(2025, 6, 2), True),
        (date(2020, 1, 1), date(2025, 6, 1), False),
        (date(2025, 6, 3), None, False),
    ],
)
def test_a_mandate_holds_from_its_first_to_its_last_day_in_turkey(
    world: World, first: date, last: date | None, held: bool
) -> None:
    Mandate.objects.filter(person=world.owner).update(valid_from=first, valid_to=last)
    evening = datetime(2025, 6, 1, 21, 30, tzinfo=UTC)  # half past midnight on the 2nd, in Istanbul
    try:
        require_mandates(world.actor("owner"), {world.workplace.pk}, evening)
    except PermissionRefusedError:
        assert not held
    else:
        assert held


def test_mandates_are_asked_for_every_workplace_of_a_batch(world: World) -> None:
    with pytest.raises(PermissionRefusedError):
        require_mandates(world.actor("owner"), {world.workplace.pk, world.elsewhere.pk}, AT)


def test_the_hazard_class_is_that_of_the_day(world: World) -> None:
    found = hazard_of("22.22.43", AT.date())
    assert found is not None
    assert (found.hazard_class, found.source) == ("hazardous", "RG 13.03.2025/32840")
    assert hazard_of("22.22.43", date(2025, 3, 12)) is None
    assert hazard_of("00.00.00", AT.date()) is None
