"""What the product promises when something goes wrong: each of these ends in a clear page, and in nothing false."""

import re
import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Browsing
from tests.e2e.product import CODE_SECONDS, Product

pytestmark = pytest.mark.e2e

MAIN = "22222010110000010160880000"
DEPOT = "25210010110000070160986000"
FLORIST = "Deneme Çiçekçilik Ltd. Şti."
BUILDER = "24100010110000110160890000"
BAKERY = "21071010110000130160892000"
GARAGE = "29531010110000150160894000"
PRINTER = "21812010110000160160995000"
PHARMACY = "24773010110000180160800000"

KIOSK = "24776010110000030160882000"

CONTACT = "/isyeri-karti/iletisim-ve-izin/"
BEHIND_THE_GATE = (
    "/secim/",
    "/firmalar/",
    "/ana-ekran/",
    "/gorevlendirmelerim/",
    "/sozlesmeler/",
    "/surecler/git/?surec=1",
    "/surecler/1/",
    "/surecler/1/reddet/",
    "/surecler/1/sonuc/",
    "/isyeri-karti/",
    CONTACT,
    "/giris/yeniden/",
)
POSTS_BEHIND_THE_GATE = ("/secim/", "/firmalar/getir/", "/firmalar/sec/", "/surecler/1/tamamla/", CONTACT)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def summary(page: Page) -> str:
    """What the box on top of a refused form says."""
    return page.get_by_role("main").get_by_role("alert").inner_text()


def tamamla(page: Page) -> None:
    page.get_by_role("checkbox", name="Okudum, onaylıyorum").check()
    page.get_by_role("button", name="Tamamla").click()


def session_key(page: Page) -> str:
    return next(cookie["value"] for cookie in page.context.cookies() if cookie.get("name") == "sessionid")


# ------------------------------------------------------------------------------------------------ who decides, once


def test_of_two_who_press_at_once_one_decides_and_the_other_reads_so(visit: Browsing, product: Product) -> None:
    product.mandates_import(f"{product.cast['colleague'].national_id},e_bildirge,{DEPOT},2025-09-15,")
    number = product.process(DEPOT, 103)
    pages = {key: visit.open(key) for key in ("employer", "colleague")}
    for page in pages.values():
        page.goto(f"/surecler/{number}/")
        page.get_by_role("checkbox", name="Okudum, onaylıyorum").check()
    with product.held(number, until=len(pages)):
        for page in pages.values():
            page.get_by_role("button", name="Tamamla").click(no_wait_after=True)
    for page in pages.values():
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("sözleşmesini onaylayın")

    said = {key: page.get_by_role("heading", level=1).inner_text() for key, page in pages.items()}
    assert sorted(said.values()) == ["Biri sizden önce davrandı", "Süreç başarıyla tamamlandı"]
    winner = next(key for key, words in said.items() if words.startswith("Süreç"))
    ((who, outcome),) = product.decisions(number)
    assert (who, outcome) == (product.cast[winner].name, "approved")
    slower = next(page for key, page in pages.items() if key != winner)
    expect(slower.get_by_text(f"103 süreci için kararı {who} verdi")).to_be_visible()
    expect(slower.get_by_text("ikinci bir kayıt oluşmadı")).to_be_visible()


def test_of_two_tabs_of_one_person_one_decides(visit: Browsing, product: Product) -> None:
    number = product.process(GARAGE, 103)
    first = visit.open("accountant")
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/surecler/{number}/")
    tamamla(first)
    heading(first, "Süreç başarıyla tamamlandı")
    tamamla(second)
    heading(second, "Bu adım zaten tamamlandı")
    expect(second.get_by_role("link", name="Sırada: 140")).to_be_visible()
    assert len(product.decisions(number)) == 1


def test_going_back_shows_what_is_true_now_and_nothing_to_press(visit: Browsing, product: Product) -> None:
    number = product.process(PRINTER, 140)
    page = visit.open("accountant")
    page.goto(f"/surecler/{number}/")
    tamamla(page)
    heading(page, "Süreç başarıyla tamamlandı")
    page.go_back()
    expect(page.get_by_text("Sözleşme devam ediyor")).to_be_visible()
    expect(page.get_by_role("button", name="Tamamla")).to_have_count(0)
    assert len(product.decisions(number)) == 1


