"""Readers of cells that any list may have: text, dates, months, numbers, amounts, words.

Each takes the text of a cell that is not empty and returns the value to stage; each raises FormatError with a code that
`faults.REASONS` turns into a sentence.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from katip.core.turkish import fold
from katip.rules import FormatError

Value = TypeVar("Value")

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TURKISH_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_ISO_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_TURKISH_MONTH = re.compile(r"(\d{1,2})\.(\d{4})", re.ASCII)
_WHOLE = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+)", re.ASCII)
_TURKISH_AMOUNT = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d{1,2})?", re.ASCII)
_PLAIN_AMOUNT = re.compile(r"-?\d+\.\d{1,2}", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_EARLIEST_YEAR = 1900
_LATEST_YEAR = 2199
_REPLACED = "\ufffd"  # what a program put where it could not read a letter
_MANY = 4096  # distinct cells remembered by a reader; lists repeat their dates and words


def text(longest: int) -> Callable[[str], str]:
    """Read free text: composed letters, single blanks, `longest` characters. `bad_character`, `too_long`."""

    def read(cell: str) -> str:
        plain = unicodedata.normalize("NFC", " ".join(cell.split()))
        if _REPLACED in plain or (not plain.isprintable() and any(_is_bad(character) for character in plain)):
            raise FormatError("bad_character")
        if len(plain) > longest:
            raise FormatError("too_long", {"length": len(plain), "expected": longest})
        return plain

    return read


def _is_bad(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}


@lru_cache(_MANY)
def day(cell: str) -> date:
    """Read a date, `2026-01-31` or `31.01.2026`. `not_a_date`."""
    if found := _ISO_DATE.fullmatch(cell):
        year, month, number = found.groups()
    elif found := _TURKISH_DATE.fullmatch(cell):
        number, month, year = found.groups()
    else:
        raise FormatError("not_a_date")
    return _date(year, month, number, "not_a_date")


@lru_cache(_MANY)
def month(cell: str) -> date:
    """Read a month as its first day, `2026-01` or `01.2026`. `not_a_month`."""
    if found := _ISO_MONTH.fullmatch(cell):
        year, number = found.groups()
    elif found := _TURKISH_MONTH.fullmatch(cell):
        number, year = found.groups()
    else:
        raise FormatError("not_a_month")
    return _date(year, number, "1", "not_a_month")


def _date(year: str, month: str, number: str, code: str) -> date:
    if not _EARLIEST_YEAR <= int(year) <= _LATEST_YEAR:
        raise FormatError(code)
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise FormatError(code) from None


def whole_number(*, least: int, most: int) -> Callable[[str], int]:
    """Read whole numbers, dots between thousands allowed. `not_a_number`, `negative`, `too_small`, `too_large`."""

    def read(cell: str) -> int:
        _refuse_rounded(cell)
        if not _WHOLE.fullmatch(cell):
            raise FormatError("not_a_number")
        if len(cell) > len(str(most)) * 2:
            raise FormatError("too_large", {"most": most})
        number = int(cell.replace(".", ""))
        if number < 0:
            raise FormatError("negative")
        if number < least:
            raise FormatError("too_small", {"least": least})
        if number > most:
            raise FormatError("too_large", {"most": most})
        return number

    return read


def amount(cell: str) -> Decimal:
    """Read money of two decimals: `1.234,50`, `1234,5` or `1234.50`. `not_an_amount`, `negative`, `too_large`."""
    _refuse_rounded(cell)
    if _TURKISH_AMOUNT.fullmatch(cell):
        plain = cell.replace(".", "").replace(",", ".")
    elif _PLAIN_AMOUNT.fullmatch(cell):
        plain = cell
    else:
        raise FormatError("not_an_amount")
    most = Decimal(10) ** 12
    value = Decimal(plain)
    if value < 0:
        raise FormatError("negative")
    if value >= most:
        raise FormatError("too_large", {"most": "999.999.999.999,99"})
    return value


def word(meanings: Mapping[str, tuple[str, ...]]) -> Callable[[str], str]:
    """Read one of some words: each meaning as itself or as one of its synonyms, in any case. `unknown_word`."""
    known = {_word_key(each): meaning for meaning, words in meanings.items() for each in (meaning, *words)}

    def read(cell: str) -> str:
        meaning = known.get(_word_key(cell))
        if meaning is None:
            raise FormatError("unknown_word", {"words": ", ".join(meanings)})
        return meaning

    return read


def _word_key(text: str) -> str:
    return fold(text).replace(" ", "")


def number_text(read: Callable[[str], Value]) -> Callable[[str], Value]:
    """Return `read`, but a long number that a spreadsheet rounded to `2,2E+25` is called `scientific`."""

    def careful(cell: str) -> Value:
        _refuse_rounded(cell)
        return read(cell)

    return careful


def _refuse_rounded(cell: str) -> None:
    if _SCIENTIFIC.fullmatch(cell):
        raise FormatError("scientific")
