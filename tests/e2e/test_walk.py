"""The guide's way with a pointer, as most people go it, at a desk."""

import pytest

from tests.e2e.browsing import Browsing
from tests.e2e.hands import Pointer
from tests.e2e.walk import Walk, Way

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def way(browsing: Browsing) -> Way:
    """The employer, for the main workplace."""
    company = "Örnek Ambalaj Sanayi ve Ticaret Ltd. Şti."
    return Way(browsing, browsing.open(), Pointer(), "employer", company, ("Bursa", "Nilüfer"))


class TestWalk(Walk):
    """All steps."""
