"""Passkeys in a real browser, whose authenticator is a virtual one: added, used alone, as a second step and again.

Chromium makes the authenticators (`WebAuthn.addVirtualAuthenticator`): with and without verification of the person,
with and without a memory of their own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.browsing import DESK, PHONE, Browsing
from tests.e2e.test_axe import CONTRAST, faults

pytestmark = pytest.mark.e2e


@dataclass
class Window:
    """One window of one person, with the means to plug authenticators in."""

    page: Page
    cdp: CDPSession
    device: str = ""

    def plug(self, *, verifies: bool = True, resident: bool = True) -> None:
        """Plug another authenticator in, in place of the one before."""
        if self.device:
            self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.device})
        options = {
            "protocol": "ctap2",
            "transport": "internal" if verifies else "usb",
            "hasResidentKey": resident,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        self.device = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def verify(self, *, right: bool) -> None:
        """Whether the finger on the sensor is the right one from now on."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.device, "isUserVerified": right})

    def credentials(self) -> list[dict[str, Any]]:
        """What the authenticator holds."""
        return list(self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.device})["credentials"])

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def sign_out(self) -> None:
        self.page.goto("/secim/")
        self.page.get_by_role("button", name="Çıkış").first.click()
        self.page.goto("/giris/")


@pytest.fixture
def window(visit: Browsing) -> Callable[..., Window]:
    """Open a window and sign its person in with the code app."""

    def opened(key: str, **device: bool) -> Window:
        page = visit.open(reduced_motion="reduce")
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        made = Window(page, cdp)
        made.plug(**device)
        page.goto("/giris/")
        visit.sign_in(page, key)
        made.heading("Kimin adına işlem yapacaksınız?")
        return made

    return opened


def passkey_add(window: Window, name: str) -> None:
    """From the list of second steps to the list again, by way of the codes where they are new."""
    page = window.page
    page.goto("/hesabim/ikinci-adim/kur/")
    page.get_by_label("Anahtarın adı").fill(name)
    window.press("Geçiş anahtarı ekle")
    expect(page.get_by_text(f"Geçiş anahtarı eklendi: {name}.")).to_be_visible()
    if page.url.endswith("/kodlar/"):
        page.get_by_label("Kodları sakladım").check()
        window.press("Devam et")
    window.heading("İkinci adımlar")


def test_a_verifying_phone_signs_in_alone_and_as_a_second_step(window: Callable[..., Window], visit: Browsing) -> None:
    phone = window("principal")
    page = phone.page
    passkey_add(phone, "Nazlı’nın telefonu")
    expect(page.get_by_text("Geçiş anahtarı; şifre yazmadan da girilir.")).to_be_visible()
    held = phone.credentials()[0]
    assert (held["rpId"], held["isResidentCredential"]) == ("localhost", True)
    page.goto("/hesabim/ikinci-adim/kur/")
    phone.press("Geçiş anahtarı ekle")
    expect(page.get_by_text("Bu cihazda hesabınız için zaten bir geçiş anahtarı var.")).to_be_visible()

    phone.sign_out()
    phone.press("Geçiş anahtarıyla gir")
    phone.heading("Kimin adına işlem yapacaksınız?")
    page.goto("/giris/yeniden/?next=/hesabim/ikinci-adim/")
    phone.press("Geçiş anahtarıyla devam et")
    phone.heading("İkinci adımlar")

    phone.sign_out()
    visit.password_give(page, "principal")
    phone.press("Geçiş anahtarıyla gir")
    phone.heading("Kimin adına işlem yapacaksınız?")

    phone.sign_out()
    phone.verify(right=False)
    phone.press("Geçiş anahtarıyla gir")
    expect(page.get_by_text(re.compile("^Olmadı:"))).to_be_visible()
    page.goto("/secim/")
    phone.heading("Giriş")


def test_a_plain_security_key_is_a_second_step_and_nothing_more(window: Callable[..., Window], visit: Browsing) -> None:
    key = window("directorate", verifies=False, resident=False)
    page = key.page
    passkey_add(key, "USB anahtar")
    expect(page.get_by_text("Geçiş anahtarı; şifreden sonra sorulur.")).to_be_visible()
    key.sign_out()
    key.press("Geçiş anahtarıyla gir")
    expect(page.get_by_text(re.compile("^Olmadı:"))).to_be_visible()
    visit.password_give(page, "directorate")
    key.press("Geçiş anahtarıyla gir")
    key.heading("Kimin adına işlem yapacaksınız?")


def test_the_pages_of_second_steps_suit_everybody(window: Callable[..., Window]) -> None:
    phone = window("supervisor")
    page = phone.page

    def look() -> None:
        for size in (DESK, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type] # a plain dict
            assert faults(page) == []
            wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert wide[0] <= wide[1], f"{page.url} scrolls sideways"
        page.emulate_media(color_scheme="dark")
        assert faults(page, runOnly=[CONTRAST]) == []
        page.emulate_media(color_scheme="light")

    page.goto("/hesabim/ikinci-adim/kur/")
    look()
    phone.press("Geçiş anahtarı ekle")
    phone.heading("Kurtarma kodlarınız")
    look()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Metin dosyası olarak indir").click()
    assert saved.value.suggested_filename == "katip-kurtarma-kodlari.txt"
    page.get_by_label("Kodları sakladım").check()
    phone.press("Devam et")
    look()
    page.get_by_role("link", name="Adını değiştir").click()
    look()
    page.goto("/hesabim/ikinci-adim/")
    page.get_by_role("link", name="Kaldır").first.click()
    look()
    page.goto("/hesabim/ikinci-adim/kodlar/yeni/")
    look()
    page.goto("/hesabim/ikinci-adim/kur/")
    phone.press("Kod uygulamasını değiştir")
    look()
    page.goto("/giris/yeniden/?next=/hesabim/")
    page.get_by_text("Telefonum yanımda değil").click()
    look()


def test_without_script_the_code_app_is_offered_and_the_page_says_why(visit: Browsing) -> None:
    page = visit.open("employer", java_script_enabled=False)
    page.goto("/hesabim/ikinci-adim/kur/")
    if "yeniden" in page.url:
        page.get_by_label("6 haneli kod").fill(visit.product.code("employer"))
        page.get_by_role("button", name="Devam et").click()
    expect(
        page.get_by_text("Geçiş anahtarı için tarayıcınızda JavaScript açık olmalı; şu anda kapalı.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Geçiş anahtarı ekle")).to_be_hidden()
    page.get_by_role("button", name="Kod uygulamasını değiştir").click()
    expect(page.get_by_role("img", name="Kod uygulamasıyla okutulacak kare kod")).to_be_visible()
