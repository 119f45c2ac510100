"""The offer wizard, page by page: what is kept, what is refused where, and who may."""

import logging
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from katip.contracts.models import Contract, OfferDraft
from katip.contracts.offering import written
from katip.registry.models import Certificate, Headcount, Mandate, Professional, Provider, StaffContract, Workplace
from katip.rules import parse_sgk_number
from tests.cast import LOW, VERY_HAZARDOUS, World, entered, national_id, person, professional, signed_in, workplace

STEPS = ("kind", "information", "workplace", "professional", "minutes", "check", "delete")
TODAY = datetime.now(UTC).date()


def draft() -> OfferDraft:
    return OfferDraft.objects.get()


def post(client: Client, route: str, **typed: Any) -> Any:
    """Post a step as a browser does: with the version that stands in the draft now, unless told otherwise."""
    now = draft()
    return client.post(reverse(route, args=[now.pk]), {"version": now.version} | typed)


def begun(world: World, client: Client, code: int = 103) -> OfferDraft:
    assert client.post(reverse("offer_new"), {"code": code}).status_code == 302
    post(client, "offer_information", read="on")
    return draft()


def placed(world: World, client: Client, code: int = 103) -> OfferDraft:
    begun(world, client, code)
    post(client, "offer_workplace", sgk_number=world.workplace.sgk_number)
    return draft()


def filled(world: World, client: Client, code: int = 103) -> OfferDraft:
    placed(world, client, code)
    post(client, "offer_professional", professional=world.professionals[code].pk)
    post(client, "offer_minutes", assignment_type="part_time", minutes="")
    return draft()


def test_the_whole_way_ends_in_an_offer_that_waits_for_the_professional(world: World) -> None:
    client = entered(world, "manager")
    assert "Hangi görev için" in client.get(reverse("offer_new")).text
    first = client.post(reverse("offer_new"), {"code": 103})
    now = draft()
    assert first.headers["Location"] == reverse("offer_information", args=[now.pk])
    assert "Başlamadan önce okuyun" in client.get(first.headers["Location"]).text
    second = post(client, "offer_information", read="on")
    assert second.headers["Location"] == reverse("offer_workplace", args=[now.pk])
    typed = parse_sgk_number(world.workplace.sgk_number).grouped().replace(" ", "-")
    third = post(client, "offer_workplace", sgk_number=f" {typed} ")
    assert third.headers["Location"] == reverse("offer_professional", args=[now.pk])
    page = client.get(third.headers["Location"]).text
    assert "Specialist Örnek" in page
    assert "Physician Örnek" not in page
    fourth = post(client, "offer_professional", professional=world.professionals[103].pk)
    assert fourth.headers["Location"] == reverse("offer_minutes", args=[now.pk])
    page = client.get(fourth.headers["Location"]).text
    assert 'value="240"' in page
    fifth = post(client, "offer_minutes", assignment_type="part_time", minutes="240")
    assert fifth.headers["Location"] == reverse("offer_check", args=[now.pk])
    page = client.get(fifth.headers["Location"]).text
    assert world.workplace.title in page
    sixth = post(client, "offer_check")
    assert sixth.headers["Location"] == reverse("offer_result", args=[now.pk])
    page = client.get(sixth.headers["Location"]).text
    assert "Sıra profesyonelde: Specialist Örnek" in page
    contract = Contract.objects.get()
    assert (contract.code, contract.minutes, contract.state) == (103, 240, "awaiting_professional")
    assert (draft().state, draft().contract_id) == ("offered", contract.pk)


def page(client: Client, route: str) -> str:
    response = client.get(reverse(route, args=[draft().pk]))
    assert response.status_code == 200, (route, response.status_code, response.headers.get("Location"))
    return str(response.text)


