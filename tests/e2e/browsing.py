"""A browser as visitors have it, kept inside the house, with an ear for everything that goes wrong on a page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.e2e.product import Product

WAIT = 10_000
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
_ARGUMENTS = ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost", "--disable-component-update", "--no-pings"]
_OF_THE_ANSWER = "Failed to load resource"
"""Chromium also tells the console of every answer from 400 on; `_answered` judges those"""


class Browsing:
    """Opens pages of the product for its people; what goes wrong on them gathers in `trouble`."""

    def __init__(self, browser: Browser, product: Product, trouble: list[str]) -> None:
        self.browser, self.product, self.trouble = browser, product, trouble
        self.contexts: list[BrowserContext] = []

    def open(self, key: str | None = None, *, language: str = "tr", **options: Any) -> Page:
        """A window of its own; with `key`, of that person, signed in once for all tests."""
        if key is not None:
            options["storage_state"] = self._state(key)
        context = self.browser.new_context(
            base_url=self.product.origin, viewport=options.pop("viewport", DESK), locale="tr-TR", **options
        )
        self.contexts.append(context)
        context.set_default_timeout(WAIT)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.trouble.append(f"script: {error.error}"))
        if language != "tr":
            context.add_cookies([{"name": "django_language", "value": language, "url": self.product.origin}])
        return context.new_page()

    def close(self, *, keep: int = 0) -> None:
        """Close the windows opened after the first `keep`."""
        for context in self.contexts[keep:]:
            context.close()
        del self.contexts[keep:]

    def sign_in(self, page: Page, key: str) -> None:
        """From the sign-in page through both steps."""
        self.password_give(page, key)
        self.code_give(page, self.product.code(key))

    def password_give(self, page: Page, key: str) -> None:
        """The first step."""
        entry = self.product.cast[key]
        page.get_by_label("T.C. kimlik no").fill(entry.national_id)
        page.get_by_label("Şifre", exact=True).fill(entry.password)
        page.get_by_role("button", name="Devam et").click()

    def code_give(self, page: Page, code: str) -> None:
        """The second step."""
        page.get_by_label("6 haneli kod").fill(code)
        page.get_by_role("button", name="Kodla gir").click()

    def company_choose(self, page: Page, title: str) -> None:
        """Act for this company from now on, through the box of companies."""
        page.goto("/firmalar/")
        page.get_by_role("button", name="E-Bildirge kullanıcısı olduğum firmaları getir").click()
        page.get_by_label("Firma ara").fill(title)
        page.get_by_role("button", name="Ara", exact=True).click()
        page.get_by_role("radio", name=title).first.check()
        page.get_by_role("button", name="Bu firmayla devam et").click()

    def _state(self, key: str) -> Any:
        states = self.product.states
        if key not in states:
            page = self.open()
            page.goto("/giris/")
            self.password_give(page, key)
            if self.product.cast[key].totp_secret:
                self.code_give(page, self.product.code(key))
            states[key] = page.context.storage_state()
            self.contexts.remove(page.context)
            page.context.close()
        return states[key]

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"{self.product.origin}/", "data:", "blob:")):
            self.trouble.append(f"asks elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        limit = 500 if response.request.resource_type == "document" else 400
        if response.status >= limit:
            self.trouble.append(f"{response.status}: {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_OF_THE_ANSWER):
            self.trouble.append(f"console: {message.text}")


@contextmanager
def browser_run() -> Iterator[Browser]:
    """Chromium without a window, talking to nobody but localhost."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("KATIP_CHROMIUM") or "/usr/bin/chromium",
            chromium_sandbox=os.geteuid() != 0,
            args=_ARGUMENTS,
        )
        try:
            yield browser
        finally:
            browser.close()
