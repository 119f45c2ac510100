"""Numbers, dates and minutes as people write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from katip.web import format as fmt


@pytest.mark.parametrize(
    ("minutes", "turkish", "english"),
    [
        (0, "0 dakika", "0 minutes"),
        (1, "1 dakika", "1 minute"),
        (45, "45 dakika", "45 minutes"),
        (60, "60 dakika (1 saat)", "60 minutes (1 hour)"),
        (90, "90 dakika (1 saat 30 dakika)", "90 minutes (1 hour 30 minutes)"),
        (240, "240 dakika (4 saat)", "240 minutes (4 hours)"),
        (11_700, "11.700 dakika (195 saat)", "11,700 minutes (195 hours)"),
    ],
)
def test_minutes(minutes: int, turkish: str, english: str) -> None:
    assert fmt.minutes_text(minutes) == turkish
    assert fmt.minutes_text(minutes, "en") == english


@pytest.mark.parametrize(
    ("typed", "read"),
    [("240", "240"), (" 1.170 ", "1170"), ("11,700", "11700"), ("11 700", "11700"), ("10,5", "10,5"), ("1.17", "1.17")],
)
def test_thousands_are_read_in_either_language_and_fractions_are_not(typed: str, read: str) -> None:
    assert fmt.ungrouped(typed) == read


def test_numbers_and_money() -> None:
    assert fmt.number_text(1234) == "1.234"
    assert fmt.number_text(1_234_567, "en") == "1,234,567"
    assert (fmt.percent_text(25), fmt.percent_text(25, "en")) == ("%25", "25%")
    assert fmt.money_text(Decimal(4800)) == "4.800,00 TL"
    assert fmt.money_text(Decimal("1234.505")) == "1.234,51 TL"
    assert fmt.money_text(Decimal(4800), "en") == "TRY 4,800.00"


def test_days() -> None:
    day = date(2026, 11, 27)
    assert fmt.date_text(day) == "27.11.2026"
    assert fmt.date_text(day, "en") == "27 November 2026"
    assert fmt.deadline_text(day) == "27 Kasım Cuma"
    assert fmt.deadline_text(day, "en") == "Friday 27 November"
    assert fmt.month_text(date(2026, 10, 1)) == "Ekim 2026"
    assert fmt.month_text(date(2026, 10, 1), "en") == "October 2026"
    assert fmt.short_month_text(date(2026, 8, 1)) == "Ağu"


def test_a_moment_is_told_in_istanbul_time() -> None:
    moment = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
    assert fmt.moment_text(moment) == "28.11.2026 01:30"
    assert fmt.date_text(moment) == "28.11.2026"
    assert fmt.deadline_text(moment) == "28 Kasım Cumartesi"


def test_sgk_number_in_nine_groups() -> None:
    assert fmt.sgk_text("22212010112247420160872000") == "2 2212 01 01 1224742 016 08 72 000"
    assert fmt.sgk_text("2 2212 01 01 1224742 016 08 72 000") == "2 2212 01 01 1224742 016 08 72 000"
    assert fmt.sgk_text("123") == "123"
