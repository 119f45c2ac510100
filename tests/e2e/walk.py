"""The guide that employers follow, step by step, by the words on the screen. Three modules walk it, each in its way.

The steps share one window and build upon each other: one that fails makes the following ones fail too.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browsing import Browsing
from tests.e2e.hands import Hand

NOT_THE_REGISTER = "Bu kurulum Bakanlığın İSG-KATİP kaydı değildir; buradaki onay oradaki onayın yerine geçmez."


TERMS = (
    "Hizmet alan işyeri",
    "Hizmet veren",
    "İş güvenliği uzmanı",
    "Aylık süre",
    "Tehlike sınıfı",
    "Çalışan sayısı",
    "Yasal alt sınır",
    "Başlangıç",
)


@dataclass
class Way:
    """Who walks, in which window, for which company, and how far they have come."""

    browsing: Browsing
    page: Page
    hand: Hand
    key: str
    company: str
    place: tuple[str, str]
    script: bool = True
    arrived: int = 0

    @contextmanager
    def step(self, number: int) -> Iterator[tuple[Page, Hand]]:
        """Go this step, if the one before was gone."""
        assert self.arrived == number - 1, f"step {number - 1} of the way was not gone"
        yield self.page, self.hand
        self.arrived = number

    def menu(self) -> Locator:
        """The navy column; on a phone it is unfolded first."""
        unfold = self.page.get_by_role("link", name=re.compile(r"^Menü( |$)"))
        if unfold.is_visible():
            self.hand.press(unfold)
        return self.page.get_by_role("navigation", name="Ana menü")


class Walk:
    """Steps 1 to 12."""

    def test_step_01_start_page_names_itself(self, way: Way) -> None:
        with way.step(1) as (page, hand):
            page.goto("/")
            expect(page).to_have_title("Katip · İSG sözleşmelerinizi onaylayın")
            expect(page.get_by_role("heading", level=1)).to_have_text("Katip")
            expect(page.get_by_text("İSG-KATİP’te onay verenlerin")).to_be_visible()
            expect(page.get_by_text("İşleten: Örnek İşletmeci A.Ş.")).to_be_visible()
            expect(page.get_by_text(NOT_THE_REGISTER)).to_be_visible()
            phone = page.get_by_role("link", name="0850 000 00 00")
            expect(phone).to_have_attribute("href", "tel:+908500000000")
            hand.press(page.get_by_role("link", name="Giriş", exact=True))
            expect(page.get_by_role("heading", level=1)).to_have_text("Giriş")

    def test_step_02_two_steps_lead_to_bireysel_or_kurumsal(self, way: Way) -> None:
        with way.step(2) as (page, hand):
            expect(page.get_by_text(NOT_THE_REGISTER)).to_be_visible()
            expect(page.get_by_text("e-Devlet şifrenizi buraya yazmayın")).to_be_visible()
            entry = way.browsing.product.cast[way.key]
            hand.write(page.get_by_label("T.C. kimlik no"), entry.national_id)
            hand.write(page.get_by_label("Şifre", exact=True), entry.password)
            hand.press(page.get_by_role("button", name="Devam et"))
            expect(page.get_by_role("heading", level=1)).to_have_text("İkinci adım")
            hand.write(page.get_by_label("6 haneli kod"), way.browsing.product.code(way.key))
            hand.press(page.get_by_role("button", name="Kodla gir"))
            onward = page.get_by_role("link", name="Sıfat seç")  # whoever has much to do lands on all that waits
            expect(onward.or_(page.get_by_role("radio", name="Bireysel"))).to_be_visible()
            if onward.is_visible():
                hand.press(onward)
            expect(page.get_by_role("radio", name="Bireysel")).not_to_be_checked()
            expect(page.get_by_role("radio", name="Kurumsal")).not_to_be_checked()

    def test_step_03_company_is_fetched_found_and_picked(self, way: Way) -> None:
        with way.step(3) as (page, hand):
            hand.tick(page.get_by_role("radio", name="Kurumsal"))
            hand.press(page.get_by_role("button", name="Devam et"))
            expect(page.get_by_text("Kutu henüz boş.")).to_be_visible()
            hand.press(page.get_by_role("button", name="E-Bildirge kullanıcısı olduğum firmaları getir"))
            expect(page.get_by_text(re.compile(r"\d+ firma getirildi"))).to_be_visible()
            expect(page.get_by_text("Son yenileme")).to_be_visible()
            expect(page.get_by_text("Firmam listede yok")).to_be_visible()
            hand.write(page.get_by_label("Firma ara"), way.company.lower())
            hand.press(page.get_by_role("button", name="Ara", exact=True))
            expect(page).to_have_url(re.compile("[?&]ara="))
            assert page.get_by_role("radio").count() < 3
            row = page.get_by_role("radio", name=re.compile(re.escape(way.company) + r"\s+2.*e-Bildirge kullanıcısı"))
            hand.tick(row)
            hand.press(page.get_by_role("button", name="Bu firmayla devam et"))
            header = page.get_by_role("banner")
            person = way.browsing.product.cast[way.key].name
            expect(header.get_by_text(f"{person} · e-Bildirge kullanıcısı olarak")).to_be_visible()
            expect(header.get_by_text(f"{way.company} adına")).to_be_visible()
            expect(header.get_by_role("link", name="Firmayı değiştir")).to_be_visible()

    def test_step_04_navy_column_leads_to_the_contracts(self, way: Way) -> None:
        with way.step(4) as (page, hand):
            menu = way.menu()
            expect(menu.get_by_role("heading", name="Süreç Yönetimi")).to_be_visible()
            hand.press(menu.get_by_role("link", name="İSG Hizmet Sözleşmeleri"))
            expect(page.get_by_role("heading", level=1)).to_have_text("İSG Hizmet Sözleşmeleri")
            lists = page.get_by_role("navigation", name="Sözleşme listeleri")
            expect(lists).to_contain_text("Onay Bekleyen")
            expect(lists.locator("[aria-current=page]")).to_contain_text("Onay Bekleyen")

    def test_step_05_103_and_140_wait_each_with_its_own_link(self, way: Way) -> None:
        with way.step(5) as (page, _):
            rows = page.get_by_role("row").filter(has=page.get_by_role("checkbox", name="işaretle"))
            specialist, physician = rows.filter(has_text="103 ·"), rows.filter(has_text="140 ·")
            expect(rows.filter(has_text="İşveren onayı bekliyor")).to_have_count(2)
            expect(specialist).to_contain_text("İş güvenliği uzmanı")
            expect(physician).to_contain_text("İşyeri hekimi")
            expect(specialist.get_by_role("link", name="103 sözleşmesini aç")).to_be_visible()
            expect(physician.get_by_role("link", name="140 sözleşmesini aç")).to_be_visible()

    def test_step_06_103_is_approved_and_140_is_next(self, way: Way) -> None:
        with way.step(6) as (page, hand):
            go, table = page.get_by_role("button", name="Sürece Git"), page.get_by_role("table")
            above, below = go.bounding_box(), table.bounding_box()
            assert above
            assert below
            assert 0 < below["y"] - above["y"] < 200, "Sürece Git stands just above the list"
            hand.tick(page.get_by_role("checkbox", name=re.compile("^103, .*: işaretle$")))
            hand.press(go)

            expect(page.get_by_role("heading", level=1)).to_have_text(
                "103 · İş güvenliği uzmanı sözleşmesini onaylayın"
            )
            expect(page.get_by_text(NOT_THE_REGISTER)).to_be_visible()
            for term in TERMS:
                expect(page.locator("dl").get_by_text(term, exact=True)).to_be_visible()
            expect(page.get_by_role("definition").filter(has_text="SGK no")).to_contain_text(way.company)
            expect(page.get_by_text("dakika, her ay en az")).to_be_visible()
            expect(page.get_by_text("Dayanak:")).to_be_visible()
            expect(page.get_by_text("Atamalarla ilgili yardım")).to_be_visible()
            box = page.get_by_role("checkbox", name="Okudum, onaylıyorum")
            expect(box).not_to_be_checked()
            hand.tick(box)
            hand.press(page.get_by_role("button", name="Tamamla"))

            expect(page.get_by_role("heading", level=1)).to_have_text("Süreç başarıyla tamamlandı")
            expect(page.get_by_text("sözleşmesi bu kayıtta yürürlüğe girdi")).to_be_visible()
            expect(page.get_by_text(NOT_THE_REGISTER)).to_be_visible()
            expect(page.get_by_role("heading", name="Bu kayıtta yürürlükte olanlar")).to_be_visible()
            expect(page.get_by_role("heading", name="Sırada: 140")).to_be_visible()
            expect(page.get_by_role("link", name="140 sözleşmesini aç")).to_be_visible()

    def test_step_07_navy_column_leads_to_the_card(self, way: Way) -> None:
        with way.step(7) as (page, hand):
            menu = way.menu()
            expect(menu.get_by_role("heading", name="Kişi-Kurum-Ekipman Kartı")).to_be_visible()
            expect(menu.get_by_text("İşyeri Bilgileri", exact=True)).to_be_visible()
            hand.press(menu.get_by_role("link", name="İşyeri Kartı Bilgileri"))
            expect(page.get_by_role("heading", level=1)).to_have_text("İşyeri Kartı Bilgileri")

    def test_step_08_below_row_5_is_one_row_6_7(self, way: Way) -> None:
        with way.step(8) as (page, hand):
            expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(
                [
                    "1. Kimlik",
                    "2. Yer",
                    "3. Faaliyet ve tehlike sınıfı",
                    "4. Çalışan sayısı",
                    "5. Banka İşlem Geçmişi",
                    "6–7. Kurumsal İletişim ve İzin İşlemleri",
                ]
            )
            hand.press(page.get_by_role("link", name="Kurumsal İletişim ve İzin İşlemleri"))
            expect(page.get_by_role("heading", level=1)).to_contain_text("Kurumsal İletişim ve İzin İşlemleri")

    def test_step_09_phone_without_the_leading_0_and_email(self, way: Way) -> None:
        with way.step(9) as (page, hand):
            phone, email = page.get_by_label("Beyan telefonu"), page.get_by_label("E-posta", exact=True)
            hand.write(phone, "05550000000")
            hand.write(email, "insan.kaynaklari@ornek.example")
            hand.press(page.get_by_role("button", name="Tamamla"))
            summary = page.get_by_role("main").get_by_role("alert")
            expect(summary).to_contain_text("Beyan telefonunu başındaki 0 olmadan yazın: 10 hane kalmalı.")
            expect(phone).to_have_value("05550000000")
            expect(email).to_have_value("insan.kaynaklari@ornek.example")
            expect(phone).to_have_attribute("aria-invalid", "true")
            hand.press(summary.get_by_role("link", name="Beyan telefonunu başındaki 0 olmadan yazın"))
            expect(phone).to_be_focused()
            hand.write(phone, "555 000 00 00")

    def test_step_10_province_and_district_come_from_the_register(self, way: Way) -> None:
        with way.step(10) as (page, hand):
            province, district = page.get_by_label("İl", exact=True), page.get_by_label("İlçe", exact=True)
            expect(page.get_by_text("Firmanızın kayıtlı olduğu il ve ilçe.")).to_be_visible()
            expect(province.locator("option:checked")).to_have_text(way.place[0])
            expect(district.locator("option:checked")).to_have_text(way.place[1])
            hand.choose(province, "Ankara")
            if not way.script:
                hand.press(page.get_by_role("button", name="İlçeleri getir"))
            expect(district.get_by_role("option", name="Sincan")).to_be_attached()
            expect(district.get_by_role("option", name=way.place[1])).not_to_be_attached()
            expect(district.locator("option:checked")).to_have_text("İlçe seçin")  # nobody chose one yet
            expect(page.get_by_label("Beyan telefonu")).to_have_value("555 000 00 00")
            hand.choose(district, "Sincan")

    def test_step_11_automatic_update_is_asked_and_never_preselected(self, way: Way) -> None:
        with way.step(11) as (page, hand):
            expect(page.get_by_role("heading", name="Otomatik güncelleme talimatı")).to_be_visible()
            choice = page.get_by_role("group", name="Otomatik Güncelleme")
            expect(choice.get_by_role("radio", name="Evet")).not_to_be_checked()
            expect(choice.get_by_role("radio", name="Hayır")).not_to_be_checked()
            hand.tick(choice.get_by_role("radio", name="Evet"))
            hand.press(page.get_by_role("button", name="Tamamla"))

    def test_step_12_main_screen_with_notice(self, way: Way) -> None:
        with way.step(12) as (page, hand):
            expect(page).to_have_title("Ana ekran · Katip")
            expect(page.get_by_role("status")).to_have_text("İşyeri kartınız kaydedildi.")
            expect(page.get_by_role("heading", level=1)).to_have_text("Onayınızı bekleyen 1 sözleşme var")
            hand.press(way.menu().get_by_role("link", name="İşyeri Kartı Bilgileri"))
            for declared in ("5550000000", "insan.kaynaklari@ornek.example", "Ankara, Sincan", "Evet, talimat verildi"):
                expect(page.get_by_role("definition").filter(has_text=declared)).to_be_visible()
