"""Every page that the way touches: axe finds nothing on it, on a phone and at a desk, in both languages, by day and by
night; nothing has to be scrolled sideways, and the sample installation says that it is one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.browsing import DESK, PHONE, Browsing
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

LONG_TITLE = "25231010110000170160296000"
"""the accountant's workplace with the longest title of all; what it waits for is only looked at here"""
CONTESTED = "24773010110000180160800000"
LANGUAGES = ("tr", "en")
AXE = Axe()
CONTRAST = "color-contrast"
WAITING: list[str] = []
"""the code of an application that waits at the counter: few may be made in an hour from one network"""
BANNER = {"tr": "Gösterim kurulumu: örnek veriler.", "en": "Demonstration installation: sample data."}


def faults(page: Page, **rules: object) -> list[str]:
    """What axe finds on the page as it is now: rule, place, and what is wrong there; by all rules, unless told."""
    options = {"resultTypes": ["violations"], **rules}
    if not page.evaluate("'axe' in window"):  # half a megabyte, once for a document
        page.evaluate(AXE.axe_script)
    found = page.evaluate("options => axe.run(options).then(told => told.violations)", options)
    return [
        f"{one['id']} at {node['target']}: {node['failureSummary']}".replace("\n", " ")
        for one in found
        for node in one["nodes"]
    ]


def coloured(judged: bool) -> dict[str, dict[str, bool]]:
    return {CONTRAST: {"enabled": judged}}


def look(page: Page, language: str) -> None:
    """At the desk, by night too, and on a phone.

    Colours cost four fifths of a look and are no matter of language: the desk's are judged in one, the phone's in the
    other.
    """
    assert page.locator("html").get_attribute("lang") == language
    assert BANNER[language] in page.locator("header").inner_text()
    page.set_viewport_size(DESK)  # type: ignore[arg-type] # a plain dict
    assert faults(page, rules=coloured(language == "tr")) == []
    if language == "tr":
        page.emulate_media(color_scheme="dark")
        dark = faults(page, runOnly=[CONTRAST])
        page.emulate_media(color_scheme="light")
        assert dark == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # as above
    assert faults(page, rules=coloured(language == "en")) == []
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], "scrolls sideways"


@dataclass
class Windows:
    """One window for each person and language."""

    browsing: Browsing
    open: dict[tuple[str | None, str], Page] = field(default_factory=dict)

    def of(self, key: str | None, language: str) -> Page:
        if (key, language) not in self.open:
            self.open[key, language] = self.browsing.open(key, language=language, reduced_motion="reduce")
        return self.open[key, language]


@pytest.fixture(scope="module")
def windows(browsing: Browsing) -> Windows:
    """The people of these tests, each in their capacity."""
    windows = Windows(browsing)
    number = browsing.product.process(LONG_TITLE, 103)
    windows.of("accountant", "tr").goto(f"/surecler/{number}/")  # and with it in the name of that workplace
    return windows


