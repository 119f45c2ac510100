"""Several contracts approved in one go: all of them or none, each with its own decision and record."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katip.audit.models import Event
from katip.contracts.models import Contract, ContractVersion
from katip.processes.models import Decision, Process
from katip.registry.models import ContactDeclaration, Headcount
from tests.cast import World, entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(world: World) -> list[Contract]:
    return [world.accepted(code, at=datetime.now(UTC)) for code in (103, 140)]


def posted(contracts: list[Contract], **changed: Any) -> dict[str, Any]:
    processes = Process.objects.filter(pk__in=[contract.process_id for contract in contracts])
    seen = [f"{process.pk}:{process.version}:{process.terms_hash}" for process in processes]
    return {"surec": [process.pk for process in processes], "seen": seen, "read_0": "on"} | changed


def of_the_employer() -> int:
    return Decision.objects.filter(step__party="employer").count()


def test_ticking_two_rows_leads_to_one_page_with_all_terms_and_one_tick(world: World, both: list[Contract]) -> None:
    client = entered(world, "owner")
    chosen = [contract.process_id for contract in both]
    page = client.get(reverse("step_go"), {"surec": chosen}, follow=True)
    assert page.status_code == 200
    for words in ("103 · İş güvenliği uzmanı", "140 · İşyeri hekimi", "240 dakika", "120 dakika"):
        assert words in page.text
    assert page.text.count('type="checkbox"') == 1
    assert "103, 140: Sözleşmenin koşullarını okudum." in page.text


def test_one_tamamla_makes_two_decisions_two_events_and_two_records(world: World, both: list[Contract]) -> None:
    client = entered(world, "owner")
    events = Event.objects.filter(tag="process:step:approved").count()
    page = client.post(reverse("steps_together"), posted(both), follow=True)
    assert "Süreç başarıyla tamamlandı" in page.text
    for contract in both:
        assert reverse("step_result", args=[contract.process_id]) in page.text
    assert of_the_employer() == ContractVersion.objects.count() == 2
    assert Event.objects.filter(tag="process:step:approved").count() == events + 2
    assert set(Contract.objects.values_list("state", flat=True)) == {"active"}


def test_two_cost_as_many_statements_as_one(world: World, both: list[Contract]) -> None:
    client = entered(world, "owner")
    with CaptureQueriesContext(connection) as captured:
        client.post(reverse("steps_together"), posted(both))
    writes = [query["sql"] for query in captured.captured_queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    business = [sql for sql in writes if "django_session" not in sql and "cache_entry" not in sql]
    assert len(business) <= 4, business  # decisions, contracts, versions; the swap and the event begin otherwise


def test_without_the_tick_nothing_happens_and_the_page_says_so(world: World, both: list[Contract]) -> None:
    page = entered(world, "owner").post(reverse("steps_together"), posted(both, read_0=""))
    assert page.status_code == 422
    assert "Koşulları okuduysanız kutuyu işaretleyin" in page.text
    assert of_the_employer() == 0


def test_if_the_law_refuses_one_none_is_approved(world: World, both: list[Contract]) -> None:
    Headcount.objects.create(workplace=world.workplace, period=datetime(2025, 6, 1, tzinfo=UTC).date(), employees=13)
    client = entered(world, "owner")
    page = client.post(reverse("steps_together"), posted(both), follow=True)
    assert page.redirect_chain[0][1] == 302  # going back meets no question whether to send again
    assert "en az 260 dakika gerekir" in page.text
    assert "İGU Yön. m.12" in page.text
    assert "Hiçbiri onaylanmadı." in page.text
    assert "Hiçbiri onaylanmadı." not in client.get(page.redirect_chain[0][0]).text  # told once
    assert of_the_employer() == 0


@pytest.mark.parametrize("seen", ["", "x", "1:1:abc", "999:1:abc"])
def test_terms_other_than_those_shown_are_not_approved(world: World, both: list[Contract], seen: str) -> None:
    page = entered(world, "owner").post(reverse("steps_together"), posted(both, seen=seen), follow=True)
    assert "Hiçbiri onaylanmadı" in page.text
    assert of_the_employer() == 0


@pytest.mark.parametrize("role", ["stranger", "manager", "accountant"])
def test_nobody_else_approves_them(world: World, both: list[Contract], role: str) -> None:
    client: Client = entered(world, role)
    page = client.post(reverse("steps_together"), posted(both))
    assert page.status_code == 302
    assert of_the_employer() == 0


def test_a_professional_accepts_several_too(world: World) -> None:
    now = datetime.now(UTC)
    offers = [world.offer(at=now), world.offer(at=now, workplace_id=world.elsewhere.pk)]
    page = entered(world, "specialist").post(reverse("steps_together"), posted(offers), follow=True)
    assert "Onayınız kaydedildi" in page.text
    assert Contract.objects.filter(state="awaiting_employer").count() == 2


def test_numbers_out_of_range_are_no_error(world: World) -> None:
    page = entered(world, "owner").get(reverse("steps_together"), {"surec": ["9" * 40, "x", "", "-1"]})
    assert page.status_code == 302


def test_one_that_a_colleague_decided_meanwhile_stops_them_all(world: World, both: list[Contract]) -> None:
    kept = posted(both)
    world.decide("colleague", both[0], at=datetime.now(UTC))
    page = entered(world, "owner").post(reverse("steps_together"), kept, follow=True)
    assert "Hiçbiri onaylanmadı" in page.text
    assert of_the_employer() == 1


def test_rejected_ones_are_not_reported_as_done(world: World, both: list[Contract]) -> None:
    world.decide("owner", both[0], outcome="rejected", reason="Süre bize fazla geliyor.", at=datetime.now(UTC))
    page = entered(world, "owner").get(reverse("steps_done"), {"surec": both[0].process_id})
    assert page.status_code == 302


def test_each_contract_shows_its_own_workplaces_consent(world: World) -> None:
    now = datetime.now(UTC)
    offers = [world.offer(at=now), world.offer(at=now, workplace_id=world.elsewhere.pk)]
    district = world.elsewhere.district
    ContactDeclaration.objects.create(
        workplace=world.elsewhere,
        no=1,
        declared_by=world.stranger,
        declared_at=now,
        phone="5550000000",
        email="firma@ornek.com.tr",
        province_id=district.province_id,
        district=district,
        auto_update=True,
        consent_text="otomatik-guncelleme/1",
    )
    page = entered(world, "specialist").get(
        reverse("steps_together"), {"surec": [offer.process_id for offer in offers]}
    )
    consents = [row["value"] for item in page.context["items"] for row in item["terms"] if "güncelleme" in row["label"]]
    assert consents == ["Talimat verilmedi", "Evet"]


def test_the_list_says_that_several_can_be_approved_in_one_go_only_where_several_wait(world: World) -> None:
    words = "İki kutuyu birden işaretlerseniz"
    world.accepted(103)
    world.accepted(140)
    assert words in entered(world, "owner").get("/sozlesmeler/?liste=tum").text
    world.decide("owner", Contract.objects.get(code=103))
    shown = entered(world, "owner").get("/sozlesmeler/?liste=tum")
    assert len(shown.context["rows"]) == 2
    assert words not in shown.text
