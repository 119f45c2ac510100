"""The workplace card and its form: clear messages, nothing typed is lost, nothing is chosen for anybody."""

import re
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from katip.core.errors import StaleStateError
from katip.registry.consents import AUTO_UPDATE_NOW
from katip.registry.models import ContactDeclaration, District, Headcount, Payment
from katip.web.card import views
from tests.cast import World, e_bildirge, entered

CARD, CONTACT = "/isyeri-karti/", "/isyeri-karti/iletisim-ve-izin/"


def filled(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "workplace": world.workplace.pk,
        "phone": "555 000 00 00",
        "email": "firma@ornek.com.tr",
        "postal_address": "",
        "kep": "",
        "province": 16,
        "district": world.workplace.district_id,
        "text_version": AUTO_UPDATE_NOW["tr"],
    } | changes


def post(client: Client, form: dict[str, Any]) -> HttpResponse:
    return client.post(CONTACT, form)  # type: ignore[return-value] # the client's response stands for the real one


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def values(page: str) -> dict[str, str]:
    """What stands in the text fields of the form."""
    return {
        found[1]: found[2]
        for tag in re.findall(r"<input[^>]+>", page)
        if (found := re.search(r'name="(\w+)"[^>]*?value="([^"]*)"', tag)) and "radio" not in tag
    }


def chosen(page: str, name: str) -> list[str]:
    """What is chosen in a list or among cards."""
    listed = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    if listed:
        return re.findall(r'<option value="(\d*)"[^>]*selected', listed[0])
    return re.findall(rf'name="{name}" value="(\w+)"[^>]* checked', page)


@pytest.mark.parametrize(
    ("phone", "message"),
    [
        ("0555 000 00 00", "Beyan telefonunu başındaki 0 olmadan yazın: 10 hane kalmalı."),
        ("+90 555 000 00 00", "Beyan telefonunu ülke kodu olmadan yazın: 10 hane kalmalı."),
        ("905550000000", "Beyan telefonunu ülke kodu olmadan yazın: 10 hane kalmalı."),
        ("555 OOO 00 00", "Beyan telefonunda yalnız rakam olur: 10 hane yazın."),
        ("555 000 00 0", "Beyan telefonu 10 hanelidir; yazdığınız 9 hane."),
        ("555 000 00 000", "Beyan telefonu 10 hanelidir; yazdığınız 11 hane."),
        ("655 000 00 00", "Beyan telefonu 2, 3, 4, 5 ya da 8 ile başlar; yazdığınızı denetleyin."),
        ("", "Beyan telefonunu yazın."),
        (" - ", "Beyan telefonunu yazın."),
    ],
)
def test_a_wrong_phone_gets_its_own_message_and_nothing_typed_is_lost(world: World, phone: str, message: str) -> None:
    typed = filled(world, phone=phone, email="yarım", postal_address="Sanayi & Ticaret", kep="x", auto_update="evet")
    response = post(entered(world, "owner"), typed)
    page = text_of(response)
    assert response.status_code == 422
    assert page.count(message) == 2  # beside the field, and in the summary on top
    assert 'href="#id_phone"' in page
    assert "E-posta adresi eksik ya da yanlış: ad@firma.com.tr gibi yazın." in page
    kept = values(page)
    assert (kept.get("phone", ""), kept["email"]) == (phone, "yarım")
    assert (kept["postal_address"], kept["kep"]) == ("Sanayi &amp; Ticaret", "x")
    assert (chosen(page, "province"), chosen(page, "auto_update")) == (["16"], ["evet"])
    assert not ContactDeclaration.objects.exists()


@pytest.mark.parametrize("phone", ["5550000000", "555 000 00 00", "(555) 000-00-00", "8500000000", "2240000000"])
def test_a_right_phone_is_saved_as_ten_digits(world: World, phone: str) -> None:
    saved = post(entered(world, "owner"), filled(world, phone=phone))
    assert saved.headers["Location"] == reverse("home")
    assert ContactDeclaration.objects.get().phone == "".join(filter(str.isdigit, phone))