def test_going_back_shows_every_answer_as_it_was_given(world: World) -> None:
    client = entered(world, "manager")
    filled(world, client)
    assert 'value="103" id="id_code_0" checked' in page(client, "offer_kind")
    assert 'name="read" id="id_read" checked' in page(client, "offer_information")
    assert parse_sgk_number(world.workplace.sgk_number).grouped() in page(client, "offer_workplace")
    specialist = world.professionals[103].pk
    assert f'value="{specialist}" id="professional_{specialist}" checked' in page(client, "offer_professional")
    shown = page(client, "offer_minutes")
    assert 'value="240"' in shown
    assert 'value="part_time" id="id_assignment_type_0" checked' in shown


def test_an_answer_changed_from_the_check_leads_back_to_the_check(world: World) -> None:
    client = entered(world, "manager")
    filled(world, client)
    response = post(client, "offer_minutes", assignment_type="part_time", minutes="1.170")
    assert response.headers["Location"] == reverse("offer_check", args=[draft().pk])
    assert written(draft()).minutes == 1170


@pytest.mark.parametrize(
    ("answered", "route", "leads_to"),
    [
        (begun, "offer_professional", "offer_workplace"),
        (begun, "offer_minutes", "offer_workplace"),
        (begun, "offer_check", "offer_workplace"),
        (placed, "offer_minutes", "offer_professional"),
        (placed, "offer_check", "offer_professional"),
        (filled, "offer", "offer_check"),
    ],
)
def test_no_step_can_be_skipped(world: World, answered: Any, route: str, leads_to: str) -> None:
    client = entered(world, "manager")
    now = answered(world, client)
    assert client.get(reverse(route, args=[now.pk]), follow=True).redirect_chain[-1][0] == reverse(
        leads_to, args=[now.pk]
    )


def test_empty_minutes_mean_the_legal_minimum_and_full_time_a_full_month(world: World) -> None:
    client = entered(world, "manager")
    filled(world, client)
    assert written(draft()).minutes == 240
    post(client, "offer_minutes", assignment_type="full_time", minutes="240")  # the figure that stood in the field
    assert (written(draft()).assignment_type, written(draft()).minutes) == ("full_time", 11_700)


def test_reckoning_keeps_the_person_at_the_step_and_shows_what_remains(world: World) -> None:
    client = entered(world, "manager")
    filled(world, client)
    response = post(client, "offer_minutes", assignment_type="part_time", minutes="300", hesapla="1")
    assert response.headers["Location"] == reverse("offer_minutes", args=[draft().pk])
    shown = page(client, "offer_minutes")
    assert "yasal sürenin 60 dakika" in shown.replace("\xa0", " ").replace(" (1 saat)", "")
    assert "11.400 dakika" in shown


def refused_at(world: World, client: Client, route: str, *words: str) -> None:
    """The step shows the reason and the cure; the draft stays, and nothing is offered."""
    shown = page(client, route)
    for one in words:
        assert escape(one) in shown, one
    assert 'role="alert"' in shown
    assert draft().state == "draft"


def test_an_unknown_number_is_kept_and_explained_with_the_delay(world: World) -> None:
    client = entered(world, "manager")
    begun(world, client)
    response = post(client, "offer_workplace", sgk_number="2 2222 01 01 9999999 016 08 72 000")
    assert response.headers["Location"] == reverse("offer_workplace", args=[draft().pk])
    refused_at(world, client, "offer_workplace", "bu kayıtta bir işyeri yok", "üç güne kadar")
    assert "2 2222 01 01 9999999 016 08 72 000" in page(client, "offer_workplace")
    late = Workplace.objects.get(pk=world.elsewhere.pk)
    late.sgk_number = "22222010199999990160872000"
    late.save()
    response = post(client, "offer_workplace", sgk_number="22222010199999990160872000")
    assert response.headers["Location"] == reverse("offer_professional", args=[draft().pk])


def test_odd_control_digits_only_warn(world: World) -> None:
    assert not parse_sgk_number(world.workplace.sgk_number).control_digits_fit()
    client = entered(world, "manager")
    placed(world, client)
    assert written(draft()).workplace_id == world.workplace.pk
    assert "Kontrol hanesi" in page(client, "offer_workplace")


