"""The page that waits for a card's reader: it tells by itself what happens, and without script by a link."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsing import Browsing
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

STAGES = {
    "connecting": "kart bekleniyor",
    "access": "Kart açılıyor",
    "reading": "Kart okunuyor",
    "signing": "imzalıyor",
}


class Reader:
    """The calls of a reader program, made beside the page."""

    def __init__(self, page: Page, product: Product) -> None:
        self.page, self.base, self.token = page, f"{product.origin}/api/chip/v1/", ""

    def call(self, name: str, **body: Any) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        answer = self.page.request.post(self.base + name, data=json.dumps(body), headers=headers)
        assert answer.ok
        found: dict[str, Any] = answer.json() if answer.status == 200 else {}
        return found

    def claim(self, code: str) -> None:
        self.token = self.call("claim", code=code)["session"]


def _begin(page: Page) -> str:
    page.goto("/iki-asamali-giris/kart/")
    page.get_by_role("button", name="Okumaya başla").click()
    return page.locator("#durum-kodu .code").inner_text()


def test_the_page_says_live_what_the_reader_does(visit: Browsing, product: Product) -> None:
    page = visit.open("newcomer")
    code = _begin(page)
    page.evaluate(
        "() => { window.stayed = true; getSelection().selectAllChildren(document.querySelector('pre code')) }"
    )
    chosen = page.evaluate("String(getSelection())")
    left = page.locator("#durum-suresi")
    before = left.inner_text()
    expect(left).not_to_have_text(before)  # it has asked
    assert page.evaluate("String(getSelection())") == chosen  # and what was marked to be copied still is
    reader = Reader(page, product)
    reader.claim(code)
    status = page.get_by_role("status")
    for stage, words in STAGES.items():
        reader.call("stage", stage=stage)
        expect(status).to_contain_text(words)
    expect(page.locator("#durum-kodu")).to_be_empty()
    assert page.evaluate("window.stayed") is True  # it was never loaded anew
    reader.call("abandon", reason="read_error")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Kart okunamadı")
    expect(heading).to_be_focused()
    page.get_by_role("button", name="Yeni kod al").click()
    expect(status).to_contain_text("Okuyucu bekleniyor")


def test_without_script_a_link_asks_again(visit: Browsing, product: Product) -> None:
    page = visit.open("newcomer", java_script_enabled=False)
    code = _begin(page)
    assert "Bu sayfa kendiliğinden yenilenmiyor" in page.inner_text("noscript")
    reader = Reader(page, product)
    reader.claim(code)
    reader.call("stage", stage="reading")
    page.get_by_role("link", name="Yenile").click()
    expect(page.get_by_role("status")).to_contain_text("Kart okunuyor")
    reader.call("abandon", reason="no_card")
    page.get_by_role("link", name="Yenile").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kart okunamadı")
    expect(page.get_by_text("Okuyucu kart bulamadı.")).to_be_visible()
