"""Reckoning on a phone without script: from the start page to an answer that can be sent on, and printed."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import PHONE, Browsing

pytestmark = pytest.mark.e2e


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(wide[0] <= wide[1])


def test_anybody_reckons_on_a_phone_without_script_and_sends_the_answer_on(visit: Browsing) -> None:
    page = visit.open(viewport=PHONE, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Gereken süreyi hesapla").click()
    page.get_by_label("Çalışan sayısı").fill("12")
    page.get_by_role("button", name="Hesapla").click()

    refused = page.get_by_role("alert")
    refused.get_by_role("link", name="Tehlike sınıfını seçin ya da NACE kodunu yazın.").click()
    expect(page.get_by_label("Tehlike sınıfı", exact=True)).to_be_focused()
    expect(page.get_by_label("Çalışan sayısı")).to_have_value("12")

    page.get_by_label("Tehlike sınıfı", exact=True).select_option(label="Tehlikeli")
    page.get_by_text("Süren sözleşmeniz varsa yazın, kalanı görün").click()
    page.get_by_label("İş güvenliği uzmanı, dakika").fill("180")
    page.get_by_role("button", name="Hesapla").click()
    expect(page.get_by_role("heading", name="12 çalışan, tehlikeli sınıf")).to_be_in_viewport()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="İş güvenliği uzmanı"))
    expect(row).to_contain_text("12 çalışan × 20 dk = 240 dk")
    expect(row).to_contain_text("60 dakika daha gerekir")
    expect(page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="500"))).to_contain_text("1\xa0kişi")

    page.get_by_role("link", name="Kısa adres").click()
    expect(page).to_have_url(f"{visit.product.origin}/hesapla/?calisan=12&sinif=tehlikeli&igu=180")
    other = visit.open(viewport=PHONE)
    other.goto(page.url)
    expect(other.get_by_text("60 dakika daha gerekir")).to_be_visible()
    assert fits(other)


def test_on_paper_stands_the_answer_and_not_the_form(visit: Browsing) -> None:
    page = visit.open()
    page.goto("/hesapla/?calisan=620&sinif=cok")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="620 çalışan, çok tehlikeli sınıf")).to_be_visible()
    expect(page.get_by_text("2 tam süreli kişi")).to_be_visible()
    expect(page.get_by_role("button", name="Hesapla")).to_be_hidden()