@pytest.mark.parametrize("typed", ["", "123", "abc", "2" * 27, "\x00"])
def test_a_malformed_number_is_said_and_stays_in_the_field(world: World, typed: str) -> None:
    client = entered(world, "manager")
    begun(world, client)
    response = post(client, "offer_workplace", sgk_number=typed)
    assert response.status_code == 422
    assert "SGK numara" in response.text
    if typed.isalnum():
        assert f'value="{typed}"' in response.text


def test_a_closed_workplace_and_one_without_figures_are_refused_at_that_step(world: World) -> None:
    client = entered(world, "manager")
    begun(world, client)
    Workplace.objects.filter(pk=world.workplace.pk).update(closed_on=date(2025, 5, 1))
    post(client, "offer_workplace", sgk_number=world.workplace.sgk_number)
    refused_at(world, client, "offer_workplace", "01.05.2025 tarihinden beri kapalı", "yeni bir SGK numarasıyla")
    fresh = Workplace.objects.get(pk=world.elsewhere.pk)
    fresh.pk, fresh.sgk_number = None, "22222010100000990160872000"  # its first headcount has not come yet
    fresh.save()
    post(client, "offer_workplace", sgk_number=fresh.sgk_number)
    refused_at(world, client, "offer_workplace", "yasal alt sınır hesaplanamıyor")


def test_a_workplace_without_anybody_to_approve_is_told(world: World) -> None:
    client = entered(world, "manager")
    placed(world, client)
    assert "kullanıcısı bu kayıtta görünmüyor" not in page(client, "offer_workplace")
    Mandate.objects.filter(workplace=world.workplace).update(valid_to=date(2025, 6, 1))
    assert "kullanıcısı bu kayıtta görünmüyor" in page(client, "offer_workplace")


def prepare_refusal(world: World, code: str) -> None:
    mine = world.professionals[103]
    if code == "certificate_unfit":
        Certificate.objects.filter(professional=mine).update(certificate_class="C")
    if code == "certificate_expired":
        Certificate.objects.filter(professional=mine).update(valid_to=date(2025, 6, 1))
    if code == "professional_suspended":
        Professional.objects.filter(pk=mine.pk).update(suspended_on=date(2025, 6, 1))
    if code == "already_live":
        world.active(at=datetime.now(UTC))
    if code == "already_offered":
        world.offer(at=datetime.now(UTC))
    if code == "capacity_short":
        StaffContract.objects.filter(professional=mine).update(minutes=100)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("certificate_unfit", ("C sınıfı belge, tehlikeli sınıftaki", "6331 s.K. m.8/5", "A ya da B sınıfı")),
        ("certificate_expired", ("belgesi bugün geçerli değil", "01.06.2025", "başka bir profesyonel")),
        ("professional_suspended", ("01.06.2025 tarihinden beri askıda", "Başka bir profesyonel")),
        ("already_live", ("devam eden bir sözleşmesi var", "süre güncellemesi isteyin")),
        ("already_offered", ("zaten onay bekliyor", "geri çekip")),
        ("capacity_short", ("240 dakika istendi, 100 dakika boş, 140 dakika eksik", "Başka bir profesyonel seçin")),
    ],
)
def test_whoever_cannot_serve_is_refused_at_that_step_with_reason_and_cure(
    world: World, code: str, words: tuple[str, ...]
) -> None:
    client = entered(world, "manager")
    placed(world, client)
    prepare_refusal(world, code)
    before = Contract.objects.count()
    response = post(client, "offer_professional", professional=world.professionals[103].pk)
    assert response.headers["Location"] == reverse("offer_professional", args=[draft().pk])
    refused_at(world, client, "offer_professional", *words)
    assert Contract.objects.count() == before


