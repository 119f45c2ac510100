"""One running product for all browser tests, and a browser for each module of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import WAIT, Browsing, browser_run
from tests.e2e.product import Product, product_run

expect.set_options(timeout=WAIT)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, started as a user starts it, with a sample world of its own."""
    with product_run(tmp_path_factory.mktemp("product") / "demo") as running:
        yield running


@pytest.fixture(scope="session")
def trouble() -> list[str]:
    """What went wrong on the pages of the test that runs."""
    return []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ends with the module: while Playwright runs, Django refuses its database in the same thread."""
    with browser_run() as browser:
        yield browser


@pytest.fixture(scope="module")
def browsing(chromium: Browser, product: Product, trouble: list[str]) -> Iterator[Browsing]:
    """Windows that stay open for the module."""
    browsing = Browsing(chromium, product, trouble)
    yield browsing
    browsing.close()


@pytest.fixture
def visit(browsing: Browsing) -> Iterator[Browsing]:
    """Windows that the test's end closes."""
    before = len(browsing.contexts)
    yield browsing
    browsing.close(keep=before)


@pytest.fixture(autouse=True)
def _nothing_goes_wrong(trouble: list[str]) -> Iterator[None]:
    """No page may log an error, break the content policy, ask elsewhere or answer with a server error."""
    trouble.clear()
    yield
    assert not trouble
