"""Both ways to open two-step login, from the first page to an approval: at a counter, and by the card's chip.

The commands are those that the pages show; the card is the sample installation's own, on its reader without hardware.
"""

import re
import shlex
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from katip.demo.cast import Member
from tests.e2e.browsing import Browsing
from tests.e2e.product import CODE_SECONDS, PATIENCE, Product

pytestmark = pytest.mark.e2e

APPLICANT = Member("applicant", "Umut Prova", "", "10000000078", two_steps=False)
"""nobody whom the sample world knows"""
PASSWORD = "sabah serin bir yürüyüş"
STATIONER = "24762010110000050160784000"
"""the newcomer's workplace: 103 and 140 wait for its e-Bildirge user"""
PRINTED = r"document number\s+(\S+)\s+date of birth\s+(\S+)\s+valid until\s+(\S+)"


@pytest.fixture(autouse=True)
def _newcomer_as_before(product: Product) -> Iterator[None]:
    """No right to set something up is open at the start; at the end the second step is gone again."""
    product.rows("UPDATE identity_enrolment SET revoked_at = now() WHERE used_at IS NULL AND revoked_at IS NULL")
    yield
    product.rows(
        "DELETE FROM mfa_authenticator WHERE user_id IN "
        "(SELECT person_id FROM registry_mandate m JOIN registry_workplace w ON w.id = m.workplace_id "
        "WHERE w.sgk_number = %s)",
        STATIONER,
    )
    product.states.pop("newcomer", None)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_at_a_counter_from_no_account_at_all_to_an_approval(visit: Browsing, product: Product) -> None:
    page = visit.open(reduced_motion="reduce")
    page.goto("/giris/")
    page.get_by_role("link", name="Önce başvurun").click()
    application = application_make(page)
    page.get_by_role("link", name="Başvuruyu iptal et").wait_for()

    code = code_from_the_counter(visit, application)
    product.mandates_import(f"{APPLICANT.national_id},e_bildirge,{STATIONER},2020-06-01,")

    page.reload()
    heading(page, "Kimliğiniz doğrulandı")
    page.get_by_role("link", name="Kodla devam et").click()
    page.get_by_label("T.C. kimlik no").fill(APPLICANT.national_id)
    page.get_by_label("Etkinleştirme kodu").fill(code)
    press(page, "Devam et")
    for label in ("Yeni şifre", "Yeni şifre, bir daha"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    press(page, "Şifreyi kaydet")
    heading(page, "İki aşamalı girişi açın")

    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": True}})
    press(page, "Geçiş anahtarı oluştur")
    codes_keep(page)
    approve(page, 103)
    assert product.decisions(product.process(STATIONER, 103)) == [(APPLICANT.name, "approved")]


def test_by_the_chip_of_the_card_to_an_approval(visit: Browsing, product: Product) -> None:
    page = visit.open(reduced_motion="reduce")
    page.goto("/giris/")
    visit.password_give(page, "newcomer")
    page.get_by_role("link", name="Kartımla doğrula").click()
    press(page, "Okumaya başla")
    card, reader = (shlex.split(line) for line in page.locator("#durum-kodu pre").all_inner_texts())
    assert (card[0], reader[0]) == ("script/katip", "script/katip-reader")
    with product.program("katip", *card[1:]) as lying:
        assert lying.stdout
        said = ""
        for line in lying.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        printed = re.search(PRINTED, said)
        assert printed, said
        with product.program("katip.reader.main", *reader[1:]) as reading:
            told, _ = reading.communicate("\n".join([*printed.groups(), ""]), timeout=PATIENCE)
        assert reading.returncode == 0, told
    expect(page.get_by_text("Kimliğiniz kartınızın çipiyle doğrulandı.")).to_be_visible()
    heading(page, "İki aşamalı girişi açın")

    press(page, "Kod uygulaması bağla")
    app = product.cast["newcomer"]
    secret = page.locator("#anahtar").inner_text().replace(" ", "")
    page.get_by_label("6 haneli kod").fill(product.code_by(secret, int(time.time()) // CODE_SECONDS))
    press(page, "Bağla")
    codes_keep(page)
    approve(page, 140)
    assert product.decisions(product.process(STATIONER, 140)) == [(app.name, "approved")]


def application_make(page: Page) -> str:
    """Apply for an account; the code on the sheet."""
    given_name, _, family_name = APPLICANT.name.partition(" ")
    page.get_by_role("radio", name=re.compile("^Hesap açmak")).check()
    page.get_by_label("T.C. kimlik no").fill(APPLICANT.national_id)
    page.get_by_label("Ad", exact=True).fill(given_name)
    page.get_by_label("Soyad", exact=True).fill(family_name)
    press(page, "Başvur")
    heading(page, "Başvurunuz hazır; şubede bekleniyorsunuz")
    return page.locator(".title.code").inner_text()


def code_from_the_counter(visit: Browsing, application: str) -> str:
    """The officer finds the application, looks, and hands the code over."""
    desk = visit.open(reduced_motion="reduce")
    desk.goto("/giris/")
    visit.sign_in(desk, "counter")
    desk.get_by_role("radio", name="Görevli olarak").check()
    press(desk, "Devam et")
    desk.get_by_label("Başvuru kodu").fill(application.lower().replace("-", " "))
    desk.keyboard.press("Enter")
    heading(desk, APPLICANT.name)
    expect(desk.get_by_text("Bu numara kayıtta yok.")).to_be_visible()
    for words in ("Fotoğraf bu kişinin", "Numara aynı", "Ad ve soyad aynı", "Kart geçerli"):
        desk.get_by_role("checkbox", name=words).check()
    press(desk, "Onayla ve kodu ver")
    heading(desk, "Onaylandı; kodu kişiye verin")
    return desk.locator(".title.code").inner_text()


def codes_keep(page: Page) -> None:
    """Past the recovery codes, into the register."""
    heading(page, "Kurtarma kodlarınız")
    expect(page.get_by_role("list", name="Kurtarma kodları").get_by_role("listitem")).to_have_count(10)
    page.get_by_label("Kodları sakladım").check()
    press(page, "Devam et")
    heading(page, "Kimin adına işlem yapacaksınız?")


def approve(page: Page, code: int) -> None:
    """For the workplace, from the choice of a capacity to the end."""
    page.get_by_role("radio", name="Kurumsal").check()
    press(page, "Devam et")
    press(page, "E-Bildirge kullanıcısı olduğum firmaları getir")
    page.get_by_role("radio", name="Numune Kırtasiye").check()
    press(page, "Bu firmayla devam et")
    page.get_by_role("navigation", name="Ana menü").get_by_role("link", name="İSG Hizmet Sözleşmeleri").click()
    page.get_by_role("checkbox", name=re.compile(f"^{code}, .*: işaretle$")).check()
    press(page, "Sürece Git")
    page.get_by_role("checkbox", name="Okudum, onaylıyorum").check()
    press(page, "Tamamla")
    heading(page, "Süreç başarıyla tamamlandı")
