"""Two ways to use a page: with a pointer, and with the keyboard alone."""

from typing import Protocol

from playwright.sync_api import Locator, Page


class Hand(Protocol):
    """What people do to a page."""

    def press(self, target: Locator) -> None:
        """A link or a button."""

    def tick(self, target: Locator) -> None:
        """A checkbox, or one of several radio buttons."""

    def write(self, target: Locator, text: str) -> None:
        """Into a field, over what stands there."""

    def choose(self, target: Locator, option: str) -> None:
        """One of a list."""


class Pointer:
    """A mouse or a finger, and a keyboard to write."""

    def press(self, target: Locator) -> None:
        target.click()

    def tick(self, target: Locator) -> None:
        target.check()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def choose(self, target: Locator, option: str) -> None:
        target.select_option(label=option)


_FAR = 150
_IS_FOCUSED = "element => element === document.activeElement"
_GROUP_IS_FOCUSED = (
    "element => document.activeElement.type === 'radio' && document.activeElement.name === element.name"
    " && document.activeElement.form === element.form"
)
_IS_BEHIND = "element => document.activeElement.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING"
_SHOWS_FOCUS = """element => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return element.matches(":focus-visible")
        && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
        && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}"""


class Keyboard:
    """Tab, Enter, Space, arrows and letters; whatever gets the focus must show it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def tick(self, target: Locator) -> None:
        if target.get_attribute("type") == "checkbox":
            self._reach(target)
            self.page.keyboard.press("Space")
        else:
            self._reach(target, _GROUP_IS_FOCUSED)
            for _ in range(_FAR):
                if target.evaluate(_IS_FOCUSED):
                    break
                self.page.keyboard.press("ArrowDown")
            if not target.is_checked():
                self.page.keyboard.press("Space")
        assert target.is_checked()

    def write(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, target: Locator, option: str) -> None:
        assert option.isascii(), "a list is searched by the keys of a plain keyboard"
        self._reach(target)
        self.page.keyboard.type(option)

    def _reach(self, target: Locator, reached: str = _IS_FOCUSED) -> None:
        """Walk with Tab until the focus is there."""
        key = "Shift+Tab" if target.evaluate(_IS_BEHIND) else "Tab"
        for _ in range(_FAR):
            if target.evaluate(reached):
                break
            self.page.keyboard.press(key)
        else:
            raise AssertionError(f"{_FAR} times {key} do not reach {target}")
        assert self.page.locator(":focus").evaluate(_SHOWS_FOCUS), f"the focus does not show on {target}"
