"""The offer wizard and the sheets of offers in a browser: back and forth, without script, on a phone, for everybody."""

from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from katip.documents.offers import offers_write
from katip.rules import parse_sgk_number
from tests.e2e.browsing import PHONE, Browsing
from tests.e2e.product import Product
from tests.e2e.test_axe import At, look

pytestmark = pytest.mark.e2e

FREE = """
SELECT workplace.sgk_number, workplace.title FROM registry_workplace AS workplace
JOIN registry_activityhazard AS hazard ON hazard.activity_id = workplace.activity_id AND hazard.valid_to IS NULL
WHERE hazard.hazard_class = %s AND workplace.closed_on IS NULL
  AND EXISTS (SELECT FROM registry_headcount AS headcount WHERE headcount.workplace_id = workplace.id
              AND headcount.employees BETWEEN 1 AND 40)
  AND NOT EXISTS (SELECT FROM contracts_contract AS contract WHERE contract.workplace_id = workplace.id)
ORDER BY workplace.id
"""
STEPS = ("surec", "bilgi", "isyeri", "profesyonel", "sure", "kontrol", "sil")


def free_places(product: Product, hazard: str) -> list[tuple[str, str]]:
    """Workplaces that nobody serves, by SGK number and title."""
    return [(str(number), str(title)) for number, title in product.rows(FREE, hazard)]


def begin(page: Page, product: Product) -> None:
    """As the manager, in the provider's name, at the first question."""
    At(page, product).provider()
    page.goto("/teklifler/yeni/")


def go_on(page: Page) -> None:
    """The step's one filled button."""
    page.locator("main form[method=post] button.main").last.click()
    page.wait_for_load_state()


def to_workplace(page: Page, code: str = "103") -> None:
    page.locator(f"[name=code][value='{code}']").check()
    go_on(page)
    page.locator("[name=read]").check()
    go_on(page)


def pick_fit(page: Page) -> str:
    """The first person on the list who can serve; returns the name."""
    line = page.locator(".picker li", has=page.locator(".tag.ok")).first
    name = line.locator("b").inner_text()
    line.locator("[name=professional]").check()
    return name


def send(page: Page, product: Product) -> None:
    """Send; the second step is asked again where the last one is old."""
    go_on(page)
    if "/giris/yeniden/" in page.url:
        page.locator("[name=code]").fill(product.code("manager"))
        go_on(page)


def walk(page: Page, product: Product, place: tuple[str, str], *, pasted: str) -> None:
    """From the first question to the result."""
    begin(page, product)
    to_workplace(page)
    page.locator("[name=sgk_number]").fill(pasted)
    go_on(page)
    expect(page.locator("h1")).to_have_text("Kim görev alacak?")
    name = pick_fit(page)
    go_on(page)
    expect(page.locator("h1")).to_have_text("Ayda ne kadar süre?")
    minimum = page.locator("[name=minutes]").input_value()
    assert int(minimum) > 0
    page.get_by_role("button", name="Hesapla").click()
    expect(page.get_by_role("status")).to_contain_text("yasal süre tam karşılanır")
    go_on(page)
    expect(page.locator("h1")).to_have_text("Teklifi denetleyin")
    expect(page.locator("main")).to_contain_text(place[1])
    send(page, product)
    expect(page.locator("h1")).to_have_text("Teklif gönderildi")
    expect(page.locator("main")).to_contain_text(f"Sıra profesyonelde: {name}")


def test_an_offer_is_made_by_pasting_the_number_with_dashes(visit: Browsing) -> None:
    place = free_places(visit.product, "low")[0]
    pasted = parse_sgk_number(place[0]).grouped().replace(" ", "-")
    walk(visit.open("manager"), visit.product, place, pasted=pasted)


def test_an_offer_is_made_on_a_phone_without_script(visit: Browsing) -> None:
    place = free_places(visit.product, "low")[1]
    page = visit.open("manager", java_script_enabled=False, viewport=PHONE, is_mobile=True, has_touch=True)
    walk(page, visit.product, place, pasted=place[0])