def test_who_lost_the_mandate_while_reading_approves_nothing(visit: Browsing, product: Product) -> None:
    number = product.process(BAKERY, 103)
    page = visit.open("accountant")
    page.goto(f"/surecler/{number}/")
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 -- a day before today by any clock
    who = product.cast["accountant"].national_id
    product.mandates_import(f"{who},e_bildirge,{BAKERY},2019-01-01,{yesterday}")
    tamamla(page)
    expect(page.get_by_text("Bu işyerindeki yetkiniz sona erdi")).to_be_visible()
    expect(page.get_by_text("Hiçbir şey kaydedilmedi.")).to_be_visible()
    assert product.decisions(number) == []


def test_a_rejection_needs_a_reason_and_keeps_what_was_written(visit: Browsing, product: Product) -> None:
    number = product.process(GARAGE, 140)
    page = visit.open("accountant")
    page.goto(f"/surecler/{number}/")
    page.get_by_role("link", name="Reddet").click()
    reason, reject = page.get_by_label("Reddetme nedeni"), page.get_by_role("button", name="Reddet")
    reject.click()
    expect(reason).to_have_accessible_description(re.compile("Neden reddettiğinizi yazın"))
    assert "Neden reddettiğinizi yazın" in summary(page)
    reason.fill("kısa")
    reject.click()
    expect(reason).to_have_accessible_description(re.compile("En az 10 karakter yazın; şu an 4."))
    expect(reason).to_have_value("kısa")
    assert product.decisions(number) == []

    reason.fill("Hekimin saatleri vardiyamıza uymuyor.")
    reject.click()
    heading(page, "Sözleşme reddedildi")
    expect(page.get_by_role("main").get_by_text("Hekimin saatleri vardiyamıza uymuyor.").first).to_be_visible()
    assert product.decisions(number) == [(product.cast["accountant"].name, "rejected")]


def test_approving_without_the_tick_says_what_is_missing(visit: Browsing, product: Product) -> None:
    number = product.process(PHARMACY, 103)
    page = visit.open("accountant")
    page.goto(f"/surecler/{number}/")
    page.get_by_role("button", name="Tamamla").click()
    assert "Okudum, onaylıyorum" in summary(page)
    box = page.get_by_role("checkbox", name="Okudum, onaylıyorum")
    expect(box).to_have_accessible_description(re.compile("Koşulları okuduysanız kutuyu işaretleyin"))
    expect(page.locator("[data-focus]")).to_be_focused()
    assert product.decisions(number) == []


def test_a_decision_long_after_signing_in_asks_the_code_again_and_loses_nothing(
    visit: Browsing, product: Product
) -> None:
    number = product.process(PRINTER, 103)
    product.mandates_import(f"{product.cast['employer'].national_id},e_bildirge,{PRINTER},2020-06-01,")
    page = visit.open()  # a session of its own: the second step gives it another key
    page.goto("/giris/")
    visit.sign_in(page, "employer")
    heading(page, "Kimin adına işlem yapacaksınız?")
    page.goto(f"/surecler/{number}/")
    product.session_age(session_key(page), minutes=16)
    tamamla(page)
    heading(page, "İkinci adımı yineleyin")
    assert product.decisions(number) == []
    page.get_by_label("6 haneli kod").fill(product.code("employer"))
    page.get_by_role("button", name="Devam et").click()
    heading(page, "Süreç başarıyla tamamlandı")
    assert product.decisions(number) == [(product.cast["employer"].name, "approved")]


