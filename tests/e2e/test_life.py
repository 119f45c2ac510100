"""The whole life of a contract, by hand, on a phone: each act by the person whose it is, on a page of its own."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import PHONE, Browsing
from tests.e2e.test_axe import faults

pytestmark = pytest.mark.e2e

DEPOT = "25210010110000070160986000"
"""a workplace of the employer's without a physician"""
PHYSICIAN = "Murat Numune"
NOTE = "Depo taşındı, hizmet oradan sürecek."


@dataclass
class Life:
    """The windows of the three sides, and the contract once it is there."""

    manager: Page
    physician: Page
    employer: Page
    contract: str = ""
    process: str = ""


@pytest.fixture(scope="module")
def life(browsing: Browsing) -> Life:
    return Life(
        manager=browsing.open("manager", viewport=PHONE),
        physician=browsing.open("physician", viewport=PHONE),
        employer=browsing.open("employer", viewport=PHONE),
    )


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    """The page's heading; and nothing on it runs out of a narrow screen, or stands in anybody's way."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def press(page: Page, words: str) -> None:
    main = page.get_by_role("main")
    main.get_by_role("button", name=words, exact=True).or_(main.get_by_role("link", name=words, exact=True)).click()


def state(page: Page, life: Life, words: str) -> None:
    """What the contract's page says first."""
    page.goto(life.contract)
    heading(page, re.compile("^140 · "))
    expect(page.locator("p.state-line")).to_contain_text(words)


def day(ahead: int) -> str:
    return (date.today() + timedelta(days=ahead)).isoformat()  # noqa: DTZ011 -- the browser's own day


def tamamla(page: Page) -> None:
    page.get_by_role("checkbox", name="Okudum, onaylıyorum").check()
    press(page, "Tamamla")


def test_01_the_manager_offers_with_the_wizard(life: Life, browsing: Browsing) -> None:
    page = life.manager
    page.goto("/firmalar/")
    page.get_by_role("button", name="E-Bildirge kullanıcısı olduğum firmaları getir").click()
    page.get_by_role("radio", name=re.compile("Misal")).first.check()
    page.get_by_role("button", name="Bu firmayla devam et").click()
    page.goto("/teklifler/yeni/")
    page.get_by_role("radio", name=re.compile("140")).check()
    press(page, "Devam et")
    page.get_by_role("checkbox", name="Okudum ve onaylıyorum").check()
    press(page, "Devam et")
    page.get_by_label("İşyerinin SGK numarası").fill(DEPOT)
    press(page, "İşyerini bul")
    page.get_by_role("radio", name=re.compile(PHYSICIAN)).check()
    press(page, "Devam et")
    page.get_by_role("radio", name=re.compile("Kısmi")).check()
    press(page, "Devam et")
    press(page, "Teklifi gönder")
    ((process, contract),) = browsing.product.rows(
        "SELECT c.process_id, c.id FROM contracts_contract c JOIN registry_workplace w ON w.id = c.workplace_id "
        "WHERE w.sgk_number = %s AND c.code = 140",
        DEPOT,
    )
    life.process, life.contract = f"/surecler/{process}/", f"/sozlesmeler/{contract}/"
    state(page, life, "Profesyonel onayı bekliyor")
    expect(page.get_by_text(f"Sıra profesyonelde: {PHYSICIAN}")).to_be_visible()


def test_02_the_physician_accepts(life: Life) -> None:
    page = life.physician
    page.goto(life.contract)
    press(page, "Oku ve karar ver")
    heading(page, "140 · İşyeri hekimi görevlendirmenizi onaylayın")
    tamamla(page)
    heading(page, "Onayınız kaydedildi")
    state(page, life, "İşveren onayı bekliyor")


def test_03_the_employer_approves(life: Life) -> None:
    page = life.employer
    page.goto(life.contract)
    press(page, "Oku ve karar ver")
    heading(page, "140 · İşyeri hekimi sözleşmesini onaylayın")
    tamamla(page)
    heading(page, "Süreç başarıyla tamamlandı")
    press(page, "Belgeye git")
    expect(page.get_by_text("İşveren onayladı, sözleşme yürürlüğe girdi")).to_be_visible()
    state(page, life, "Sözleşme devam ediyor")