def test_the_back_button_loses_nothing(visit: Browsing) -> None:
    place, page = free_places(visit.product, "hazardous")[0], visit.open("manager")
    begin(page, visit.product)
    to_workplace(page)
    page.locator("[name=sgk_number]").fill(place[0])
    go_on(page)
    name = pick_fit(page)
    go_on(page)
    page.locator("[name=minutes]").fill("900")
    go_on(page)
    expect(page.locator("h1")).to_have_text("Teklifi denetleyin")
    page.go_back()
    expect(page.locator("[name=minutes]")).to_have_value("900")
    page.go_back()
    expect(page.locator(".picker li", has_text=name).locator("[name=professional]")).to_be_checked()
    page.go_back()
    expect(page.locator("[name=sgk_number]")).to_have_value(parse_sgk_number(place[0]).grouped())
    page.go_back()
    expect(page.locator("[name=read]")).to_be_checked()
    go_on(page)  # and from there on again, through the very same pages
    expect(page.locator("h1")).to_have_text("Teklifi denetleyin")
    expect(page.locator("main")).to_contain_text("900 dakika")
    page.goto("/teklifler/")
    expect(page.locator("main")).to_contain_text(place[1])


def test_two_windows_of_one_draft_tell_the_slower_one(visit: Browsing) -> None:
    place, page = free_places(visit.product, "low")[2], visit.open("manager")
    begin(page, visit.product)
    to_workplace(page)
    page.locator("[name=sgk_number]").fill(place[0])
    go_on(page)
    pick_fit(page)
    go_on(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("[name=minutes]").fill("400")
    go_on(other)
    page.locator("[name=minutes]").fill("500")
    go_on(page)
    expect(page.locator(".summary")).to_contain_text("başka bir pencerede")
    expect(page.locator("[name=minutes]")).to_have_value("500")
    go_on(page)
    expect(page.locator("main")).to_contain_text("500 dakika")


@pytest.fixture(scope="module")
def draft(browsing: Browsing) -> str:
    """A draft with every question answered, and more minutes than anybody has; its address."""
    page, place = browsing.open("manager"), free_places(browsing.product, "low")[3]
    begin(page, browsing.product)
    to_workplace(page)
    page.locator("[name=sgk_number]").fill(place[0])
    go_on(page)
    pick_fit(page)
    go_on(page)
    page.locator("[name=minutes]").fill("40000")
    page.get_by_role("button", name="Hesapla").click()
    expect(page.locator(".notice.bad").first).to_contain_text("dakika eksik")
    return page.url.rsplit("/", 2)[0]


@pytest.mark.parametrize("language", ["tr", "en"])
def test_axe_finds_nothing_on_the_wizard(visit: Browsing, draft: str, language: str) -> None:
    page = visit.open("manager", language=language, reduced_motion="reduce")
    for path in ("/teklifler/", "/teklifler/yeni/", *(f"{draft}/{step}/" for step in STEPS)):
        page.goto(path)
        look(page, language)
    for path in ("/teklifler/yeni/", f"{draft}/profesyonel/"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('input[type=radio]').forEach(one => one.checked = false)")
        go_on(page)
        look(page, language)
    page.goto(f"{draft}/isyeri/")
    page.locator("[name=sgk_number]").fill("12")
    go_on(page)
    look(page, language)


def test_a_sheet_is_checked_offered_and_easy_on_everybody(visit: Browsing) -> None:
    product = visit.product
    places = free_places(product, "low")[-3:]
    number = product.cast["specialist"].national_id
    page = visit.open("manager", reduced_motion="reduce")
    At(page, product).provider()
    page.goto("/teklifler/toplu/")
    look(page, "tr")

    def upload(rows: list[list[str]]) -> None:
        page.goto("/teklifler/toplu/")
        content = BytesIO(offers_write(rows)).getvalue()
        page.locator("[name=file]").set_input_files({"name": "teklifler.xlsx", "mimeType": "", "buffer": content})
        go_on(page)

    right = [[place[0], number, "103", "", ""] for place in places]
    upload([*right, ["2" * 26, number, "103", "", ""], ["x", "y", "z", "?", "?"]])
    expect(page.locator("h1")).to_have_text("Dosyada düzeltilecek satırlar var")
    look(page, "tr")
    upload(right)
    expect(page.locator("h1")).to_have_text("Bütün satırlar uygun")
    look(page, "tr")
    with page.expect_download() as download:
        page.get_by_role("link", name="Sonuçları indir").click()
    assert download.value.suggested_filename.startswith("teklif-sonuclari-")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # a plain dict
    page.get_by_role("button", name="Hepsini teklif et (3)").click()
    if "/giris/yeniden/" in page.url:
        page.locator("[name=code]").fill(product.code("manager"))
        go_on(page)
    expect(page.locator("h1")).to_have_text("Teklifler gönderildi")
    look(page, "tr")
    sent = (
        "SELECT count(*) FROM contracts_contract c JOIN registry_workplace w ON w.id = c.workplace_id "
        "WHERE w.sgk_number = ANY(%s)"
    )
    assert product.rows(sent, [place[0] for place in places]) == [(3,)]