def test_three_contracts_are_approved_in_one_go_each_with_its_own_decision(visit: Browsing, product: Product) -> None:
    numbers = [product.process(BUILDER, code) for code in (103, 140, 177)]
    page = visit.open("accountant")
    visit.company_choose(page, "Temsil Yapı İnşaat A.Ş.")
    page.goto("/sozlesmeler/")
    page.get_by_label("Hepsini işaretle").check()
    expect(page.get_by_text("3 sözleşme işaretli")).to_be_visible()
    page.get_by_role("button", name="Sürece Git").click()
    heading(page, "3 sözleşmeyi onaylayın")
    page.get_by_role("button", name="Tamamla").click()
    assert summary(page)
    for tick in page.get_by_role("checkbox").all():
        tick.check()
    page.get_by_role("button", name="Tamamla").click()
    heading(page, "Süreç başarıyla tamamlandı")
    for code in (103, 140, 177):
        expect(page.get_by_role("link", name=f"{code} onayının kaydını aç")).to_be_visible()
    who = product.cast["accountant"].name
    assert [product.decisions(number) for number in numbers] == [[(who, "approved")]] * 3


# ---------------------------------------------------------------------------------------------------- coming in


def test_a_wrong_password_and_an_unknown_number_read_alike(visit: Browsing, product: Product) -> None:
    known, page, said = product.cast["inspector"].national_id, visit.open(), []
    for number in (known, "98765432150"):
        page.goto("/giris/")
        page.get_by_label("T.C. kimlik no").fill(number)
        page.get_by_label("Şifre", exact=True).fill("yanlis-bir-sifre")
        page.get_by_role("button", name="Devam et").click()
        expect(page.get_by_label("T.C. kimlik no")).to_have_value(number)
        said.append(page.get_by_role("main").inner_text())
    assert "T.C. kimlik no ya da şifre yanlış." in said[0]
    assert said[0] == said[1]


def test_a_wrong_an_old_and_a_used_code_read_alike(visit: Browsing, product: Product) -> None:
    used, now = product.code("inspector"), int(time.time()) // CODE_SECONDS
    page = visit.open()
    page.goto("/giris/")
    visit.password_give(page, "inspector")
    visit.code_give(page, used)
    heading(page, "Kimin adına işlem yapacaksınız?")

    page, said = visit.open(), []
    page.goto("/giris/")
    visit.password_give(page, "inspector")
    for code in ("000000", product.code_of("inspector", now - 10), used):
        visit.code_give(page, code)
        said.append(page.get_by_role("main").inner_text())
    assert "Kod geçerli değil. Uygulamanızdaki yeni kodu bekleyip yazın." in said[0]
    assert said[0] == said[1] == said[2]


def test_who_gives_up_at_the_second_step_is_out(visit: Browsing) -> None:
    page = visit.open()
    page.goto("/giris/")
    visit.password_give(page, "physician")
    page.get_by_role("button", name="Vazgeç").click()
    page.goto("/giris/")
    heading(page, "Giriş")