def test_saving_leads_to_the_main_screen_with_a_notice_and_the_card_shows_all_that_was_declared(world: World) -> None:
    client = entered(world, "owner")
    assert "İşyeri kartınız kaydedildi." in text_of(client.post(CONTACT, filled(world), follow=True))  # type: ignore[arg-type] # as above
    post(client, filled(world, email="yeni@ornek.com.tr", auto_update="hayir"))
    page = client.get(CARD).text
    assert page.index("yeni@ornek.com.tr") < page.index("firma@ornek.com.tr")
    assert world.owner.name in page
    assert AUTO_UPDATE_NOW["tr"] in page
    assert chosen(client.get(CONTACT).text, "auto_update") == ["hayir"]  # one's own last choice, not ours


def test_nothing_is_chosen_beforehand_and_the_place_is_that_of_the_register(world: World) -> None:
    page = entered(world, "owner").get(CONTACT).text
    assert chosen(page, "auto_update") == []
    assert chosen(page, "province") == ["16"]
    assert chosen(page, "district") == [str(world.workplace.district_id)]
    assert "yapılmış güncellemeler kalır." in page
    assert "henüz kendiliğinden güncellemez" not in page


@pytest.mark.parametrize(("answer", "kept"), [("evet", True), ("hayir", False), ("", None)])
def test_the_consent_is_optional_and_kept_with_its_text(world: World, answer: str, kept: bool | None) -> None:
    post(entered(world, "owner"), filled(world, auto_update=answer))
    declared = ContactDeclaration.objects.get()
    assert (declared.auto_update, declared.consent_text) == (kept, AUTO_UPDATE_NOW["tr"])


def test_a_consent_to_an_older_text_is_kept_as_one(world: World) -> None:
    post(entered(world, "owner"), filled(world, text_version="otomatik-guncelleme/1", auto_update="evet"))
    assert ContactDeclaration.objects.get().consent_text == "otomatik-guncelleme/1"
    assert "otomatik-guncelleme/1" in entered(world, "owner").get(CARD).text


def test_a_consent_to_a_text_that_was_never_shown_is_not_taken(world: World) -> None:
    response = post(entered(world, "owner"), filled(world, text_version="otomatik-guncelleme/0", auto_update="evet"))
    assert response.status_code == 409
    assert not ContactDeclaration.objects.exists()


def test_the_districts_follow_the_province_without_script(world: World) -> None:
    ankara = District.objects.filter(province_id=6)[0]
    client = entered(world, "owner")
    asked = client.post(CONTACT, filled(world, province=6, phone="0", action="districts"))
    assert asked.status_code == 200
    assert f'<option value="{ankara.pk}">{ankara.name}</option>' in asked.text
    assert f'value="{world.workplace.district_id}"' not in asked.text
    assert values(asked.text)["phone"] == "0"  # nothing is judged yet
    assert "error" not in asked.text.partition("<main")[2].partition("</main")[0]
    assert not ContactDeclaration.objects.exists()
    foreign = post(client, filled(world, province=6))
    assert foreign.status_code == 422
    assert "Bu ilçe seçtiğiniz ilde değil" in text_of(foreign)
    post(client, filled(world, province=6, district=ankara.pk))
    assert ContactDeclaration.objects.get().province_id == 6


def test_turkish_letters_sort_where_they_belong(world: World) -> None:
    page = entered(world, "owner").get(CONTACT).text
    listed = re.search(r'<select[^>]*name="province".*?</select>', page, re.DOTALL)
    assert listed is not None
    names = re.findall(r"<option[^>]*>([^<]+)<", listed[0])
    assert [name for name in names if name[0] in "CÇIİSŞ"][:6] == [
        "Çanakkale",
        "Çankırı",
        "Çorum",
        "Iğdır",
        "Isparta",
        "İstanbul",
    ]


@pytest.mark.parametrize(
    ("kep", "warned"), [("firma@hs01.kep.tr", False), ("firma@ornek.com.tr", True), ("kep yok", True), ("", False)]
)
def test_an_odd_kep_address_is_saved_with_a_warning(world: World, kep: str, warned: bool) -> None:
    page = text_of(entered(world, "owner").post(CONTACT, filled(world, kep=kep), follow=True))  # type: ignore[arg-type] # as above
    assert ContactDeclaration.objects.get().kep == kep
    assert ("KEP adresi alışılmış biçimde değil" in page) is warned
    assert "İşyeri kartınız kaydedildi." in page


