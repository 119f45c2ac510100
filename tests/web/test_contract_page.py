"""The page of one contract: who may see it, what it tells of each state, and what each may do."""

import re
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.urls import reverse

from katip.contracts.models import Contract, ContractVersion
from katip.contracts.services.end import contract_end
from katip.contracts.services.update import update_propose
from katip.core.clock import day_of
from katip.processes.models import Process
from katip.processes.services.cancel import process_withdraw
from katip.registry.models import Headcount, Mandate, Official
from tests.cast import World, entered, person, signed_in

pytestmark = pytest.mark.django_db
NOTE = "İşyeri taşındı, hizmet oradan sürecek."


def now() -> datetime:
    return datetime.now(UTC)


def url(contract: Contract) -> str:
    return reverse("contract", args=[contract.pk])


def page(world: World, role: str, contract: Contract) -> Any:
    return entered(world, role).get(url(contract))


def buttons(response: Any) -> list[str]:
    return [button["url"] for button in response.context["buttons"]]


def propose(world: World, contract: Contract, minutes: int, role: str = "manager") -> Process:
    at = now()
    return update_propose(actor=world.actor(role, at=at), at=at, contract_id=contract.pk, minutes=minutes).process


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("owner", 200),
        ("colleague", 200),
        ("manager", 200),
        ("specialist", 200),
        ("stranger", 404),
        ("physician", 404),
        ("accountant", 404),
    ],
)
def test_each_side_sees_it_and_to_others_it_looks_like_none(world: World, role: str, status: int) -> None:
    contract = world.active(at=now())
    client = entered(world, role)
    found = client.get(url(contract))
    assert found.status_code == status
    if status == 404:
        nothing = client.get(reverse("contract", args=[10**9]))
        assert nothing.status_code == 404
        plain = [
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|/sozlesmeler/\d+/', "", one.text)
            for one in (found, nothing)
        ]
        assert plain[0] == plain[1]


def test_another_providers_manager_sees_nothing(world: World) -> None:
    contract = world.active(at=now())
    other = person(77, "Rakip")
    provider = world.provider
    provider.pk, provider.authorisation_no, provider._state.adding = None, "ÖRNEK-0002", True
    provider.save()
    Mandate.objects.create(person=other, capacity="responsible_manager", provider=provider, valid_from=date(2020, 1, 1))
    assert signed_in(other).get(url(contract)).status_code == 404


def test_an_ended_mandate_closes_the_page(world: World) -> None:
    contract = world.active(at=now())
    Mandate.objects.filter(person=world.owner).update(valid_to=date(2025, 6, 3))
    assert page(world, "owner", contract).status_code == 404


@pytest.mark.parametrize(
    ("role", "province", "status"),
    [("inspector", None, 200), ("inspector", 16, 200), ("inspector", 6, 404), ("directorate", None, 200)],
)
def test_an_official_of_the_province_looks_and_does_nothing(
    world: World, role: str, province: int | None, status: int
) -> None:
    contract = world.active(at=now())
    someone = person(78, "Görevli")
    Official.objects.create(person=someone, role=role, province_id=province)
    client = signed_in(someone)
    if status == HTTPStatus.OK:  # whoever looks people up says why, once
        asked = client.get(url(contract))
        assert asked.headers["Location"].startswith("/gorevli/neden/")
        client.post(asked.headers["Location"], {"reason": "inspection", "matter": "2026/118"})
    found = client.get(url(contract))
    assert found.status_code == status
    if status == HTTPStatus.OK:
        assert found.context["buttons"] == []
        assert "/surecler/" not in found.text


def test_the_counter_is_no_place_to_look_at_contracts(world: World) -> None:
    someone = person(79, "Gişe")
    Official.objects.create(person=someone, role="counter")
    assert signed_in(someone).get(url(world.active(at=now()))).status_code == 404