class At:
    """Ways to a page, without a word of any language."""

    def __init__(self, page: Page, product: Product) -> None:
        self.page, self.product = page, product

    def address(self, path: str) -> None:
        self.page.goto(path)

    def password(self) -> None:
        entry = self.product.cast["manager"]
        self.page.context.clear_cookies(name="sessionid")
        self.page.goto("/giris/")
        self.page.locator("[name=login]").fill(entry.national_id)
        self.page.locator("[name=password]").fill(entry.password)
        self.submit()

    def submit(self, form: str = "main form[method=post]") -> None:
        self.page.locator(form).last.locator(".actions button").click()

    def process(self, code: int = 103, tail: str = "", sgk_number: str = LONG_TITLE) -> None:
        self.page.goto(f"/surecler/{self.product.process(sgk_number, code)}/{tail}")

    def decided(self) -> None:
        query = (
            "SELECT min(s.process_id) FROM processes_decision d JOIN processes_step s ON s.id = d.step_id "
            "JOIN identity_person p ON p.id = d.person_id "
            "WHERE s.party = 'employer' AND p.given_name || ' ' || p.family_name = %s"
        )
        ((number,),) = self.product.rows(query, self.product.cast["accountant"].name)
        self.page.goto(f"/surecler/{number}/sonuc/")

    def together(self, *codes: int) -> None:
        numbers = "&".join(f"surec={self.product.process(LONG_TITLE, code)}" for code in codes)
        self.page.goto(f"/surecler/birlikte/?{numbers}")

    def capacity(self, which: str) -> None:
        self.page.goto("/secim/")
        self.page.locator(f"[name=secim][value={which}]").check()
        self.submit()

    def office(self) -> None:
        self.page.goto("/secim/")
        self.page.locator("[name=secim][value^=gorevli]").check()
        self.submit()

    def reasoned(self) -> None:
        """In the office, having said why people are about to be looked up."""
        self.office()
        self.page.goto("/gorevli/neden/")
        self.page.locator("[name=reason]").first.check()
        self.page.locator("[name=matter]").fill("2026/118")
        self.page.locator("main form:has([name=matter]) .actions button").click()

    def nobody_by_number(self) -> None:
        self.page.goto("/profesyoneller/")
        self.page.locator("main details summary").last.click()
        self.submit()

    def first_row(self) -> None:
        self.page.locator("main table a.row-link").first.click()

    def fetched(self) -> None:
        self.page.goto("/firmalar/")
        self.page.locator("form[action='/firmalar/getir/'] button").click()

    def refused(self, path: str) -> None:
        self.page.goto(path)
        self.submit()

    def applied(self, key: str = "stranger") -> None:
        """An application in somebody's name, without being signed in."""
        entry = self.product.cast[key]
        given_name, _, family_name = entry.name.partition(" ")
        self.page.goto("/basvuru/")
        self.page.locator("[name=purpose]").first.check()
        typed = {"national_id": entry.national_id, "given_name": given_name, "family_name": family_name}
        for name, text in typed.items():
            self.page.locator(f"[name={name}]").fill(text)
        self.submit()

    def case(self) -> None:
        """An application opened at the desk by its code; the same one as long as it is not decided."""
        if not WAITING:
            browser = self.page.context.browser
            assert browser is not None
            elsewhere = browser.new_context(base_url=self.product.origin)
            applicant = At(elsewhere.new_page(), self.product)
            applicant.applied("colleague")
            WAITING.append(applicant.page.locator(".title.code").inner_text())
            elsewhere.close()
        self.office()
        self.page.goto("/gorevli/gise/")
        self.page.locator("[name=code]").fill(WAITING[0])
        self.page.locator("[name=code]").press("Enter")
        self.page.locator("[name=photo]").wait_for()

    def main_button(self) -> None:
        self.page.locator("main form button.main").click()

    def card(self) -> None:
        """The page on which the card is read for the case that is open."""
        self.page.locator("main form[action$='/kart/'] button").click()
        self.page.locator("#durum-kodu").wait_for()

    def confirmed(self) -> None:
        """The case that is open, confirmed."""
        for name in ("photo", "number", "names", "valid"):
            self.page.locator(f"[name={name}]").check()
        self.page.locator("main form[action$='/onayla/'] button.main").click()
        WAITING.clear()
        self.page.locator(".title.code").wait_for()

    def reading(self) -> None:
        """What is read before many steps are approved at once, of one workplace."""
        self.page.goto(f"/bekleyenler/?ara={LONG_TITLE}")
        self.page.locator("main form button[name=kapsam][value=tumu]").first.click()

    def provider(self) -> None:
        self.fetched()
        self.page.locator("[name=firma]").first.check()
        self.submit()


Go = Callable[[At], None]


def to(path: str) -> Go:
    return lambda at: at.address(path)


def in_turn(*ways: Go) -> Go:
    def go(at: At) -> None:
        for way in ways:
            way(at)

    return go


