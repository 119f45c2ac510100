"""Deciding a step through the pages: the guide's words, and a clear page for everything that can have happened."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from katip.contracts.models import Contract
from katip.processes.models import Decision, Process
from katip.registry.models import Headcount, Mandate
from tests.cast import World, decision, entered

REASON = "Süre bize fazla geliyor."


@pytest.fixture
def contract(world: World) -> Contract:
    return world.accepted(at=datetime.now(UTC))


def shown(contract: Contract, **more: Any) -> dict[str, Any]:
    """What the step's form carries."""
    seen = decision(contract)
    return {"version": seen.version, "terms_hash": seen.terms_hash, "read": "on"} | more


def send(client: Client, contract: Contract, form: dict[str, Any], route: str = "step_complete") -> HttpResponse:
    return client.post(reverse(route, args=[contract.process_id]), form, follow=True)  # type: ignore[return-value] # the client's response stands for the real one


def words(response: HttpResponse) -> str:
    return response.content.decode().replace("\xa0", " ")


def test_the_terms_are_read_in_full_before_they_are_approved(world: World, contract: Contract) -> None:
    page = entered(world, "owner").get(reverse("step", args=[contract.process_id])).text.replace("\xa0", " ")
    for text in (
        world.workplace.title,
        world.provider.title,
        world.specialist.name,
        world.specialist.national_id,
        "B sınıfı",
        "240 dakika",
        "İGU Yön. m.12",
        "Tehlikeli",
        "22.22.43",
        "Okudum, onaylıyorum",
        "Tamamla",
        "Reddet",
        'href="tel:+902240000000"',
        "buradaki onay oradaki onayın yerine geçmez",
    ):
        assert text in page
    assert "checked" not in page


def test_the_guides_way_from_the_list_to_the_next_contract(world: World, contract: Contract) -> None:
    following = world.accepted(140, at=datetime.now(UTC))
    client = entered(world, "owner")
    listed = client.get(reverse("contracts")).text
    assert all(text in listed for text in ("Sürece Git", "103 sözleşmesini aç", "140 sözleşmesini aç"))
    assert "Önce listeden bir kutuyu işaretleyin" in client.get(reverse("step_go"), follow=True).text
    opened = client.get(reverse("step_go"), {"surec": contract.process_id}, follow=True)
    assert opened.redirect_chain == [(reverse("step", args=[contract.process_id]), 302)]
    done = words(send(client, contract, shown(contract)))
    assert "Süreç başarıyla tamamlandı" in done
    assert "Sırada: 140" in done
    assert reverse("step", args=[following.process_id]) in done
    assert Contract.objects.get(pk=contract.pk).state == "active"


def test_without_the_tick_nothing_is_approved(world: World, contract: Contract) -> None:
    form = shown(contract)
    del form["read"]
    refused = send(entered(world, "owner"), contract, form)
    assert refused.status_code == 422
    assert words(refused).count("Koşulları okuduysanız kutuyu işaretleyin: Okudum, onaylıyorum.") == 2
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    ("arrange", "status", "said"),
    [
        ("twice", 409, "Bu adım zaten tamamlandı"),
        ("faster", 409, "Biri sizden önce davrandı"),
        ("rejected", 409, "Biri sizden önce davrandı"),
        ("changed", 409, "Koşullar siz okurken değişti"),
        ("ended", 403, "Bu işyerindeki yetkiniz sona erdi"),
        ("law", 200, "en az 260 dakika gerekir. (İGU Yön. m.12)"),
    ],
)
def test_whatever_happened_meanwhile_gets_a_clear_page_and_no_second_approval(
    world: World, contract: Contract, arrange: str, status: int, said: str
) -> None:
    client, form, now = entered(world, "owner"), shown(contract), datetime.now(UTC)
    if arrange == "twice":
        send(client, contract, form)
    elif arrange == "faster":
        world.decide("colleague", contract, at=now)
    elif arrange == "rejected":
        world.decide("colleague", contract, at=now, outcome="rejected", reason=REASON)
    elif arrange == "changed":
        Process.objects.update(terms_hash="0" * 64)
    elif arrange == "ended":
        Mandate.objects.filter(person=world.owner).update(valid_to="2025-06-03")
    else:
        Headcount.objects.filter(workplace=world.workplace).update(employees=13)
    before = Decision.objects.count()
    response = send(client, contract, form)
    assert response.status_code == status
    assert said in words(response)
    if arrange in {"faster", "rejected"}:
        assert world.colleague.name in words(response)
    assert Decision.objects.count() == before


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "Neden reddettiğinizi yazın; karşı taraf bunu okuyacak."),
        ("   ", "Neden reddettiğinizi yazın; karşı taraf bunu okuyacak."),
        ("Çok uzun", "En az 10 karakter yazın; şu an 8."),
        ("x" * 201, "En çok 200 karakter yazın; şu an 201."),
    ],
)
def test_a_rejection_without_a_reason_is_asked_again_and_keeps_what_was_typed(
    world: World, contract: Contract, reason: str, said: str
) -> None:
    refused = send(entered(world, "owner"), contract, shown(contract, reason=reason), "step_reject")
    assert refused.status_code == 422
    assert said in words(refused)
    assert reason.strip() in words(refused)
    assert Process.objects.get().state == "open"


def test_a_rejection_tells_the_other_side_why(world: World, contract: Contract) -> None:
    done = send(entered(world, "owner"), contract, shown(contract, reason=REASON), "step_reject")
    assert done.status_code == 200
    assert REASON in words(done)
    url = reverse("step", args=[contract.process_id])
    for role in ("specialist", "manager"):
        assert REASON in entered(world, role).get(url).text


def test_the_professional_accepts_in_their_own_name(world: World) -> None:
    contract = world.offer(at=datetime.now(UTC))
    client = entered(world, "specialist")
    assert reverse("step", args=[contract.process_id]) in client.get(reverse("assignments")).text
    done = send(client, contract, shown(contract))
    assert "Onayınız kaydedildi" in words(done)
    contract.refresh_from_db()
    assert contract.state == "awaiting_employer"
    looks = entered(world, "specialist").get(reverse("step", args=[contract.process_id])).text
    assert 'name="read"' not in looks