def test_an_offer_says_who_is_next_and_until_when(world: World) -> None:
    contract = world.offer(at=now())
    shown = page(world, "manager", contract)
    assert f"Sıra profesyonelde: {world.specialist.name}" in shown.text
    assert "Son gün" in shown.text
    assert "Profesyonel onayı bekliyor" in shown.text
    step = reverse("step", args=[contract.process_id])
    assert buttons(shown) == [step, reverse("step_withdraw", args=[contract.process_id])]
    asked = page(world, "specialist", contract)
    assert "Sıra sizde" in asked.text
    assert buttons(asked) == [step]
    assert buttons(page(world, "owner", contract)) == [step]  # to read; it is not their turn


def test_a_running_contract_tells_terms_verdict_version_and_story(world: World) -> None:
    contract = world.active(at=now())
    shown = page(world, "owner", contract).text.replace("\xa0", " ")
    for words in (
        "Sözleşme devam ediyor",
        "240 dakika (4 saat)",
        "Uygun",
        "Ayda gereken 240 dakikanın tamamı sürüyor (İGU Yön. m.12).",
        "Talimat verilmedi",
        "12 çalışan, tehlikeli sınıf: gereken 240 dakika",
        "Teklif gönderildi",
        f"{world.manager.name}, sorumlu müdür, Örnek OSGB",
        "İş güvenliği uzmanı kabul etti",
        "İşveren onayladı, sözleşme yürürlüğe girdi",
        "İkinci adım: kod uygulaması",
    ):
        assert words in shown, words
    assert world.specialist.national_id not in shown
    assert world.specialist.national_id_masked in shown


def test_the_story_is_told_newest_first_with_the_version_that_came_of_it(world: World) -> None:
    contract = world.active(at=now())
    acts = page(world, "owner", contract).context["acts"]
    assert [act["title"] for act in acts] == [
        "İşveren onayladı, sözleşme yürürlüğe girdi",
        "İş güvenliği uzmanı kabul etti",
        "Teklif gönderildi",
    ]
    assert [act["version"] for act in acts] == [1, 0, 0]


def test_what_falls_short_says_by_how_much_and_by_which_article(world: World) -> None:
    contract = world.active(at=now())
    Headcount.objects.create(workplace=world.workplace, period=date(2025, 7, 1), employees=13)
    shown = page(world, "manager", contract)
    assert shown.context["verdict"] == "short"
    assert "Ayda gereken 260 dakikanın 20 dakikası eksik (İGU Yön. m.12)." in shown.text
    assert "Güncellenmesi gerekiyor" in shown.text
    assert reverse("contract_update", args=[contract.pk]) in buttons(shown)


def test_more_than_is_asked_stands_above_the_minimum(world: World) -> None:
    shown = page(world, "owner", world.active(at=now(), minutes=300))
    assert shown.context["verdict"] == "above"
    assert "Ayda gereken 240 dakikanın 60 dakika üzerinde" in shown.text


def test_an_open_update_is_told_first_and_asks_the_other_side(world: World) -> None:
    contract = world.active(at=now() - timedelta(days=40))
    process = propose(world, contract, 260)
    step = reverse("step", args=[process.pk])
    asked = page(world, "owner", contract).context["acts"][0]
    assert asked["title"] == "Süre güncellemesi sizi bekliyor: 240 → 260 dakika"
    assert asked["button"]["url"] == step
    assert buttons(page(world, "owner", contract))[0] == step
    other = page(world, "manager", contract)
    assert other.context["acts"][0]["title"] == "Süre güncellemesi karar bekliyor: 240 → 260 dakika"
    assert reverse("contract_update", args=[contract.pk]) not in buttons(other)
    assert other.context["history"][-1]["waits"]


