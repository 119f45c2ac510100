"""What a decision shows afterwards: what was decided on, and nothing that came later."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from katip.processes.models import Decision
from katip.registry.models import ContactDeclaration
from tests.cast import World, entered

pytestmark = pytest.mark.django_db


def test_the_record_names_the_parties_the_minutes_the_process_and_the_words(world: World) -> None:
    contract = world.active(at=datetime.now(UTC))
    page = entered(world, "owner").get(reverse("step_result", args=[contract.process_id])).text
    for words in (
        world.specialist.name,
        world.provider.title,
        world.workplace.title,
        "240 dakika",
        f"<dd>{contract.process_id}</dd>",
        "Okudum, onaylıyorum. Sözleşmenin koşullarını okudum.",
        Decision.objects.get(step__party="employer").terms_hash,
    ):
        assert words in page


def test_a_later_declaration_does_not_change_the_terms_of_a_decided_contract(world: World) -> None:
    contract = world.active(at=datetime.now(UTC))
    client, url = entered(world, "owner"), reverse("step", args=[contract.process_id])
    before = [(row["label"], row["value"]) for row in client.get(url).context["terms"]]
    ContactDeclaration.objects.create(
        workplace=world.workplace,
        no=1,
        declared_by=world.owner,
        declared_at=datetime.now(UTC),
        phone="5550000000",
        email="firma@ornek.com.tr",
        province_id=world.workplace.province_id,
        district=world.workplace.district,
        auto_update=True,
        consent_text="otomatik-guncelleme/1",
    )
    assert [(row["label"], row["value"]) for row in client.get(url).context["terms"]] == before


def test_a_rejection_carries_no_text_of_approval(world: World) -> None:
    contract = world.accepted(at=datetime.now(UTC))
    world.decide("owner", contract, outcome="rejected", reason="Süre bize fazla geliyor.", at=datetime.now(UTC))
    assert Decision.objects.get(step__party="employer").text_version == ""
    page = entered(world, "owner").get(reverse("step_result", args=[contract.process_id])).text
    assert "Okudum, onaylıyorum" not in page
    assert "Süre bize fazla geliyor." in page