def test_a_company_changed_in_another_tab_saves_nothing_and_says_so(world: World) -> None:
    e_bildirge(world.owner, world.elsewhere)
    client = entered(world, "owner")
    client.post(reverse("company_choose"), {"firma": f"workplace-{world.elsewhere.pk}"})
    response = post(client, filled(world, phone="2240000000"))
    assert response.status_code == 422
    assert f"Şu an {world.elsewhere.title} adına işlem yapıyorsunuz; kaydedilmedi." in text_of(response)
    assert values(text_of(response))["phone"] == "2240000000"
    assert not ContactDeclaration.objects.exists()


def test_whoever_comes_second_keeps_what_was_typed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def beaten(**_: Any) -> None:
        raise StaleStateError

    monkeypatch.setattr(views, "card_declare", beaten)
    response = post(entered(world, "owner"), filled(world, phone="2240000000"))
    assert response.status_code == 409
    assert "Aynı anda başka bir beyan kaydedildi." in text_of(response)
    assert values(text_of(response))["phone"] == "2240000000"


def test_the_card_shows_what_the_register_knows(world: World) -> None:
    Headcount.objects.bulk_create(
        Headcount(workplace=world.workplace, period=date(2024, month, 1), employees=9) for month in range(1, 13)
    )
    Payment.objects.create(
        workplace=world.workplace,
        reference="X1",
        paid_on=date(2025, 5, 5),
        description="Hizmet bedeli",
        counterparty="Örnek OSGB",
        amount="1234.50",
        state="paid",
    )
    page = entered(world, "owner").get(CARD).text
    for words in (
        world.workplace.title,
        "22.22.43",
        "Tehlikeli",
        "RG 13.03.2025/32840",
        "1.234,50",
        "Banka İşlem Geçmişi",
        "Kurumsal İletişim ve İzin İşlemleri",
        "9 → 12 çalışan",
    ):
        assert words in page
    assert [page.index(f">{row}") for row in ("1", "2", "3", "4", "5", "6–7") if f">{row}" in page]


def test_a_workplace_of_which_little_is_known_has_a_card_too(world: World) -> None:
    client = entered(world, "stranger")
    Headcount.objects.filter(workplace=world.elsewhere).update(workplace=world.workplace, period=date(2019, 1, 1))
    page = client.get(CARD)
    assert page.status_code == 200
    assert world.elsewhere.title in page.text
    assert client.get(reverse("home")).status_code == 200


@pytest.mark.parametrize("route", [CARD, "/ana-ekran/"])
@pytest.mark.parametrize(
    ("minutes", "verdict", "reason"),
    [
        (240, "Uygun", "Ayda gereken 240 dakikanın tamamı sürüyor (İGU Yön. m.12)."),
        (300, "Asgari sürenin üzerinde", "Ayda gereken 240 dakikanın 60 dakika üzerinde (İGU Yön. m.12)."),
    ],
)
def test_what_runs_is_judged_profession_by_profession(
    world: World, route: str, minutes: int, verdict: str, reason: str
) -> None:
    world.active(103, minutes=minutes)
    shown = entered(world, "owner").get(route).text.replace("\xa0", " ")
    assert [row["tag"] for row in entered(world, "owner").get("/ana-ekran/").context["obligations"]] == [
        {"Uygun": "fit"}.get(verdict, "above"),
        "unfit",
        "not_required",
    ]
    assert verdict in shown
    assert reason in shown
    assert "Ayda gereken 120 dakikanın 120 dakikası eksik (İH-DSP Yön. m.12)." in shown


def test_an_offer_that_waits_is_told_apart_from_a_duty_that_nobody_offered_to_meet(world: World) -> None:
    world.accepted(103)
    duties = entered(world, "owner").get(CARD).context["duties"]
    assert [row["tag"] for row in duties] == ["waiting", "unfit", "not_required"]
