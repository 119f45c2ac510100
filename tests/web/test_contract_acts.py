"""Doing something to a contract through its pages: by the right side, with the reason, or refused with the cure."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from katip.contracts.models import Contract, ContractAct, DurationUpdate
from katip.contracts.services.end import contract_end
from katip.core.clock import day_of
from katip.processes.models import Process
from katip.registry.models import Headcount, StaffContract
from tests.cast import World, decision, e_bildirge, entered

pytestmark = pytest.mark.django_db
NOTE = "İşyeri taşındı, hizmet oradan sürecek."
PAGES = ("contract_end", "contract_end_revoke", "contract_update", "contract_reoffer")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return day_of(now())


def url(route: str, contract: Contract) -> str:
    return reverse(route, args=[contract.pk])


def send(world: World, role: str, route: str, contract: Contract, **form: Any) -> Any:
    return entered(world, role).post(url(route, contract), form, follow=True)


def words(response: Any) -> str:
    return str(response.text).replace("\xa0", " ")


def end(world: World, role: str, contract: Contract, last_day: date | None = None, note: str = NOTE) -> Any:
    return send(world, role, "contract_end", contract, last_day=(last_day or today()).isoformat(), note=note)


def state(contract: Contract) -> str:
    return str(Contract.objects.values_list("state", flat=True).get(pk=contract.pk))


# who may


@pytest.mark.parametrize("route", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_none_of_the_pages(world: World, route: str, method: str) -> None:
    contract, before = world.active(at=now()), ContractAct.objects.count()
    for role in ("stranger", "physician", "accountant"):
        asked = getattr(entered(world, role), method)
        assert asked(url(route, contract), {"last_day": today().isoformat(), "note": NOTE}).status_code == 404
    assert state(contract) == "active"
    assert ContractAct.objects.count() == before


@pytest.mark.parametrize(
    ("role", "open_to"),
    [
        ("owner", {"contract_end", "contract_update"}),
        ("colleague", {"contract_end", "contract_update"}),
        ("manager", {"contract_end", "contract_update"}),
        ("specialist", {"contract_end"}),
    ],
)
def test_of_a_running_contract_each_side_finds_its_own_pages(world: World, role: str, open_to: set[str]) -> None:
    contract, client = world.active(at=now()), entered(world, role)
    for route in PAGES:
        answer = client.get(url(route, contract))
        if route in open_to:
            assert answer.status_code == 200
        else:
            assert answer.headers["Location"] == url("contract", contract)


@pytest.mark.parametrize("role", ["owner", "specialist"])
def test_only_the_offering_side_offers_anew(world: World, role: str) -> None:
    contract = world.active(at=now())
    end(world, "owner", contract)
    count = Contract.objects.count()
    answer = send(world, role, "contract_reoffer", contract)
    assert "Bunu şu an yapamazsınız." in answer.text
    assert Contract.objects.count() == count


# ending


@pytest.mark.parametrize(
    ("role", "reason"),
    [("owner", "by_employer"), ("manager", "by_provider"), ("specialist", "by_professional")],
)
def test_each_side_ends_alone_and_the_others_read_why(world: World, role: str, reason: str) -> None:
    contract = world.active(at=now())
    done = end(world, role, contract)
    assert done.redirect_chain == [(url("contract", contract), 302)]
    assert "Sözleşme sonlandı." in done.text
    ended = Contract.objects.get(pk=contract.pk)
    assert (ended.state, ended.end_reason, ended.end_note) == ("ended", reason, NOTE)
    for other in ("owner", "manager", "specialist"):
        assert NOTE in entered(world, other).get(url("contract", contract)).text


def test_it_is_ended_by_the_side_that_read_the_page_whatever_was_chosen_in_another_tab(world: World) -> None:
    e_bildirge(world.specialist, world.workplace)
    contract, client = world.active(at=now()), entered(world, "specialist")
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.workplace.pk}"})
    shown = client.get(url("contract_end", contract))
    assert shown.context["role"] == "employer"
    acting = dict(re.findall(r'<input type="hidden" name="(acting)" value="(\w+)"', shown.text))
    client.post(reverse("capacity"), {"secim": "bireysel"})
    client.post(url("contract_end", contract), acting | {"last_day": today().isoformat(), "note": NOTE})
    contract.refresh_from_db()
    assert (contract.state, contract.end_reason) == ("ended", "by_employer")


@pytest.mark.parametrize("acting", ["official", "operator", "provider", "x"])
def test_nobody_acts_for_a_side_that_they_are_not_of(world: World, acting: str) -> None:
    contract = world.active(at=now())
    send(world, "owner", "contract_end", contract, acting=acting, last_day=today().isoformat(), note=NOTE)
    contract.refresh_from_db()
    assert (contract.state, contract.end_reason) == ("ended", "by_employer")


def test_a_later_day_announces_the_end_and_it_can_be_taken_back(world: World) -> None:
    contract = world.active(at=now())
    done = end(world, "owner", contract, today() + timedelta(days=14))
    assert "O güne kadar geri alabilirsiniz." in done.text
    assert state(contract) == "active"
    shown = entered(world, "owner").get(url("contract_end_revoke", contract)).text
    assert "sözleşme süresiz devam eder" in shown
    back = send(world, "colleague", "contract_end_revoke", contract)
    assert "Sonlandırma geri alındı" in back.text
    assert Contract.objects.get(pk=contract.pk).ends_on is None


def test_what_the_other_side_announced_is_not_ones_own_to_take_back(world: World) -> None:
    contract = world.active(at=now())
    last = today() + timedelta(days=14)
    end(world, "owner", contract, last)
    assert "Bunu şu an yapamazsınız." in send(world, "manager", "contract_end_revoke", contract).text
    assert Contract.objects.get(pk=contract.pk).ends_on == last


def test_the_employer_alone_is_warned_of_a_years_pay(world: World) -> None:
    contract = world.active(at=now())
    told = {role: entered(world, role).get(url("contract_end", contract)).text for role in ("owner", "manager")}
    assert "bir yıllık sözleşme ücreti tutarında tazminat ödenir (6331 m.8/2)" in told["owner"]
    assert "6331 m.8/2" not in told["manager"]


def test_the_page_says_which_minutes_stay_blocked_until_when(world: World) -> None:
    fresh = world.active(at=now() - timedelta(days=9))
    shown = words(entered(world, "manager").get(url("contract_end", fresh)))
    assert "sözleşme 10 gün sürmüş olur" in shown
    assert "240 dakika" in shown
    assert "bloke kalır" in shown
    old = world.active(140, at=now() - timedelta(days=60))
    assert "120 dakika son günden sonra hemen boşalır" in words(entered(world, "manager").get(url("contract_end", old)))


def test_the_page_says_what_the_workplace_lacks_afterwards(world: World) -> None:
    contract = world.active(at=now())
    shown = words(entered(world, "owner").get(url("contract_end", contract)))
    assert "iş güvenliği uzmanı: Ayda gereken 240 dakikanın 240 dakikası eksik (İGU Yön. m.12)." in shown


def test_the_professional_resigns_in_words_of_their_own(world: World) -> None:
    contract = world.active(at=now())
    shown = entered(world, "specialist").get(url("contract_end", contract)).text
    assert "görevinden ayrılın" in shown
    assert "Görevden ayrıl" in shown


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"note": ""}, "Neden sonlandırdığınızı yazın"),
        ({"note": "Kısa"}, "En az 10 karakter yazın; şu an 4."),
        ({"note": "x" * 201}, "En çok 200 karakter yazın; şu an 201."),
        ({"last_day": ""}, "Sözleşmenin son gününü yazın: gg.aa.yyyy."),
        ({"last_day": "yarın"}, "Tarihi gg.aa.yyyy biçiminde yazın"),
    ],
)
def test_what_is_missing_is_asked_again_and_what_was_typed_stays(world: World, form: dict[str, str], said: str) -> None:
    contract = world.active(at=now())
    typed = {"last_day": today().isoformat(), "note": NOTE} | form
    answer = send(world, "owner", "contract_end", contract, **typed)
    assert answer.status_code == 422
    assert said in answer.text
    if form.get("note") != "":
        assert typed["note"] in answer.text
    assert state(contract) == "active"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "geçmişe dönük sonlandırma yapılamaz"),
        (400, "Son gün en çok bir yıl ileride olabilir."),
    ],
)
def test_a_day_that_cannot_be_is_refused_after_a_redirect_and_nothing_is_lost(
    world: World, days: int, said: str
) -> None:
    contract, client = world.active(at=now()), entered(world, "owner")
    form = {"last_day": (today() + timedelta(days=days)).isoformat(), "note": NOTE}
    answer = client.post(url("contract_end", contract), form, follow=True)
    assert answer.redirect_chain == [(url("contract_end", contract), 302)]
    assert said in answer.text
    assert NOTE in answer.text
    assert form["last_day"] in answer.text
    assert said not in client.get(url("contract_end", contract)).text  # told once
    assert state(contract) == "active"


def test_an_announced_end_is_brought_forward_and_not_put_off(world: World) -> None:
    contract = world.active(at=now())
    end(world, "owner", contract, today() + timedelta(days=14))
    refused = end(world, "manager", contract, today() + timedelta(days=20))
    assert "Yalnız daha erken bir gün yazabilirsiniz." in refused.text
    end(world, "manager", contract, today() + timedelta(days=7))
    assert Contract.objects.get(pk=contract.pk).ends_on == today() + timedelta(days=7)


def test_a_second_press_does_nothing_and_says_so(world: World) -> None:
    contract = world.active(at=now())
    end(world, "owner", contract)
    before = ContractAct.objects.count()
    again = end(world, "owner", contract)
    assert "Bunu şu an yapamazsınız." in again.text
    assert ContractAct.objects.count() == before


def test_an_old_second_step_is_asked_for_and_the_post_is_kept(world: World) -> None:
    contract = world.active(at=now())
    for route, form in (
        ("contract_end", {"last_day": today().isoformat(), "note": NOTE}),
        ("contract_update", {"minutes": 300}),
    ):
        answer = entered(world, "owner", proof_age=7_200).post(url(route, contract), form)
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert state(contract) == "active"
    assert not DurationUpdate.objects.exists()


# updating


def test_the_update_suggests_the_legal_minimum_with_its_reckoning(world: World) -> None:
    contract = world.active(at=now())
    Headcount.objects.create(workplace=world.workplace, period=date(2025, 7, 1), employees=13)
    page = entered(world, "manager").get(url("contract_update", contract))
    figures = {item["label"]: item["value"] for item in page.context["figures"]}
    assert figures == {
        "Gereken": 260,
        "Öteki sözleşmelerde": 0,
        "Bu sözleşmede en az": 260,
        "Bu sözleşmede şimdi": 240,
        "Profesyonelin verebileceği": 11_700,
    }
    assert re.search(r'name="minutes"[^>]*value="260"|value="260"[^>]*name="minutes"', page.text)


@pytest.mark.parametrize(("proposer", "decider"), [("manager", "owner"), ("owner", "manager")])
def test_one_side_proposes_and_the_other_decides(world: World, proposer: str, decider: str) -> None:
    contract = world.active(at=now())
    done = send(world, proposer, "contract_update", contract, minutes=300)
    assert "300 dakika önerildi" in done.text
    process = DurationUpdate.objects.get().process
    step = reverse("step", args=[process.pk])
    assert 'name="read"' not in entered(world, proposer).get(step).text
    client = entered(world, decider)
    assert step in client.get(reverse("home")).text
    asked = words(client.get(step))
    assert "Şimdiki süre 240 dakika (4 saat)" in asked
    assert "Okudum, onaylıyorum" in asked
    form = {"version": process.version, "terms_hash": process.terms_hash, "read": "on"}
    result = client.post(reverse("step_complete", args=[process.pk]), form, follow=True)
    assert "Süreç başarıyla tamamlandı" in result.text
    assert "Aylık süre 240 dakikadan 300 dakikaya güncellendi" in result.text
    assert url("contract", contract) in result.text


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ("239", "en az 240 dakika gerekir. (İGU Yön. m.12) Süreyi en az 240 dakika yapıp yeniden gönderin."),
        ("240", "Sözleşmenin süresi zaten 240 dakika. Başka bir süre yazın."),
        ("11701", "Profesyonelin boş süresi yetmiyor: 1 dakika eksik"),
        ("iki", "Süreyi yalnız rakamla"),
        ("0", "En az 1 dakika yazın."),
        ("999999", "Bir ayda bu kadar dakika yok"),
        ("", "Yeni süreyi dakika olarak yazın."),
    ],
)
def test_minutes_that_cannot_be_are_refused_with_the_cure(world: World, minutes: str, said: str) -> None:
    contract = world.active(at=now())
    answer = send(world, "manager", "contract_update", contract, minutes=minutes)
    assert said in words(answer)
    assert f'value="{minutes}"' in answer.text or not minutes
    assert not DurationUpdate.objects.exists()


def test_blocked_minutes_are_named_with_the_day_on_which_they_come_free(world: World) -> None:
    other = world.active(at=now() - timedelta(days=1), minutes=5_000)
    running = world.accepted(at=now(), workplace_id=world.elsewhere.pk)
    world.decide("stranger", running, at=now())
    at = now()
    contract_end(actor=world.actor("manager", at=at), at=at, contract_id=other.pk, last_day=day_of(at), note=NOTE)
    answer = words(send(world, "manager", "contract_update", running, minutes=7_000))
    assert "Profesyonelin boş süresi yetmiyor: 300 dakika eksik (boş 6.700 dakika)." in answer
    assert re.search(r"Bloke 5\.000 dakika \d\d\.\d\d\.\d{4} gününün sonunda boşalır\.", answer)


def test_a_second_update_waits_for_the_first(world: World) -> None:
    contract = world.active(at=now())
    send(world, "manager", "contract_update", contract, minutes=300)
    assert "Bunu şu an yapamazsınız." in send(world, "owner", "contract_update", contract, minutes=320).text
    assert DurationUpdate.objects.count() == 1


# offering anew and taking back


def test_what_is_over_is_offered_anew_in_one_click_and_both_are_linked(world: World) -> None:
    contract = world.active(at=now() - timedelta(days=40))
    end(world, "owner", contract)
    page = entered(world, "manager").get(url("contract_reoffer", contract))
    assert page.context["hindrance"] == ""
    made = send(world, "manager", "contract_reoffer", contract)
    after = Contract.objects.latest("pk")
    assert after.predecessor_id == contract.pk
    assert made.redirect_chain == [(url("contract", after), 302)]
    assert f"{world.specialist.name} yanıtlayacak" in made.text
    assert url("contract", contract) in made.text
    assert url("contract", after) in entered(world, "owner").get(url("contract", contract)).text


def test_what_would_refuse_the_new_offer_is_said_before_it_is_tried(world: World) -> None:
    contract = world.active(at=now() - timedelta(days=40))
    end(world, "owner", contract)
    StaffContract.objects.update(valid_to=date(2025, 6, 20))
    page = words(entered(world, "manager").get(url("contract_reoffer", contract)))
    assert "Şu an kabul edilmez:" in page
    assert "Profesyonelin boş süresi yetmiyor: 240 dakika eksik" in page
    refused = words(send(world, "manager", "contract_reoffer", contract))
    assert "240 dakika eksik" in refused
    assert Contract.objects.count() == 1


def withdraw(world: World, role: str, contract: Contract, **form: Any) -> Any:
    seen = decision(contract)
    typed = {"version": seen.version, "terms_hash": seen.terms_hash, "reason": "Yanlış işyeri seçilmişti."} | form
    return entered(world, role).post(reverse("step_withdraw", args=[contract.process_id]), typed, follow=True)


@pytest.mark.parametrize("waits", ["offer", "accepted"])
def test_the_offering_side_takes_back_until_the_last_approval(world: World, waits: str) -> None:
    contract = getattr(world, waits)(at=now())
    done = withdraw(world, "manager", contract)
    assert "Süreç geri çekildi." in done.text
    assert state(contract) == "withdrawn"
    shown = entered(world, "owner").get(reverse("step", args=[contract.process_id])).text
    assert "Öneren taraf bu süreci geri çekti." in shown
    assert 'name="read"' not in shown


@pytest.mark.parametrize("role", ["owner", "specialist"])
def test_the_asked_cannot_take_back(world: World, role: str) -> None:
    contract = world.accepted(at=now())
    client = entered(world, role)
    assert "Geri çek</a>" not in client.get(reverse("step", args=[contract.process_id])).text
    assert client.get(reverse("step_withdraw", args=[contract.process_id])).status_code == 302
    assert withdraw(world, role, contract).status_code == 409
    assert state(contract) == "awaiting_employer"


def test_who_takes_back_what_was_just_decided_hears_it(world: World) -> None:
    contract = world.accepted(at=now())
    seen = decision(contract)
    world.decide("owner", contract, at=now())
    late = withdraw(world, "manager", contract, version=seen.version)
    assert late.status_code == 409
    assert world.owner.name in late.text
    assert state(contract) == "active"


def test_taking_back_asks_for_a_reason(world: World) -> None:
    contract = world.offer(at=now())
    answer = withdraw(world, "manager", contract, reason="")
    assert answer.status_code == 422
    assert "Neden geri çektiğinizi yazın" in answer.text
    assert Process.objects.get().state == "open"


def test_an_offer_past_its_last_day_cannot_be_decided_and_says_who_can_begin_anew(world: World) -> None:
    contract = world.accepted(at=now() - timedelta(days=40))
    client, seen = entered(world, "owner"), decision(contract)
    page = client.get(reverse("step", args=[contract.process_id])).text
    assert "Son gün geçti; bu süreç artık onaylanamaz." in page
    assert 'name="read"' not in page
    form = {"version": seen.version, "terms_hash": seen.terms_hash, "read": "on"}
    late = client.post(reverse("step_complete", args=[contract.process_id]), form)
    assert late.status_code == 409
    assert "Süre doldu" in late.text
    assert "yeniden teklif edebilir" in late.text
    assert state(contract) == "awaiting_employer"