def test_a_newcomer_is_stopped_after_the_password_and_enters_no_other_page(visit: Browsing) -> None:
    page = visit.open()
    page.goto("/giris/")
    visit.password_give(page, "newcomer")
    heading(page, "İki aşamalı giriş etkin değil")
    stopped = page.url
    assert stopped.endswith("/iki-asamali-giris/")
    ways = page.get_by_role("heading", level=3)
    expect(ways).to_have_text(["Kimlik kartımla (çip)", re.compile("^Gişede: "), "Elimde bir kod var"])
    page.get_by_text("e-Devlet’te kimliğimi zaten doğrulamıştım").click()
    for words in ("e-Devlet mobil uygulaması", "Profilim", "Bilgilerimi Düzenle", "Katip Destek"):
        expect(page.get_by_text(words).first).to_be_visible()
    page.get_by_role("button", name="Yeniden denetle").click()
    expect(page.get_by_role("status")).to_have_text("İki aşamalı giriş henüz etkin değil.")

    for path in BEHIND_THE_GATE:
        page.goto(path)
        assert page.url == stopped, path
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    for path in POSTS_BEHIND_THE_GATE:
        answer = page.request.post(path, headers={"X-CSRFToken": token, "Referer": stopped}, max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (302, "/iki-asamali-giris/"), path


def test_nobody_enters_without_signing_in(visit: Browsing) -> None:
    page = visit.open()
    for path in BEHIND_THE_GATE:
        page.goto(path)
        heading(page, "Giriş")


def test_a_stranger_sees_no_company_and_learns_of_no_process(visit: Browsing, product: Product) -> None:
    page = visit.open("stranger")
    page.goto("/firmalar/")
    page.get_by_role("button", name="E-Bildirge kullanıcısı olduğum firmaları getir").click()
    expect(page.get_by_text("SGK sizi hiçbir firmanın e-Bildirge kullanıcısı olarak göstermiyor.")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    expect(page.get_by_text("Tanım yeni yapıldı.")).to_be_visible()

    foreign, said = product.process(MAIN, 140), []
    for number in (foreign, 999_999):
        answer = page.goto(f"/surecler/{number}/")
        assert answer
        said.append((answer.status, page.locator("body").inner_text()))
    assert said[0] == said[1]
    assert said[0][0] == 404


def test_a_link_to_a_step_leads_through_signing_in_to_that_very_step(visit: Browsing, product: Product) -> None:
    number = product.process(KIOSK, 103)
    page = visit.open()
    page.goto(f"/surecler/{number}/")
    visit.sign_in(page, "specialist")
    expect(page).to_have_url(f"{product.origin}/surecler/{number}/")
    heading(page, "103 · İş güvenliği uzmanı görevlendirmenizi onaylayın")
    expect(page.get_by_role("banner").get_by_text("Kendi adınıza")).to_be_visible()


# ------------------------------------------------------------------------------------------- nothing typed is lost


def test_the_other_language_keeps_what_was_typed(visit: Browsing) -> None:
    page = visit.open("employer")
    visit.company_choose(page, FLORIST)
    page.goto(CONTACT)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Türkçe")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("status")).to_have_count(0)  # nothing was typed, and nothing is said
    page.get_by_role("button", name="Türkçe").click()
    page.get_by_label("Tebligat adresi").fill("Örnek Mahallesi, yarım kal")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Türkçe")).to_be_visible()
    expect(page.locator("[name=postal_address]")).to_have_value("Örnek Mahallesi, yarım kal")
    page.get_by_role("button", name="Türkçe").click()  # and back again, though nothing was typed here
    expect(page.get_by_label("Tebligat adresi")).to_have_value("Örnek Mahallesi, yarım kal")
    expect(page.get_by_text("Yazdıklarınız yerinde, henüz kaydedilmedi.")).to_be_visible()


def test_a_refused_contact_form_keeps_every_field(visit: Browsing) -> None:
    page = visit.open("employer")
    visit.company_choose(page, FLORIST)
    page.goto(CONTACT)
    typed = {
        "Beyan telefonu": "telefon yok",
        "E-posta": "adres@",
        "Tebligat adresi": "Örnek Mahallesi, Deneme Sokak No: 3",
        "KEP adresi": "cicekci@hs01.kep.tr",
    }
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("İl", exact=True).select_option(label="Yalova")
    district = page.get_by_label("İlçe", exact=True)
    expect(district.get_by_role("option", name="Termal")).to_be_attached()
    district.select_option(label="Termal")
    page.get_by_role("radio", name="Hayır").check()
    page.get_by_role("button", name="Tamamla").click()

    assert "Yazdıklarınızın hepsi duruyor; henüz kaydedilmedi." in summary(page)
    phone = page.get_by_label("Beyan telefonu")
    expect(phone).to_have_accessible_description(re.compile("yalnız rakam olur: 10 hane yazın"))
    expect(page.get_by_label("E-posta")).to_have_accessible_description(re.compile("ad@firma.com.tr gibi yazın"))
    for label, text in typed.items():
        expect(page.get_by_label(label)).to_have_value(text)
    expect(page.get_by_label("İl", exact=True).locator("option:checked")).to_have_text("Yalova")
    expect(district.locator("option:checked")).to_have_text("Termal")
    expect(page.get_by_role("radio", name="Hayır")).to_be_checked()
    phone.fill("555 000")
    page.get_by_role("button", name="Tamamla").click()
    expect(phone).to_have_accessible_description(re.compile("10 hanelidir; yazdığınız 6 hane"))


def test_another_language_stays_on_the_page(visit: Browsing, product: Product) -> None:
    page = visit.open("employer")
    visit.company_choose(page, FLORIST)
    page.goto("/sozlesmeler/?liste=tum")
    page.get_by_role("button", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(f"{product.origin}/sozlesmeler/?liste=tum")
    page.get_by_role("button", name="Türkçe").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "tr")
    expect(page).to_have_url(f"{product.origin}/sozlesmeler/?liste=tum")


def test_another_language_after_a_refusal_leads_back_to_the_step(visit: Browsing, product: Product) -> None:
    number = product.process(PHARMACY, 103)
    page = visit.open("accountant")
    page.goto(f"/surecler/{number}/")
    page.get_by_role("button", name="Tamamla").click()
    assert summary(page)
    page.get_by_role("button", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(f"{product.origin}/surecler/{number}/")


def test_an_idle_session_warns_goes_on_at_will_and_keeps_what_was_typed(visit: Browsing, product: Product) -> None:
    page = visit.open("colleague")
    visit.company_choose(page, "Örnek Ambalaj Sanayi ve Ticaret Ltd. Şti.")
    page.clock.install()
    page.goto(CONTACT)
    page.get_by_label("E-posta").fill("yarim.kalan@ornek.example")
    page.get_by_label("Tebligat adresi").fill("Örnek Mahallesi")
    warning = page.locator("[role=alert]")
    expect(warning).to_be_empty()
    page.clock.fast_forward("18:05")
    expect(warning).to_contain_text("Oturumunuz 2 dakika içinde kapanacak. Yazdıklarınız saklanır.")
    with page.expect_response("**/oturum/surdur/") as answer:
        page.get_by_role("button", name="Oturumu sürdür").click()
    assert answer.value.status == 204
    expect(warning).to_be_empty()
    page.clock.fast_forward("18:05")
    expect(warning).to_contain_text("2 dakika içinde")
    page.clock.fast_forward("02:00")

    page.wait_for_url("**/giris/?sure-doldu=1*")
    expect(page.get_by_text("Oturumunuz uzun süre kullanılmadığı için kapandı.")).to_be_visible()
    visit.sign_in(page, "colleague")
    page.get_by_role("radio", name="Kurumsal").check()
    page.get_by_role("button", name="Devam et").click()
    page.get_by_role("button", name="E-Bildirge kullanıcısı olduğum firmaları getir").click()
    page.get_by_role("radio", name=re.compile(r"Örnek Ambalaj Sanayi ve Ticaret Ltd. Şti.\s+2")).check()
    page.get_by_role("button", name="Bu firmayla devam et").click()
    expect(page).to_have_url(f"{product.origin}{CONTACT}")
    expect(page.get_by_text("Yazdıklarınız yerinde, henüz kaydedilmedi.")).to_be_visible()
    expect(page.get_by_label("E-posta")).to_have_value("yarim.kalan@ornek.example")
    expect(page.get_by_label("Tebligat adresi")).to_have_value("Örnek Mahallesi")

    # the same without a script's warning: the server closes, and keeps the reason of a rejection
    number = product.process(MAIN, 140)
    page.goto(f"/surecler/{number}/reddet/")
    page.get_by_label("Reddetme nedeni").fill("Hekimin saatleri vardiyamıza uymuyor.")
    product.session_age(session_key(page), minutes=21)
    page.get_by_role("button", name="Reddet").click()
    expect(page.get_by_text("Oturumunuz uzun süre kullanılmadığı için kapandı.")).to_be_visible()
    visit.sign_in(page, "colleague")
    expect(page).to_have_url(f"{product.origin}/surecler/{number}/reddet/")
    expect(page.get_by_label("Reddetme nedeni")).to_have_value("Hekimin saatleri vardiyamıza uymuyor.")
    assert product.decisions(number) == []