def test_04_the_manager_proposes_more_minutes_and_the_employer_agrees(life: Life) -> None:
    page = life.manager
    state(page, life, "Sözleşme devam ediyor")
    press(page, "Süreyi güncelle")
    heading(page, re.compile("süresini güncelleyin$"))
    minutes = page.get_by_label("Yeni aylık süre (dakika)")
    before = int(minutes.input_value())
    press(page, "Süreyi öner")
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("Sözleşmenin süresi zaten")
    minutes.fill(str(before + 30))
    press(page, "Süreyi öner")
    state(page, life, "Süre güncellemesi bekliyor")
    other = life.employer
    other.goto(life.contract)
    press(other, "9001 sürecini aç")
    heading(other, "9001 · İşyeri hekimi süresinin güncellenmesini onaylayın")
    tamamla(other)
    heading(other, "Süreç başarıyla tamamlandı")
    other.goto(life.contract)
    expect(other.get_by_text(f"Süre {before} → {before + 30} dakika oldu")).to_be_visible()
    expect(other.get_by_role("rowheader", name="2. sürüm", exact=True)).to_be_visible()


def test_05_the_employer_announces_an_end_and_takes_it_back(life: Life) -> None:
    page = life.employer
    state(page, life, "Sözleşme devam ediyor")
    press(page, "Sözleşmeyi sonlandır")
    heading(page, re.compile("sözleşmesini sonlandırın$"))
    expect(page.get_by_text("6331 m.8/2")).to_be_visible()
    page.get_by_label("Son gün").fill(day(10))
    page.get_by_label("Neden").fill("Kısa")
    press(page, "Sözleşmeyi sonlandır")
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("En az 10 karakter yazın")
    expect(page.get_by_label("Son gün")).to_have_value(day(10))
    page.get_by_label("Neden").fill(NOTE)
    press(page, "Sözleşmeyi sonlandır")
    state(page, life, "Sonlanacak")
    state(life.physician, life, "Sonlanacak")
    expect(life.physician.get_by_text(NOTE).first).to_be_visible()
    expect(life.physician.get_by_role("link", name="Sonlandırmayı geri al")).to_have_count(0)
    press(page, "Sonlandırmayı geri al")
    heading(page, re.compile("sonlandırmayı geri alın$"))
    press(page, "Sonlandırmayı geri al")
    expect(page.get_by_role("status")).to_contain_text("Sonlandırma geri alındı")
    expect(page.locator("p.state-line")).not_to_contain_text("Sonlanacak")


def test_06_the_physician_resigns_today(life: Life) -> None:
    page = life.physician
    state(page, life, "Sözleşme devam ediyor")
    press(page, "Görevden ayrıl")
    heading(page, re.compile("görevinden ayrılın$"))
    expect(page.get_by_text("bloke kalır")).to_be_visible()
    page.get_by_label("Neden").fill("Başka bir ile taşınıyorum.")
    press(page, "Görevden ayrıl")
    state(page, life, "Sonlandırıldı")
    expect(page.get_by_role("main").locator(".actions a")).to_have_count(0)
    state(life.manager, life, "Sonlandırıldı")
    expect(life.manager.get_by_text("Profesyonel ayrıldı")).to_be_visible()


def test_07_the_manager_offers_anew_and_takes_it_back(life: Life) -> None:
    page = life.manager
    state(page, life, "Sonlandırıldı")
    press(page, "Yeniden teklif et")
    heading(page, re.compile("yeniden teklif edin$"))
    press(page, "Yeniden teklif et")
    expect(page.get_by_role("status")).to_contain_text(f"{PHYSICIAN} yanıtlayacak")
    expect(page.get_by_text("Önceki sözleşme")).to_be_visible()
    press(page, "Teklifi geri çek")
    heading(page, re.compile("^Geri çekin: 140"))
    page.get_by_label("Geri çekme nedeni").fill("Hekim başka bir ile taşındı.")
    press(page, "Geri çek")
    expect(page.get_by_role("status")).to_contain_text("Süreç geri çekildi.")
    expect(page.locator("p.state-line")).to_contain_text("Geri çekildi")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()  # no question whether to send again
    other = life.employer
    other.goto(life.contract)
    other.get_by_role("link", name=re.compile("140, .* günü teklif edildi")).click()
    expect(other.get_by_text("Hekim başka bir ile taşındı.")).to_be_visible()
