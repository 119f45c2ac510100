"""Pages about people: who sees what, what a wrong entry says and keeps, what a right one does."""

import re
from datetime import UTC, date, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from katip.contracts.models import Contract, Undertaking, UndertakingState
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.identity.models import Person
from katip.processes.models import Process
from katip.registry.models import Headcount, Mandate, Provider, StaffContract, Workplace
from katip.web.acting.chosen import chosen_write
from tests.cast import World, entered, professional, signed_in
from tests.cast import person as person_make
from tests.contracts.people import People, answer, people_make
from tests.web.test_query_counts import asked

NOW = datetime.now(UTC)
TODAY = f"{day_of(NOW):%d.%m.%Y}"
REASON = "Görevi başka biri üstlendi."


@pytest.fixture
def people(world: World) -> People:
    return people_make(world)


def as_of(someone: Person, capacity: Capacity, organisation: Workplace | Provider | None = None) -> Client:
    """A signed-in browser that acts in this capacity."""
    client = signed_in(someone)
    session = client.session
    chosen_write(SimpleNamespace(session=session), capacity, organisation.pk if organisation else None)
    session.save()
    return client


def owner_of_small(people: People) -> Client:
    return as_of(people.world.owner, Capacity.WORKPLACE, people.small)


def principal(people: People) -> Client:
    return as_of(people.principal, Capacity.WORKPLACE, people.own)


def in_own_name(someone: Person) -> Client:
    return as_of(someone, Capacity.INDIVIDUAL)


def post(client: Client, route: str, form: dict[str, Any], no: int | None = None) -> HttpResponse:
    url = reverse(route, args=[no] if no is not None else [])
    return client.post(url, form)  # type: ignore[return-value] # the client's response stands for the real one


def text_of(response: Any) -> str:
    return str(response.content.decode())