PAGES: dict[str, tuple[str | None, Go]] = {
    "start": (None, to("/")),
    "help": (None, to("/yardim/")),
    "accessibility": (None, to("/erisilebilirlik/")),
    "privacy": (None, to("/gizlilik/")),
    "privacy notice": (None, to("/aydinlatma/")),
    "how long data are kept": (None, to("/saklama/")),
    "own data": ("accountant", to("/hesabim/kisisel-verilerim/")),
    "request about data, refused": ("accountant", lambda at: at.refused("/hesabim/kisisel-verilerim/basvuru/")),
    "requests about data": ("operator", in_turn(At.office, to("/gorevli/kisisel-veri-basvurulari/"))),
    "not found": (None, to("/boyle-bir-sayfa-yok/")),
    "components": (None, to("/_parcalar/")),
    "check of a document, refused": (None, to("/dogrula/?no=K7F3")),
    "calculator": (None, to("/hesapla/")),
    "calculator answered": (None, to("/hesapla/?calisan=620&sinif=cok&igu=4000&igu_tam=1&ih=9300&dsp=0")),
    "calculator refused": (None, to("/hesapla/?calisan=on&nace=99.99.99&igu=x")),
    "calculator with the column": ("accountant", to("/hesapla/?calisan=12&sinif=tehlikeli")),
    "sign-in": (None, to("/giris/")),
    "sign-in after the time-out": (None, to("/giris/?sure-doldu=1")),
    "sign-in refused": (None, lambda at: at.refused("/giris/")),
    "second step": (None, At.password),
    "second step refused": (None, in_turn(At.password, At.submit)),
    "stopped without two steps": ("newcomer", to("/iki-asamali-giris/")),
    "code typed after the password": ("newcomer", to("/iki-asamali-giris/kod/")),
    "card, what is needed": ("newcomer", to("/iki-asamali-giris/kart/")),
    "card, waiting for the reader": ("newcomer", in_turn(to("/iki-asamali-giris/kart/"), At.main_button)),
    "account to open": (None, to("/hesap-ac/")),
    "account to open, refused": (None, lambda at: at.refused("/hesap-ac/")),
    "account": ("stranger", to("/hesabim/")),
    "account with the column": ("accountant", to("/hesabim/")),
    "account, notices": ("accountant", to("/hesabim/bildirimler/")),
    "account, history": ("accountant", to("/hesabim/hareketler/")),
    "account, password refused": ("accountant", lambda at: at.refused("/hesabim/sifre/")),
    "account, address": ("accountant", to("/hesabim/e-posta/")),
    "capacity": ("stranger", to("/secim/")),
    "capacity refused": ("stranger", lambda at: at.refused("/secim/")),
    "companies not yet fetched": ("physician", to("/firmalar/")),
    "companies, none": ("stranger", At.fetched),
    "companies": ("accountant", At.fetched),
    "companies, none picked": ("accountant", in_turn(At.fetched, At.submit)),
    "companies, none found": ("accountant", to("/firmalar/?ara=yok")),
    "home": ("accountant", to("/ana-ekran/")),
    "menu": ("accountant", to("/ana-ekran/#menu")),
    "help with the column": ("accountant", to("/yardim/")),
    "contracts that wait": ("accountant", to("/sozlesmeler/?liste=bekleyen")),
    "contracts that run, none": ("accountant", to("/sozlesmeler/?liste=devam")),
    "contracts, all": ("accountant", to("/sozlesmeler/?liste=tum")),
    "contracts, none ticked": ("accountant", to("/surecler/git/")),
    "step": ("accountant", At.process),
    "step refused": ("accountant", in_turn(At.process, At.submit)),
    "steps together": ("accountant", lambda at: at.together(103, 140)),
    "steps together refused": ("accountant", in_turn(lambda at: at.together(103, 140), At.submit)),
    "reject": ("accountant", lambda at: at.process(tail="reddet/")),
    "reject refused": ("accountant", in_turn(lambda at: at.process(tail="reddet/"), At.submit)),
    "card": ("accountant", to("/isyeri-karti/")),
    "contact": ("accountant", to("/isyeri-karti/iletisim-ve-izin/")),
    "contact refused": ("accountant", lambda at: at.refused("/isyeri-karti/iletisim-ve-izin/")),
    "own staff": ("accountant", to("/kendi-personelimiz/")),
    "own staff, form": ("accountant", to("/kendi-personelimiz/gorevlendir/")),
    "own staff, refused": ("accountant", lambda at: at.refused("/kendi-personelimiz/gorevlendir/")),
    "own undertaking": ("accountant", to("/sahsen-ustlenme/")),
    "own undertaking, refused": ("accountant", lambda at: at.refused("/sahsen-ustlenme/kaydet/")),
    "staff": ("manager", in_turn(At.provider, to("/personel/"))),
    "staff, refused": ("manager", in_turn(At.provider, lambda at: at.refused("/personel/oner/"))),
    "managers": ("principal", in_turn(At.provider, to("/sorumlu-mudurler/"))),
    "managers, refused": ("principal", in_turn(At.provider, lambda at: at.refused("/sorumlu-mudurler/gorevlendir/"))),
    "own records": ("specialist", in_turn(lambda at: at.capacity("bireysel"), to("/kendi-kayitlarim/"))),
    "all that waits": ("accountant", to("/bekleyenler/")),
    "all that waits, nothing found": ("accountant", to("/bekleyenler/?ara=yok")),
    "many to approve": ("accountant", At.reading),
    "many to approve, refused": ("accountant", in_turn(At.reading, At.submit)),
    "runs": ("accountant", to("/toplu/")),
    "notices": ("accountant", to("/bildirimler/")),
    "preferences of notices": ("accountant", to("/hesabim/bildirim-tercihleri/")),
    "provider's board": ("manager", in_turn(At.provider, to("/takip/"))),
    "provider's figures": ("manager", in_turn(At.provider, to("/takip/sayilar/"))),
    "offers to make anew": ("manager", in_turn(At.provider, to("/toplu/yeniden-teklif/"))),
    "contracts to end": ("manager", in_turn(At.provider, to("/toplu/sonlandir/"))),
    "guide": (None, to("/kilavuz/")),
    "programs": ("manager", in_turn(At.provider, to("/programlar/"))),
    "webhook, refused": ("manager", in_turn(At.provider, lambda at: at.refused("/programlar/webhook/yeni/"))),
    "step up": ("accountant", to("/giris/yeniden/")),
    "result": ("accountant", At.decided),
    "contracts of a provider": ("manager", in_turn(At.provider, to("/sozlesmeler/?liste=tum"))),
    "assignments": ("specialist", lambda at: at.capacity("bireysel")),
    "step of a professional": ("specialist", lambda at: at.process(sgk_number="24776010110000030160882000")),
    "card refused in one's own name": ("specialist", in_turn(lambda at: at.capacity("bireysel"), to("/isyeri-karti/"))),
    "capacity board": ("manager", in_turn(At.provider, to("/kapasite/"))),
    "capacity board, nobody found": ("manager", in_turn(At.provider, to("/kapasite/?dakika=99999"))),
    "capacity of one person": ("manager", in_turn(At.provider, to("/kapasite/"), At.first_row)),
    "own minutes": ("specialist", in_turn(lambda at: at.capacity("bireysel"), to("/surelerim/"))),
    "capacity with an office": ("inspector", to("/secim/")),
    "application to be verified": (None, to("/basvuru/")),
    "application refused": (None, lambda at: at.refused("/basvuru/")),
    "application, the sheet": (None, At.applied),
    "application to take back": (None, in_turn(At.applied, to("/basvurum/iptal/"))),
    "application of someone with a password": ("newcomer", to("/basvuru/")),
    "application needless": ("stranger", to("/basvuru/")),
    "application by its code": ("stranger", lambda at: at.refused("/basvurum/")),
    "counter": ("counter", in_turn(At.office, to("/gorevli/"))),
    "counter, a case": ("counter", At.case),
    "counter, one's day": ("counter", in_turn(At.office, to("/gorevli/gise/bugun/"))),
    "counter, card of a case": ("counter", in_turn(At.case, At.card)),
    "counter, code to hand over": ("counter", in_turn(At.case, At.confirmed)),
    "operation": ("operator", in_turn(At.office, to("/isletim/"))),
    "branches": ("operator", in_turn(At.office, to("/gorevli/subeler/"))),
    "branch": ("operator", in_turn(At.office, to("/gorevli/subeler/"), At.first_row)),
    "branch to open, refused": ("operator", in_turn(At.office, lambda at: at.refused("/gorevli/subeler/yeni/"))),
    "counter reviews": ("supervisor", in_turn(At.office, to("/gorevli/gise/denetim/"))),
    "overview": ("inspector", in_turn(At.office, to("/genel-bakis/"))),
    "overview of a province": ("inspector", in_turn(At.office, to("/genel-bakis/?il=16"))),
    "months, none yet": ("inspector", in_turn(At.office, to("/genel-bakis/aylar/"))),
    "months, to whoever plans them": ("operator", in_turn(At.office, to("/genel-bakis/aylar/"))),
    "workplaces lacking somebody": ("inspector", in_turn(At.office, to("/genel-bakis/eksik-isyerleri/?il=16"))),
    "workplace to read": ("inspector", in_turn(At.reasoned, to("/genel-bakis/eksik-isyerleri/?il=16"), At.first_row)),
    "providers": ("directorate", in_turn(At.office, to("/hizmet-verenler/"))),
    "provider": ("directorate", in_turn(At.reasoned, to("/hizmet-verenler/"), At.first_row)),
    "professionals, none found": ("directorate", in_turn(At.reasoned, At.nobody_by_number)),
    "professional": ("directorate", in_turn(At.reasoned, to("/profesyoneller/"), At.first_row)),
    "reason to look people up, refused": ("directorate", in_turn(At.office, lambda at: at.refused("/gorevli/neden/"))),
    "who looked": ("specialist", to("/hesabim/verilerime-kim-bakti/")),
    "provider to authorise": ("directorate", in_turn(At.office, lambda at: at.refused("/hizmet-verenler/yeni/"))),
    "certificate to authorise": ("directorate", in_turn(At.office, lambda at: at.refused("/profesyoneller/yeni/"))),
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on(name: str, windows: Windows) -> None:
    key, go = PAGES[name]
    for language in LANGUAGES:
        page = windows.of(key, language)
        go(At(page, windows.browsing.product))
        look(page, language)


def test_axe_finds_nothing_on_the_page_of_a_step_that_is_decided(windows: Windows, visit: Browsing) -> None:
    pages = [
        windows.of("accountant", "tr"),
        windows.of("accountant", "en"),
        visit.open("accountant", reduced_motion="reduce"),
    ]
    number = visit.product.process(CONTESTED, 140)
    for page in pages:
        page.goto(f"/surecler/{number}/")
        page.locator("[name=read]").check()
    for page in reversed(pages):
        At(page, visit.product).submit()
        page.wait_for_load_state()
    for page, language in zip(pages, LANGUAGES, strict=False):
        assert page.locator("h1").inner_text() in {"Bu adım zaten tamamlandı", "This step is already completed"}
        look(page, language)
    look(pages[2], "tr")
