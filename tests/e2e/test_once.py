"""A form that is pressed twice, or gone back to and sent again, is saved once."""

import re

import psycopg
import pytest
from playwright.sync_api import Page, expect

from katip.core.postgres import server_find
from tests.e2e.browsing import PHONE, WAIT, Browsing
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e
SENTENCE = "Bu form daha önce kaydedilmiş; ikinci kez kaydedilmedi."


def written(page: Page, text: str) -> None:
    page.goto("/hesabim/kisisel-verilerim/basvuru/")
    page.locator("main [type=radio]").first.check()
    page.locator("main textarea").fill(text)


def requests(product: Product, text: str) -> int:
    ((count,),) = product.rows("SELECT count(*) FROM keeping_datarequest WHERE text = %s", text)
    return int(count)


def come(page: Page, product: Product, count: int) -> None:
    """Wait until so many requests wait in the database."""
    for _ in range(WAIT // 50):
        ((waiting,),) = product.rows("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
        if waiting >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(count)


def test_pressed_twice_without_script_it_is_saved_once(visit: Browsing) -> None:
    page, product, text = visit.open("stranger", java_script_enabled=False, viewport=PHONE), visit.product, "İki kez."
    written(page, text)
    button = page.locator("main form button.main")
    button.scroll_into_view_if_needed()
    box, server = button.bounding_box(), server_find(product.data)
    assert box is not None
    assert server
    with psycopg.connect(**server.dsn("owner")) as connection:
        # Neither is taken in before both have come.
        connection.execute("LOCK TABLE core_sentform IN SHARE ROW EXCLUSIVE MODE")
        for press in (1, 2):
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            come(page, product, press)
    expect(page).to_have_url(re.compile("/basvurular/"))
    assert requests(product, text) == 1


def test_gone_back_to_it_is_the_same_form_until_it_is_changed(visit: Browsing) -> None:
    page, product, text = visit.open("stranger"), visit.product, "Geri döndüm."
    written(page, text)
    page.locator("main form button.main").click()
    page.get_by_text("Başvurunuz alındı.").wait_for()
    page.go_back()
    page.locator("main form button.main").click()
    page.get_by_text(SENTENCE).wait_for()
    assert requests(product, text) == 1
    page.go_back()
    page.locator("main textarea").fill(f"{text} Bir şey daha.")
    page.locator("main form button.main").click()
    page.get_by_text("Başvurunuz alındı.").wait_for()
    assert requests(product, f"{text} Bir şey daha.") == 1
