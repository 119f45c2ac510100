"""Numbers whose check digits fit, for whole columns at once; the formats are those of `katip.rules.formats`."""

import polars as pl

from katip.demo.country.draws import key_of

_PEOPLE, _PEOPLE_FROM = 600_000_000, 300_000_000
_SEQUENCES, _SEQUENCES_FROM = 8_999_999, 1_000_000
_TAXED, _TAXED_FROM = 500_000_000, 400_000_000
_STEP = 48_271
"""a prime that divides none of the three ranges: multiples of it meet every number once before any comes again"""


def scattered(number: pl.Expr, seed: int, stream: str, count: int, first: int) -> pl.Expr:
    """A number of the range for each whole number, a different one for each."""
    offset = key_of(seed, stream) % count
    return (number.cast(pl.UInt64) * _STEP + offset) % count + first


def national_id(number: pl.Expr, seed: int) -> pl.Expr:
    """A T.C. kimlik no of 11 digits for each person's number."""
    nine = scattered(number, seed, "national id", _PEOPLE, _PEOPLE_FROM)
    digits = _digits(nine, 9)
    odd = pl.sum_horizontal(digits[0::2])
    even = pl.sum_horizontal(digits[1::2])
    tenth = (odd * 7 + 90 - even) % 10
    return (nine * 100 + tenth * 10 + (odd + even + tenth) % 10).cast(pl.String)


def vkn(number: pl.Expr, seed: int, whose: str) -> pl.Expr:
    """A tax number of 10 digits for each number of `whose`."""
    nine = scattered(number, seed, f"vkn {whose}", _TAXED, _TAXED_FROM)
    terms = []
    for place, digit in enumerate(_digits(nine, 9)):
        t = (digit + 9 - place) % 10
        r = (t * 2 ** (9 - place)) % 9
        terms.append(pl.when((t != 0) & (r == 0)).then(9).otherwise(r))
    return (nine * 10 + (10 - pl.sum_horizontal(terms) % 10) % 10).cast(pl.String)


def sgk_number(number: pl.Expr, nace: pl.Expr, province: pl.Expr, district: pl.Expr, seed: int) -> pl.Expr:
    """An SGK registration number of 26 digits: permanent private workplace, unit 01; `district` counts from 1."""
    sequence = scattered(number, seed, "sequence", _SEQUENCES, _SEQUENCES_FROM)
    control = (province.cast(pl.UInt64) * 10_000_000 + sequence) % 97
    parts = [
        pl.lit("2"),
        nace.str.slice(0, 2),
        nace.str.slice(3, 2),
        pl.lit("0101"),
        sequence.cast(pl.String),
        _padded(province, 3),
        _padded(district, 2),
        _padded(control, 2),
        pl.lit("000"),
    ]
    return pl.concat_str(parts)


def phone(number: pl.Expr, seed: int, whose: str) -> pl.Expr:
    """A mobile number of 10 digits, out of a range that is given to nobody."""
    return (scattered(number, seed, f"phone {whose}", 10_000_000, 0) + 5_000_000_000).cast(pl.String)


def _padded(value: pl.Expr, width: int) -> pl.Expr:
    return value.cast(pl.String).str.zfill(width)


def _digits(value: pl.Expr, count: int) -> list[pl.Expr]:
    return [value // 10**place % 10 for place in reversed(range(count))]