def test_an_approved_update_closes_a_version_and_opens_the_next(world: World) -> None:
    contract = world.active(at=now() - timedelta(days=40))
    process = propose(world, contract, 260)
    world.decide("owner", process.duration_update, at=now())
    shown = page(world, "owner", contract)
    first, second = shown.context["versions"]
    assert (first["minutes"], second["minutes"]) == (240, 260)
    assert first["until"] == day_of(now()) - timedelta(days=1)
    assert second["until"] is None
    assert second["url"] == reverse("step", args=[process.pk])
    assert shown.context["acts"][0]["title"] == "Süre 240 → 260 dakika oldu"
    assert shown.context["acts"][0]["version"] == 2


def test_a_rejected_update_keeps_its_reason_in_the_story(world: World) -> None:
    contract = world.active(at=now())
    process = propose(world, contract, 260)
    world.decide("owner", process.duration_update, at=now(), outcome="rejected", reason="Süre bize fazla geliyor.")
    shown = page(world, "manager", contract)
    assert "Süre güncellemesi reddedildi: 240 → 260 dakika" in shown.text
    assert "Süre bize fazla geliyor." in shown.text


def test_an_announced_end_is_flagged_and_only_its_side_takes_it_back(world: World) -> None:
    contract, at = world.active(at=now()), now()
    last = day_of(at) + timedelta(days=20)
    contract_end(actor=world.actor("owner", at=at), at=at, contract_id=contract.pk, last_day=last, note=NOTE)
    mine, theirs = page(world, "colleague", contract), page(world, "manager", contract)
    assert "Sonlanacak" in mine.text
    assert NOTE in theirs.text
    revoke = reverse("contract_end_revoke", args=[contract.pk])
    assert revoke in buttons(mine)
    assert revoke not in buttons(theirs)
    assert reverse("contract_end", args=[contract.pk]) in buttons(theirs)


def test_an_ended_contract_says_by_whom_and_why_and_is_offered_anew_by_its_provider(world: World) -> None:
    contract, at = world.active(at=now()), now()
    contract_end(actor=world.actor("specialist", at=at), at=at, contract_id=contract.pk, last_day=day_of(at), note=NOTE)
    shown = page(world, "manager", contract)
    assert "Profesyonel ayrıldı" in shown.text
    assert NOTE in shown.text
    assert buttons(shown) == [reverse("contract_reoffer", args=[contract.pk])]
    assert buttons(page(world, "owner", contract)) == []
    assert buttons(page(world, "specialist", contract)) == []


def test_a_withdrawn_offer_tells_why(world: World) -> None:
    contract, at = world.offer(at=now()), now()
    process_withdraw(
        actor=world.actor("manager", at=at), at=at, process_id=contract.process_id, version=1, reason="Yanlış işyeri."
    )
    shown = page(world, "owner", contract).text
    assert "Örnek OSGB teklifi geri çekti" in shown
    assert "Yanlış işyeri." in shown


def test_who_is_suspended_is_flagged_while_the_contract_runs_on(world: World) -> None:
    contract = world.active(at=now())
    world.provider.suspended_on = date(2025, 6, 20)
    world.provider.save()
    shown = page(world, "owner", contract).text
    assert "Hizmet veren kurumun yetkisi 20.06.2025 gününden beri askıda" in shown
    assert "Sözleşme devam ediyor" in shown


def test_what_was_carried_over_says_that_its_approval_is_not_proved_here(world: World) -> None:
    contract = world.active(at=now())
    Contract.objects.filter(pk=contract.pk).update(carried_over=True)
    assert "onayı burada kanıtlanmadı" in page(world, "owner", contract).text


def test_the_chosen_firm_follows_the_contract_that_is_opened(world: World) -> None:
    contract = world.active(at=now())
    client = signed_in(world.owner)
    client.get(url(contract))
    assert client.session["acting_for"] == {"capacity": "workplace", "id": world.workplace.pk}


def test_versions_of_other_contracts_stay_out(world: World) -> None:
    first, second = world.active(at=now()), world.active(140, at=now())
    shown = page(world, "owner", second)
    assert [row["minutes"] for row in shown.context["versions"]] == [120]
    assert ContractVersion.objects.filter(contract=first).count() == 1