def values(page: str) -> dict[str, str]:
    """What stands in the text fields of the form."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", page):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="text"' in tag:
            found[name[1]] = value[1] if value else ""
    return found


def own_staff_form(people: People, **changes: Any) -> dict[str, Any]:
    return {
        "organisation": people.world.workplace.pk,
        "national_id": people.employee.national_id,
        "profession": "safety_specialist",
        "assignment_type": "part_time",
        "minutes": "240",
    } | changes


def undertaking_form(people: People, **changes: Any) -> dict[str, Any]:
    return {
        "organisation": people.small.pk,
        "national_id": people.world.owner.national_id,
        "quality": "employer",
        "training_no": "EĞİTİM-1",
        "training_on": "01.05.2024",
        "minutes": "70",
        "declared": "on",
    } | changes


def staff_form(people: People, **changes: Any) -> dict[str, Any]:
    return {
        "organisation": people.world.provider.pk,
        "national_id": people.employee.national_id,
        "minutes": "11.700",
        "first_day": TODAY,
        "last_day": "",
    } | changes


# --- own staff


def test_an_employee_is_assigned_and_stands_in_the_list_until_and_after_they_accept(people: People) -> None:
    client = entered(people.world, "owner")
    assert "Henüz görevlendirilen çalışan yok" in client.get(reverse("own_staff")).text
    saved = client.post(reverse("own_staff_assign"), own_staff_form(people), follow=True)
    assert "Görevlendirme gönderildi; kişinin kabulü bekleniyor." in saved.text
    contract = Contract.objects.get()
    assert reverse("step", args=[contract.process_id]) in saved.text
    assert people.employee.national_id not in saved.text
    answer(people.employee, contract.process, at=datetime.now(UTC))
    page = client.get(reverse("own_staff")).text
    assert "Çalışan Örnek" in page
    assert reverse("contract", args=[contract.pk]) in page
    assert client.get(reverse("contract", args=[contract.pk])).status_code == 200


def test_full_time_without_minutes_is_the_usual_month(people: People) -> None:
    form = own_staff_form(people, assignment_type="full_time", minutes="")
    assert post(entered(people.world, "owner"), "own_staff_assign", form).status_code == 302
    assert Contract.objects.get().minutes == 11_700


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"national_id": "123"}, "national_id", "T.C. kimlik no 11 hanedir; yazdığınızı denetleyin."),
        ({"national_id": ""}, "national_id", "T.C. kimlik no yazın: 11 hane."),
        ({"national_id": "10000000146"}, "national_id", "Bu T.C. kimlik no ile kayıtlı bir kişi yok."),
        ({"profession": ""}, "profession_0", "Görevi seçin."),
        ({"profession": "workplace_physician"}, "profession_0", "belgesi bu kayıtta yok"),
        ({"assignment_type": "x"}, "assignment_type_0", "Görevlendirme türünü seçin."),
        ({"minutes": ""}, "minutes", "Aylık süreyi dakika olarak yazın."),
        ({"minutes": "çok"}, "minutes", "Dakikayı rakamla yazın"),
        ({"minutes": "239"}, "minutes", "Süreyi en az 240 dakika yapıp yeniden gönderin."),
    ],
)
def test_a_wrong_entry_is_told_beside_its_field_and_nothing_typed_is_lost(
    people: People, changes: dict[str, str], field: str, words: str
) -> None:
    response = post(entered(people.world, "owner"), "own_staff_assign", own_staff_form(people, **changes))
    page = text_of(response)
    assert response.status_code in {409, 422}
    assert f'href="#id_{field}"' in page
    assert words in page
    typed = own_staff_form(people, **changes)
    assert values(page) == {"national_id": typed["national_id"], "minutes": typed["minutes"]}
    assert not Process.objects.exists()


def test_a_tab_of_another_firm_acts_for_nobody(people: People) -> None:
    form = own_staff_form(people, organisation=people.small.pk)
    client = entered(people.world, "owner")
    response = post(client, "own_staff_assign", form)
    assert response.status_code == 422
    assert "Başka bir sekmede firmayı" in text_of(response)
    assert not Process.objects.exists()
    assert f'name="organisation" value="{people.world.workplace.pk}"' in text_of(response)


def test_an_old_second_step_is_asked_again_before_anything_is_written(people: People) -> None:
    client = entered(people.world, "owner", proof_age=10_000)
    response = post(client, "own_staff_assign", own_staff_form(people))
    assert response.headers["Location"].startswith("/giris/yeniden/")
    assert not Process.objects.exists()


def test_the_list_reads_on_from_where_it_ended(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    from katip.contracts import people as reading
    from katip.web.people import own_staff

    for module in (reading, own_staff):
        monkeypatch.setattr(module, "SHOWN", 1)
    first = people.assign()
    second = people.assign(**_another(people))
    client = entered(people.world, "owner")
    page = client.get(reverse("own_staff")).text
    assert "1 satır gösteriliyor" in page
    assert "İkinci Örnek" in page
    assert "Çalışan Örnek" not in page
    follow = re.search(r'href="([^"]*sonra=(\d+))"', page)
    assert follow is not None
    assert int(follow[2]) == second.pk > first.pk
    assert "Çalışan Örnek" in client.get(follow[1]).text
    for odd in ("²", "x", "9" * 30, "%00"):
        assert client.get(f"{reverse('own_staff')}?sonra={odd}").status_code == 200


def _another(people: People) -> dict[str, Any]:
    someone = person_make(55, "İkinci")
    professional(someone, "safety_specialist", provider=people.world.provider)
    return {"national_id": someone.national_id, "minutes": 240}


# --- own undertaking


def test_an_undertaking_is_registered_accepted_ended_and_each_time_told(people: People) -> None:
    client = owner_of_small(people)
    assert "Bu işyeri için üstlenme yok" in client.get(reverse("undertaking")).text
    form_page = client.get(reverse("undertaking_register")).text
    assert "Sağlık muayeneleri ve tetkikler üstlenmenin dışındadır" in form_page
    saved = client.post(reverse("undertaking_register"), undertaking_form(people), follow=True)
    assert "Kabul bekleyen üstlenme" in saved.text
    undertaking = Undertaking.objects.get()
    assert reverse("step", args=[undertaking.process_id]) in saved.text
    mine = in_own_name(people.world.owner)
    assert reverse("step", args=[undertaking.process_id]) in mine.get(reverse("own_records")).text
    step = mine.get(reverse("step", args=[undertaking.process_id])).text
    assert "SGK kaydında bu sıfatla yer aldığımı" in step
    assert "EĞİTİM-1" in step
    answer(people.world.owner, undertaking.process, at=datetime.now(UTC))
    page = client.get(reverse("undertaking")).text
    assert "Bu kayıtta yürürlükte" in page
    assert reverse("undertaking_end", args=[undertaking.pk]) in page
    ended = client.post(
        reverse("undertaking_end", args=[undertaking.pk]),
        {"organisation": people.small.pk, "reason": REASON},
        follow=True,
    )
    assert REASON in ended.text
    assert "sonlandıran Owner Örnek" in ended.text
    undertaking.refresh_from_db()
    assert undertaking.state == UndertakingState.ENDED


def test_one_that_the_law_no_longer_allows_is_flagged_with_the_reason(people: People) -> None:
    undertaking = people.undertake()
    answer(people.world.owner, undertaking.process)
    Headcount.objects.filter(workplace=people.small).update(employees=50)
    for page in (
        owner_of_small(people).get(reverse("undertaking")).text,
        in_own_name(people.world.owner).get(reverse("own_records")).text,
    ):
        assert "50 çalışandan az işyerlerinde olur" in page
        assert "RG 21.05.2018/30427" in page


def test_a_workplace_that_nobody_may_undertake_is_told_before_anything_is_typed(people: People) -> None:
    client = entered(people.world, "owner")  # tehlikeli
    page = client.get(reverse("undertaking")).text
    assert "Bu işyerinin hizmeti şahsen üstlenilemez." in page
    assert "yalnız az tehlikeli işyerlerinde olur" in page
    assert reverse("undertaking_register") not in page
    assert "yalnız az tehlikeli işyerlerinde olur" in client.get(reverse("undertaking_register")).text
    assert "Ayda en az 70 dakika" in owner_of_small(people).get(reverse("undertaking")).text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"quality": ""}, "quality_0", "Sıfatı seçin."),
        ({"training_no": ""}, "training_no", "Eğitim belgesinin numarasını yazın."),
        ({"training_on": "yarın"}, "training_on", "gg.aa.yyyy biçiminde"),
        ({"training_on": "01.01.2125"}, "training_on", "Eğitim tarihi ileride olamaz."),
        ({"minutes": "69"}, "minutes", "en az 70 dakika gerekir"),
        ({"declared": ""}, "declared", "Beyan için kutuyu işaretleyin."),
        ({"national_id": "10000000146"}, "national_id", "Bu T.C. kimlik no ile kayıtlı bir kişi yok."),
    ],
)
def test_a_wrong_undertaking_is_told_beside_its_field(
    people: People, changes: dict[str, str], field: str, words: str
) -> None:
    response = post(owner_of_small(people), "undertaking_register", undertaking_form(people, **changes))
    page = text_of(response)
    assert response.status_code in {409, 422}
    assert f'href="#id_{field}"' in page
    assert words in page
    typed = undertaking_form(people, **changes)
    assert values(page) == {name: typed[name] for name in ("national_id", "training_no", "training_on", "minutes")}
    assert not Undertaking.objects.exists()


# --- the provider's staff


def test_a_staff_contract_is_proposed_accepted_listed_and_ended(people: People) -> None:
    manager = entered(people.world, "manager")
    assert values(manager.get(reverse("staff_propose")).text)["minutes"] == "11.700"
    saved = manager.post(reverse("staff_propose"), staff_form(people), follow=True)
    process = Process.objects.get()
    assert "Kabul bekleyen öneriler" in saved.text
    assert reverse("step", args=[process.pk]) in saved.text
    mine = in_own_name(people.employee)
    assert reverse("step", args=[process.pk]) in mine.get(reverse("own_records")).text
    assert "11.700 dakika" in mine.get(reverse("step", args=[process.pk])).text
    answer(people.employee, process, at=datetime.now(UTC))
    page = manager.get(reverse("staff")).text
    staff = StaffContract.objects.get(professional__person=people.employee)
    assert "Kabul bekleyen öneriler" not in page
    assert reverse("staff_end", args=[staff.pk]) in page
    assert reverse("staff_end", args=[staff.pk]) in mine.get(reverse("own_records")).text
    ended = manager.post(
        reverse("staff_end", args=[staff.pk]),
        {"organisation": people.world.provider.pk, "last_day": TODAY},
        follow=True,
    )
    assert "Personel sözleşmesinin son günü kaydedildi." in ended.text
    staff.refresh_from_db()
    assert staff.valid_to == day_of(datetime.now(UTC))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"national_id": "1"}, "national_id", "T.C. kimlik no 11 hanedir"),
        ({"minutes": "0"}, "minutes", "Dakikayı rakamla yazın"),
        ({"minutes": ""}, "minutes", "Aylık süreyi dakika olarak yazın."),
        ({"first_day": "01.06.2020"}, "first_day", "İlk gün geçmişte kalıyor."),
        ({"first_day": ""}, "first_day", "Tarihi yazın"),
        ({"last_day": "31.02.2030"}, "last_day", "gg.aa.yyyy biçiminde"),
        ({"last_day": "01.06.2020"}, "last_day", "Sözleşmenin son günü 01.06.2020 geçti."),
    ],
)
def test_a_wrong_proposal_is_told_beside_its_field(
    people: People, changes: dict[str, str], field: str, words: str
) -> None:
    response = post(entered(people.world, "manager"), "staff_propose", staff_form(people, **changes))
    page = text_of(response)
    assert response.status_code in {409, 422}
    assert f'href="#id_{field}"' in page
    assert words in page
    typed = staff_form(people, **changes)
    assert values(page) == {name: typed[name] for name in ("national_id", "minutes", "first_day", "last_day")}
    assert not Process.objects.exists()


def test_minutes_that_are_needed_are_told_by_how_much(people: People) -> None:
    world = people.world
    world.active(minutes=300)
    staff = StaffContract.objects.get(professional=world.professionals[103])
    form = {"organisation": world.provider.pk, "last_day": TODAY}
    response = post(entered(world, "manager"), "staff_end", form, staff.pk)
    assert response.status_code == 409
    assert "sonlanırsa 300 dakika karşılıksız kalır" in text_of(response)
    response = post(entered(world, "specialist"), "staff_end", {**form, "organisation": 0}, staff.pk)
    assert response.status_code == 409


def test_the_list_is_searched_and_read_on(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    from katip.contracts import people as reading
    from katip.web.people import staff

    client = entered(people.world, "manager")
    page = client.get(reverse("staff")).text
    assert page.index("Physician Örnek") < page.index("Specialist Örnek")
    assert "İş güvenliği uzmanı, B sınıfı" in page
    found = client.get(reverse("staff") + "?ara=SPECİ").text
    assert "Specialist Örnek" in found
    assert "Physician Örnek" not in found
    assert "ile eşleşen kişi yok" in client.get(reverse("staff") + "?ara=kimse").text
    for module in (reading, staff):
        monkeypatch.setattr(module, "SHOWN", 1)
    monkeypatch.setattr(reading.staff_of, "__kwdefaults__", {"search": "", "after": None, "limit": 1})
    first = client.get(reverse("staff")).text
    follow = re.search(r'href="([^"]*sonra=[^"]+)"', first)
    assert follow is not None
    assert "Specialist Örnek" in client.get(follow[1].replace("&amp;", "&")).text
    for odd in ("²|x", "x", "|", f"{'9' * 30}|a", "1|%00"):
        assert client.get(f"{reverse('staff')}?sonra={odd}").status_code == 200


def test_a_provider_without_staff_is_told_what_comes_here(people: People) -> None:
    StaffContract.objects.update(valid_to=date(2025, 1, 1))
    assert "Henüz personel yok" in entered(people.world, "manager").get(reverse("staff")).text


# --- managers


def test_a_manager_is_appointed_accepts_acts_and_is_dismissed_at_once(people: People) -> None:
    client = principal(people)
    page = client.get(reverse("managers")).text
    assert "Manager Örnek" in page
    form = {"organisation": people.own.pk, "national_id": people.candidate.national_id}
    saved = client.post(reverse("manager_appoint"), form, follow=True)
    assert "Kabul bekleyenler" in saved.text
    process = Process.objects.get()
    assert "sorumlu müdürlüğü kabul edin" in in_own_name(people.candidate).get(reverse("step", args=[process.pk])).text
    answer(people.candidate, process, at=datetime.now(UTC))
    acting = as_of(people.candidate, Capacity.PROVIDER, people.world.provider)
    assert acting.get(reverse("staff")).status_code == 200
    mandate = Mandate.objects.get(person=people.candidate)
    ended = client.post(
        reverse("manager_end", args=[mandate.pk]), {"organisation": people.own.pk, "reason": REASON}, follow=True
    )
    assert "Sorumlu müdürün yetkisi sonlandırıldı." in ended.text
    assert "Öncekiler" in ended.text
    assert acting.get(reverse("staff")).headers["Location"].startswith(reverse("capacity"))
    assert acting.post(reverse("staff_propose"), staff_form(people)).headers["Location"].startswith("/secim/")


def test_the_managers_are_in_the_column_of_the_providers_own_workplace_only(people: People) -> None:
    assert reverse("managers") in principal(people).get(reverse("own_staff")).text
    owner = entered(people.world, "owner")
    assert reverse("managers") not in owner.get(reverse("own_staff")).text
    refused = owner.get(reverse("managers"))
    assert refused.status_code == 403
    assert "Sorumlu müdürü, hizmet veren kurumun kendi işyerinin" in refused.text


def test_a_manager_resigns_and_sees_it_ended(people: People) -> None:
    mandate = Mandate.objects.get(person=people.world.manager)
    client = in_own_name(people.world.manager)
    assert reverse("manager_end", args=[mandate.pk]) in client.get(reverse("own_records")).text
    page = client.post(reverse("manager_end", args=[mandate.pk]), {"organisation": 0, "reason": REASON}, follow=True)
    assert "Sorumlu müdürün yetkisi sonlandırıldı." in page.text
    assert reverse("manager_end", args=[mandate.pk]) not in page.text


@pytest.mark.parametrize("reason", ["", "kısa", "x" * 201])
def test_an_end_needs_its_reason(people: People, reason: str) -> None:
    mandate = Mandate.objects.get(person=people.world.manager)
    response = post(principal(people), "manager_end", {"organisation": people.own.pk, "reason": reason}, mandate.pk)
    assert response.status_code == 422
    assert 'href="#id_reason"' in text_of(response)
    mandate.refresh_from_db()
    assert mandate.valid_to is None


# --- everybody else


def test_what_is_anothers_looks_like_none_at_all(people: People) -> None:
    undertaking = people.undertake()
    answer(people.world.owner, undertaking.process)
    staff = StaffContract.objects.get(professional=people.world.professionals[103])
    mandate = Mandate.objects.get(person=people.world.manager)
    world = people.world
    foreign = {
        "undertaking_end": (undertaking.pk, [entered(world, "owner"), entered(world, "manager"), principal(people)]),
        "staff_end": (staff.pk, [entered(world, "owner"), entered(world, "physician")]),
        "manager_end": (mandate.pk, [entered(world, "owner"), entered(world, "specialist"), entered(world, "manager")]),
    }
    for route, (number, clients) in foreign.items():
        for client in clients:
            url = reverse(route, args=[number])
            assert client.get(url).status_code == 404, route
            assert client.post(url, {"organisation": 0, "reason": REASON, "last_day": TODAY}).status_code == 404, route
    undertaking.refresh_from_db()
    assert (undertaking.state, StaffContract.objects.get(pk=staff.pk).valid_to) == (UndertakingState.ACTIVE, None)


def test_a_mandate_that_ended_while_the_form_was_open_leads_to_choosing_anew(people: People) -> None:
    client = entered(people.world, "owner")
    Mandate.objects.filter(person=people.world.owner).update(valid_to=date(2025, 6, 1))
    response = post(client, "own_staff_assign", own_staff_form(people))
    assert response.headers["Location"].startswith(reverse("capacity"))
    assert not Process.objects.exists()


def test_own_records_tell_what_will_stand_there(people: People) -> None:
    page = in_own_name(people.candidate).get(reverse("own_records")).text
    assert page.count("burada görünür.") == 3


def test_a_national_id_is_never_kept_when_a_session_runs_out(people: People) -> None:
    client = entered(people.world, "owner")
    form = {**own_staff_form(people), "_path": reverse("own_staff_assign"), "_form": "people_form"}
    client.post(reverse("session_keep"), form)
    assert people.employee.national_id not in str(dict(client.session))


@pytest.mark.parametrize(("route", "role", "statements"), [("staff", "manager", 9), ("own_staff", "owner", 7)])
def test_a_list_asks_as_often_however_long_it_is(people: People, route: str, role: str, statements: int) -> None:
    for number in range(12):
        someone = person_make(100 + number, f"Kişi {number}")
        professional(someone, "safety_specialist", provider=people.world.provider)
        people.assign(national_id=someone.national_id)
    client = entered(people.world, role)
    assert asked(lambda: client.get(reverse(route))) == statements


@pytest.mark.parametrize("many", [1, 8])
def test_pages_of_managers_and_of_oneself_ask_as_often_however_many_rows_they_have(people: People, many: int) -> None:
    world, pattern = people.world, Provider.objects.get(pk=people.world.provider.pk)
    for number in range(many):
        someone = person_make(200 + number, f"Kişi {number}")
        Mandate.objects.create(
            person=someone, provider=world.provider, capacity="responsible_manager", valid_from=date(2024, 1, 1)
        )
        people.appoint(national_id=_fresh(300 + number))
        pattern.pk, pattern.authorisation_no, pattern.workplace = None, f"ÖRNEK-1{number}", None
        pattern.save()
        Mandate.objects.create(
            person=people.employee, provider=pattern, capacity="responsible_manager", valid_from=date(2024, 1, 1)
        )
        StaffContract.objects.create(
            provider=pattern, professional=people.employee.professional, minutes=10, valid_from=date(2024, 1, 1)
        )
    sides = {"managers": (principal(people), 9), "own_records": (in_own_name(people.employee), 8)}
    for route, (client, statements) in sides.items():
        assert asked(partial(client.get, reverse(route))) == statements, route


def _fresh(number: int) -> str:
    return person_make(number, "Yeni").national_id


def test_whoever_proposed_sees_the_process_and_takes_it_back_and_nobody_else_does(people: People) -> None:
    world = people.world
    now = datetime.now(UTC)
    owner, manager = entered(world, "owner"), entered(world, "manager")
    opened = {
        "9002": (people.assign(at=now).process, owner, people.employee),
        "9003": (
            people.undertake(at=now, national_id=people.candidate.national_id).process,
            owner_of_small(people),
            people.candidate,
        ),
        "9004": (people.propose(at=now, first_day=day_of(now)), manager, people.employee),
        "9005": (people.appoint(at=now), principal(people), people.candidate),
    }
    for code, (process, proposer, person) in opened.items():
        step, withdraw = reverse("step", args=[process.pk]), reverse("step_withdraw", args=[process.pk])
        assert withdraw in proposer.get(step).text, code
        assert withdraw not in in_own_name(person).get(step).text, code
        for stranger in (entered(world, "stranger"), entered(world, "physician")):
            assert stranger.get(step).status_code == 404, code
        form = {"version": 1, "terms_hash": process.terms_hash, "reason": "Yanlış kişiye gönderilmiş."}
        assert proposer.post(withdraw, form).status_code == 302, code
        process.refresh_from_db()
        assert process.state == "withdrawn", code


def test_minutes_that_part_time_needs_are_not_called_optional(people: People) -> None:
    page = entered(people.world, "owner").get(reverse("own_staff_assign")).text
    assert "Kısmi sürelide yazın." in page
    assert "isteğe bağlı" not in page
