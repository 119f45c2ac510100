"""The guide's way with the keyboard alone: whatever gets the focus shows it."""

import pytest

from tests.e2e.browsing import Browsing
from tests.e2e.hands import Keyboard
from tests.e2e.walk import Walk, Way

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def way(browsing: Browsing) -> Way:
    """The accountant, for one of 300 workplaces."""
    page = browsing.open()
    return Way(browsing, page, Keyboard(page), "accountant", "Misal Mobilya San. Ltd. Şti.", ("Bursa", "İnegöl"))


class TestWalkByKeyboard(Walk):
    """All steps."""
