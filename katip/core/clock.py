"""Time as the law here counts it: stored in UTC, reckoned in Istanbul. What "now" is comes in as an argument."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ISTANBUL = ZoneInfo("Europe/Istanbul")


def day_of(at: datetime) -> date:
    """The day that a moment falls on in Turkey."""
    return at.astimezone(ISTANBUL).date()
