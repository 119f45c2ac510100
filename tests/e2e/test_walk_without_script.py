"""The guide's way on a phone whose browser runs no script: *İlçeleri getir* does what a script would."""

import pytest

from tests.e2e.browsing import PHONE, Browsing
from tests.e2e.hands import Pointer
from tests.e2e.walk import Walk, Way

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def way(browsing: Browsing) -> Way:
    """The accountant, for one of 300 workplaces."""
    page = browsing.open(java_script_enabled=False, viewport=PHONE, is_mobile=True, has_touch=True)
    company = "Deneme Tekstil Sanayi A.Ş."
    return Way(browsing, page, Pointer(), "accountant", company, ("Bursa", "Nilüfer"), script=False)


class TestWalkWithoutScript(Walk):
    """All steps."""
