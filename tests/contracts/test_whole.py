"""What the law counts over everybody's contracts stays whole, though whoever asks sees their own rows alone.

Somebody else's contract stands in the way each time. Read with the actor's eyes alone (`__wrapped__`), figures would be
smaller and nothing would raise: that is shown, too, so that these tests cannot pass by chance.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from katip.contracts.facts import Asked, facts_read
from katip.contracts.fitness import fitness_of, fitness_refresh
from katip.contracts.kinds.undertaking import Asked as Undertaken
from katip.contracts.kinds.undertaking import undertakings_judge
from katip.contracts.models import Contract, Undertaking
from katip.contracts.offering import open_offers, place_read
from katip.contracts.people import person_named, professional_named
from katip.contracts.services.undertaking import undertaking_register
from katip.core.actor import Actor, Capacity
from katip.core.usecase import acting_as
from katip.registry.models import Mandate, Professional, Provider, StaffContract
from katip.rules import Profession, RuleViolation, UndertakerQuality
from tests.cast import AT, LONG_AGO, World, national_id, person

SPECIALIST = Profession.SAFETY_SPECIALIST


@pytest.fixture
def rival(world: World) -> Actor:
    """The manager of a second provider, which has the same specialist on its staff."""
    first = world.provider
    other = Provider.objects.create(
        authorisation_no="ÖRNEK-0002",
        kind="osgb",
        title="Başka OSGB",
        short_title="Başka",
        province_id=first.province_id,
        district_id=first.district_id,
        contact_name="X",
        contact_phone="2240000000",
        contact_hours="-",
    )
    someone = person(50, "Rival")
    Mandate.objects.create(person=someone, capacity="responsible_manager", provider=other, valid_from=LONG_AGO)
    StaffContract.objects.create(
        provider=other, professional=world.professionals[103], minutes=2_000, valid_from=LONG_AGO
    )
    return Actor(someone.pk, Capacity.PROVIDER, other.pk, world.actor("manager").proof)


def seen_by(actor: Actor, read: Callable[..., Any], *asked: Any) -> tuple[Any, Any, Any]:
    """What the house reads, what the actor reads, and what the actor would read with their own eyes alone."""
    house = read(*asked)
    with acting_as(actor, at=AT):
        lifted = read(*asked)
        bare = read.__wrapped__(*asked)  # type: ignore[attr-defined] # the read without its decorator
    return house, lifted, bare


def test_minutes_promised_to_others_count_at_the_approval(world: World) -> None:
    elsewhere = world.accepted(workplace_id=world.elsewhere.pk)
    world.decide("stranger", elsewhere)
    here = world.accepted()
    StaffContract.objects.update(minutes=elsewhere.minutes + here.minutes - 1)
    with pytest.raises(RuleViolation) as refused:
        world.decide("owner", here)
    assert refused.value.code == "capacity_short"
    assert Contract.objects.get(pk=here.pk).state == "awaiting_employer"


def test_the_facts_of_the_law(world: World) -> None:
    elsewhere = world.accepted(workplace_id=world.elsewhere.pk)
    world.decide("stranger", elsewhere)
    world.accepted(140, workplace_id=world.elsewhere.pk)
    here = world.accepted()
    asked = [Asked(here.workplace_id, here.professional_id, here.provider_id, here.certificate_id, SPECIALIST, here.pk)]
    house, lifted, bare = seen_by(world.actor("owner"), facts_read, asked, AT)
    assert lifted == house
    assert house[0].active == elsewhere.minutes
    assert [one.active for one in bare] != [one.active for one in house]


def test_what_a_workplace_lacks_is_judged_with_everybodys_contracts(world: World, rival: Actor) -> None:
    world.active()
    house, lifted, bare = seen_by(rival, fitness_of, [world.workplace.pk], AT)
    assert lifted == house
    assert bare != house


def test_everybodys_contracts_carry_the_verdict(world: World, rival: Actor) -> None:
    contract = world.active()
    Contract.objects.update(fit="short")
    with acting_as(rival, at=AT):
        assert fitness_refresh.__wrapped__([world.workplace.pk], AT) == 0  # type: ignore[attr-defined] # as above
        assert fitness_refresh([world.workplace.pk], AT) == 1
    assert Contract.objects.get(pk=contract.pk).fit == "fit"


def test_an_offer_of_anybody_stands_in_the_way(world: World, rival: Actor) -> None:
    world.offer()
    house, lifted, bare = seen_by(rival, open_offers, [world.workplace.pk], [world.professionals[103].pk])
    assert lifted == house != set()
    assert bare == set()


def test_whether_a_workplace_has_a_user(world: World) -> None:
    house, lifted, bare = seen_by(world.actor("manager"), place_read, world.workplace.pk, AT)
    assert lifted.has_user
    assert house.has_user
    assert not bare.has_user


def test_other_workplaces_of_an_undertaker_count(world: World) -> None:
    world.workplace.activity_id = world.elsewhere.activity_id = "01.30.03"
    world.workplace.save()
    world.elsewhere.save()
    given: dict[str, Any] = {
        "national_id": national_id(1),
        "quality": UndertakerQuality.DEPUTY,
        "training_no": "1",
        "training_on": date(2024, 1, 1),
        "minutes": 200,
    }
    undertaking_register(actor=world.actor("stranger"), at=AT, **given)
    Undertaking.objects.update(state="active")
    asked = [Undertaken(world.workplace, world.owner.pk, UndertakerQuality.DEPUTY, 200)]
    house, lifted, bare = seen_by(world.actor("colleague"), undertakings_judge, asked, AT)
    assert [one.others for one in lifted] == [one.others for one in house] != [()]
    assert [one.others for one in bare] != [one.others for one in house]


@pytest.mark.parametrize("named", [person_named, professional_named])
def test_people_are_named_by_their_number_before_anything_binds_them(world: World, named: Callable[[str], Any]) -> None:
    newcomer = person(60, "New")
    Professional.objects.create(person=newcomer)
    with acting_as(world.actor("manager"), at=AT):
        assert named(national_id(60)) is not None
        with pytest.raises(RuleViolation):
            named.__wrapped__(national_id(60))  # type: ignore[attr-defined] # as above
