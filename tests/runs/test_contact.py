"""Contact and consent declared for many workplaces by one e-Bildirge user."""

from datetime import timedelta

import pytest

from katip.audit.models import Event
from katip.registry.consents import AUTO_UPDATE_NOW
from katip.registry.models import ContactDeclaration, District
from katip.registry.services.card_declare import CardFields, card_declare
from katip.runs.contact import declarations_asked
from katip.runs.kinds import kind_get
from katip.runs.models import RunRow
from tests.cast import AT, World, e_bildirge, workplace
from tests.runs.many import codes_of, run_drafted, run_through

pytestmark = pytest.mark.django_db
PARAMS = {
    "phone": "5550000000",
    "email": "muhasebe@ornek.com.tr",
    "postal_address": "",
    "kep": "",
    "auto_update": True,
    "consent_text": AUTO_UPDATE_NOW["tr"],
}


def places(world: World) -> dict[int, int]:
    """Three workplaces of the owner, each with its district in the register."""
    mine = [world.workplace, workplace(30), workplace(31, province=6)]
    for place in mine[1:]:
        e_bildirge(world.owner, place)
    return {place.pk: place.district_id for place in mine}


def test_every_workplace_gets_a_declaration_of_its_own(world: World) -> None:
    """With its own district, numbered on its own card, recorded for itself."""
    where = places(world)
    owner = world.actor("owner")
    run = run_through(owner, AT, run_drafted(owner, AT, "contact", declarations_asked(where), PARAMS))
    assert codes_of(run) == dict.fromkeys(where, "")
    for workplace_id, district_id in where.items():
        made = ContactDeclaration.objects.get(workplace=workplace_id)
        assert (made.no, made.district_id, made.declared_by_id) == (1, district_id, world.owner.pk)
        assert made.province_id == District.objects.get(pk=district_id).province_id
        assert (made.phone, made.auto_update, made.consent_text) == ("5550000000", True, AUTO_UPDATE_NOW["tr"])
        assert Event.objects.get(tag="registry:card:declared", subject_id=workplace_id).organisation_id == workplace_id
        assert RunRow.objects.get(run=run, subject_id=workplace_id).outcome.result_id == made.pk


def test_who_declared_meanwhile_is_not_overwritten_and_ended_mandates_declare_nothing(world: World) -> None:
    """Each keeps its own row back only; taken up again, the row sees the newer declaration."""
    where = places(world)
    first, second, third = where
    owner = world.actor("owner")
    run = run_drafted(owner, AT, "contact", declarations_asked(where), PARAMS)
    theirs = CardFields("2240000000", "baska@ornek.com.tr", "", "", where[first], None, AUTO_UPDATE_NOW["tr"])
    card_declare(actor=world.actor("colleague"), at=AT, workplace_id=first, fields=theirs)
    world.owner.mandates.filter(workplace=second).update(valid_to=(AT - timedelta(days=1)).date())
    run = run_through(owner, AT, run)
    assert codes_of(run) == {first: "changed", second: "mandate_ended", third: ""}
    assert ContactDeclaration.objects.get(workplace=first).declared_by_id == world.colleague.pk
    assert not ContactDeclaration.objects.filter(workplace=second).exists()
    again = kind_get("contact").rows_again(run, list(RunRow.objects.filter(run=run, subject_id=first)), AT)
    assert [(row.subject_id, row.version, row.params) for row in again] == [(first, 1, {"district": where[first]})]