def test_blocked_minutes_say_when_they_come_free(world: World) -> None:
    client = entered(world, "manager")
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=300)
    early = world.active(at=datetime.now(UTC), workplace_id=world.workplace.pk)
    Contract.objects.filter(pk=early.pk).update(
        state="ended", ends_on=TODAY, ended_at=datetime.now(UTC), end_reason="by_employer"
    )
    begun(world, client)
    post(client, "offer_workplace", sgk_number=world.elsewhere.sgk_number)
    post(client, "offer_professional", professional=world.professionals[103].pk)
    following = date(TODAY.year + TODAY.month // 12, TODAY.month % 12 + 1, 1)
    refused_at(world, client, "offer_professional", f"Bloke 240 dakika {following:%d.%m.%Y} günü boşalır.")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("239", ("en az 240 dakika", "İGU Yön. m.12", "240 dakikaya çıkarın")), ("11701", ("1 dakika eksik",))],
)
def test_minutes_that_the_law_or_the_month_refuses_stay_at_that_step(
    world: World, typed: str, words: tuple[str, ...]
) -> None:
    client = entered(world, "manager")
    filled(world, client)
    response = post(client, "offer_minutes", assignment_type="part_time", minutes=typed)
    assert response.headers["Location"] == reverse("offer_minutes", args=[draft().pk])
    refused_at(world, client, "offer_minutes", *words)
    shown = page(client, "offer_minutes")
    assert f'value="{typed}"' in shown
    assert "O adıma dön" not in shown  # it is cured here


@pytest.mark.parametrize("typed", ["-1", "0", "x", "1e3", "99999999999", "²"])
def test_odd_minutes_are_said(world: World, typed: str) -> None:
    client = entered(world, "manager")
    filled(world, client)
    assert post(client, "offer_minutes", assignment_type="part_time", minutes=typed).status_code == 422


def test_what_changed_before_sending_is_refused_at_the_check_with_the_way_to_the_step(world: World) -> None:
    client = entered(world, "manager")
    filled(world, client)
    Certificate.objects.filter(professional=world.professionals[103]).update(certificate_class="C")
    response = post(client, "offer_check")
    assert response.status_code == 409
    assert "C sınıfı belge" in response.text
    assert reverse("offer_professional", args=[draft().pk]) in response.text
    assert not Contract.objects.exists()


def test_a_suspended_provider_is_told_before_it_begins(world: World) -> None:
    Provider.objects.update(suspended_on=date(2025, 6, 1))
    client = entered(world, "manager")
    shown = client.get(reverse("offer_new")).text
    assert "01.06.2025 tarihinden beri askıda" in shown
    assert 'name="code"' not in shown
    assert client.post(reverse("offer_new"), {"code": 103}).status_code == 409
    assert not OfferDraft.objects.exists()


def test_while_updates_wait_the_wizard_says_so_and_opens_for_those_workplaces_only(world: World) -> None:
    world.active(at=datetime.now(UTC))
    Headcount.objects.filter(workplace=world.workplace).update(employees=30)
    Contract.objects.update(fit="short")
    client = entered(world, "manager")
    assert "güncelleme istemediniz" in client.get(reverse("offer_new")).text
    begun(world, client)
    post(client, "offer_workplace", sgk_number=world.elsewhere.sgk_number)
    refused_at(world, client, "offer_workplace", "güncelleme istemediniz", "Güncellenmesi gereken sözleşmeler")
    response = post(client, "offer_workplace", sgk_number=world.workplace.sgk_number)
    assert response.headers["Location"] == reverse("offer_professional", args=[draft().pk])


def test_two_windows_do_not_overwrite_each_other_and_nothing_typed_is_lost(world: World) -> None:
    client = entered(world, "manager")
    filled(world, client)
    seen = draft().version
    post(client, "offer_minutes", assignment_type="part_time", minutes="300")
    response = post(client, "offer_minutes", version=seen, assignment_type="part_time", minutes="360")
    assert response.status_code == 409
    assert "başka bir pencerede" in response.text
    assert 'value="360"' in response.text
    assert written(draft()).minutes == 300
    assert f'name="version" value="{draft().version}"' in response.text
    sent = post(client, "offer_check", version=seen)
    assert sent.status_code == 409
    assert "300 dakika" in sent.text
    assert not Contract.objects.exists()


def test_pressing_twice_sends_once_and_shows_the_result_twice(world: World) -> None:
    client = entered(world, "manager")
    now = filled(world, client)
    form = {"version": now.version}
    for _ in range(2):
        response = client.post(reverse("offer_check", args=[now.pk]), form)
        assert response.headers["Location"] == reverse("offer_result", args=[now.pk])
    assert Contract.objects.count() == 1
    assert client.get(reverse("offer_minutes", args=[now.pk])).headers["Location"] == reverse(
        "offer_result", args=[now.pk]
    )


def test_sending_asks_the_second_step_again_where_it_is_old(world: World) -> None:
    now = filled(world, entered(world, "manager"))
    client = entered(world, "manager", proof_age=3600)
    response = client.post(reverse("offer_check", args=[now.pk]), {"version": now.version})
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Contract.objects.exists()


def test_a_professional_is_named_by_national_id_which_is_kept_nowhere(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = entered(world, "manager")
    placed(world, client)
    number = world.specialist.national_id
    response = post(client, "offer_professional", national_id=f"{number[:3]} {number[3:]}")
    assert response.headers["Location"] == reverse("offer_minutes", args=[draft().pk])
    assert written(draft()).professional_id == world.professionals[103].pk
    assert number not in str(draft().fields)
    assert number not in caplog.text
    assert number not in repr(dict(client.session.items()))
    assert number not in response.headers["Location"]


def test_only_the_own_staff_is_found_by_number_and_others_all_look_the_same(world: World) -> None:
    theirs = Provider.objects.get()
    theirs.pk, theirs.authorisation_no = None, "ÖRNEK-0009"
    theirs.save()
    professional(person(50, "Yabancı"), "safety_specialist", provider=theirs)
    client = entered(world, "manager")
    placed(world, client)
    pages = []
    for number in (national_id(50), national_id(77), world.owner.national_id):
        response = post(client, "offer_professional", national_id=number)
        assert response.status_code == 422
        assert "bir profesyonel yok" in response.text
        assert "Yabancı" not in response.text
        pages.append(response.status_code)
    assert written(draft()).professional_id is None


def test_own_staff_without_the_certificate_are_refused_by_number_with_the_reason(world: World) -> None:
    client = entered(world, "manager")
    placed(world, client)
    response = post(client, "offer_professional", national_id=world.physician.national_id)
    assert response.status_code == 422
    assert "Bu kişinin bu görev için belgesi yok. Bu görevin belgesi olan bir profesyonel seçin." in response.text
    assert written(draft()).professional_id is None


@pytest.mark.parametrize("typed", [{}, {"national_id": "123"}, {"professional": "²"}])
def test_nobody_picked_is_said(world: World, typed: dict[str, Any]) -> None:
    client = entered(world, "manager")
    placed(world, client)
    assert post(client, "offer_professional", **typed).status_code == 422


def test_a_posted_stranger_is_refused_even_though_the_list_has_none(world: World) -> None:
    client = entered(world, "manager")
    placed(world, client)
    theirs = Professional.objects.create(person=world.accountant)
    response = post(client, "offer_professional", professional=theirs.pk)
    assert response.status_code == 409
    assert written(draft()).professional_id is None


def test_a_long_staff_is_searched_the_turkish_way_and_turned_by_pages(world: World) -> None:
    for number in range(45):
        someone = person(100 + number, f"Kişi{number:02}")
        professional(someone, "safety_specialist", provider=world.provider)
    professional(person(200, "Şule İrem"), "safety_specialist", provider=world.provider)
    client = entered(world, "manager")
    now = placed(world, client)
    url = reverse("offer_professional", args=[now.pk])
    first = client.get(url).text
    assert first.count('name="professional"') == 20
    found = client.get(url, {"ara": "SULE irem"}).text
    assert found.count('name="professional"') == 1
    assert "Şule İrem" in found
    names, following = set(), url
    for _ in range(4):
        shown = client.get(following).text
        names |= {part.split('"')[0] for part in shown.split('id="professional_')[1:]}
        links = [part for part in shown.split('href="') if part.startswith(f"{url}?ara=&amp;sonra=")]
        if not links:
            break
        following = links[0].split('"')[0].replace("&amp;", "&")
    assert len(names) == 47


@pytest.mark.parametrize("odd", ["?sonra=x", "?sonra=99999999999999999999|a", "?sonra=1|%00", "?ara=%00%25_"])
def test_an_odd_address_of_the_staff_is_no_fault(world: World, odd: str) -> None:
    client = entered(world, "manager")
    now = placed(world, client)
    assert client.get(reverse("offer_professional", args=[now.pk]) + odd).status_code == 200


def test_the_certificate_s_fit_follows_the_workplace(world: World) -> None:
    client = entered(world, "manager")
    for place, fits in ((workplace(11, activity=LOW), True), (workplace(12, activity=VERY_HAZARDOUS), False)):
        OfferDraft.objects.all().update(state="deleted")
        client.post(reverse("offer_new"), {"code": 103})
        now = OfferDraft.objects.get(state="draft")
        client.post(reverse("offer_information", args=[now.pk]), {"version": 1, "read": "on"})
        client.post(reverse("offer_workplace", args=[now.pk]), {"version": 2, "sgk_number": place.sgk_number})
        shown = client.get(reverse("offer_professional", args=[now.pk])).text
        assert ("Görevlendirilebilir" in shown) == fits
        assert ("A sınıfı" in shown or "yetmiyor" in shown) != fits


def test_drafts_are_listed_continued_and_deleted_after_asking(world: World) -> None:
    client = entered(world, "manager")
    now = filled(world, client)
    shown = client.get(reverse("offer_drafts")).text
    assert world.workplace.title in shown
    assert "Specialist Örnek" in shown
    assert reverse("offer_check", args=[now.pk]) in shown
    asked = client.get(reverse("offer_delete", args=[now.pk]))
    assert "Silinen taslak geri gelmez" in asked.text
    assert draft().state == "draft"
    assert post(client, "offer_delete").headers["Location"] == reverse("offer_drafts")
    assert draft().state == "deleted"
    assert "Taslak yok" in client.get(reverse("offer_drafts")).text
    for step in STEPS:
        gone = client.get(reverse(f"offer_{step}", args=[now.pk]))
        assert gone.status_code == 410
        assert "Bu taslak silindi" in gone.text


@pytest.mark.parametrize("role", ["other manager", "ended"])
@pytest.mark.parametrize("step", [*STEPS, "result"])
def test_another_provider_s_draft_looks_like_none_at_all(world: World, role: str, step: str) -> None:
    now = filled(world, entered(world, "manager"))
    before = draft().version
    if role == "ended":
        client = entered(world, "manager")
        Mandate.objects.filter(person=world.manager).update(valid_to=date(2025, 6, 1))
        wanted = 302
    else:
        theirs = Provider.objects.get()
        theirs.pk, theirs.authorisation_no = None, "ÖRNEK-0009"
        theirs.save()
        Mandate.objects.create(
            person=world.manager, capacity="responsible_manager", provider=theirs, valid_from=date(2020, 1, 1)
        )
        world.provider = theirs
        client = entered(world, "manager")
        wanted = 404
    url = reverse(f"offer_{step}", args=[now.pk])
    assert client.get(url).status_code == wanted
    if step != "result":
        assert (
            client.post(url, {"version": before, "minutes": 900, "assignment_type": "part_time"}).status_code == wanted
        )
    assert (draft().version, draft().state) == (before, "draft")


def test_drafts_are_turned_by_pages(world: World) -> None:
    client = entered(world, "manager")
    for _ in range(27):
        client.post(reverse("offer_new"), {"code": 103})
    first = client.get(reverse("offer_drafts")).text
    assert first.count("/sil/") == 25
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert client.get(following).text.count("/sil/") == 2


def test_a_manager_who_only_signed_in_is_asked_in_whose_name(world: World) -> None:
    response = signed_in(world.manager).get(reverse("offer_new"))
    assert response.headers["Location"].startswith(reverse("capacity"))
