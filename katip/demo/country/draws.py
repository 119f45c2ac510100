"""Draws that are the same on every machine: a counter and a key mixed by SplitMix64, in whole numbers of 64 bits.

Neither a generator's state nor a library's hash stands behind them: any row can be drawn alone and in any order. What
is computed in floating point is a single division and comparisons, which IEEE 754 fixes.
"""

import zlib
from collections.abc import Sequence
from itertools import accumulate

import polars as pl

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def key_of(seed: int, stream: str) -> int:
    """The key of a stream of draws: what is drawn for one purpose tells nothing of what is drawn for another."""
    z = (seed * _GOLDEN + zlib.crc32(stream.encode()) * _FIRST) & _MASK
    z = ((z ^ (z >> 30)) * _FIRST) & _MASK
    z = ((z ^ (z >> 27)) * _SECOND) & _MASK
    return z ^ (z >> 31)


def bits(number: pl.Expr, key: int) -> pl.Expr:
    """64 drawn bits for each whole number."""
    z = number.cast(pl.UInt64) * _u64(_GOLDEN) + _u64(key)
    z = (z ^ (z // _u64(1 << 30))) * _u64(_FIRST)
    z = (z ^ (z // _u64(1 << 27))) * _u64(_SECOND)
    return z ^ (z // _u64(1 << 31))


def unit(number: pl.Expr, key: int) -> pl.Expr:
    """A number from 0 to below 1 for each whole number."""
    return (bits(number, key) // _u64(1 << 11)).cast(pl.Float64) * 2.0**-53


def below(number: pl.Expr, key: int, count: int | pl.Expr) -> pl.Expr:
    """A whole number from 0 to below `count` for each whole number."""
    return (unit(number, key) * count).floor().cast(pl.UInt32)


def even(numbers: pl.Series, key: int) -> pl.Series:
    """A number between 0 and 1 for each of `numbers`, all different and as even as can be.

    Shares drawn by them are met almost exactly, however few the numbers: a heavy tail keeps its mean.
    """
    return evened(numbers.to_frame("n").select(bits(pl.col("n"), key)).to_series())


def evened(drawn: pl.Series) -> pl.Series:
    """As even as can be, in the order of what was drawn: lean the drawn ones towards some, and shares still hold."""
    return (drawn.rank("ordinal").cast(pl.Float64) - 0.5) / len(drawn)


def pick(drawn: pl.Series, weights: Sequence[int]) -> pl.Series:
    """The place in `weights` that each number between 0 and 1 falls on, as whole numbers from 0."""
    total = sum(weights)
    ends = pl.Series([end / total for end in accumulate(weights)])
    return ends.search_sorted(drawn, side="right").clip(0, len(weights) - 1)


def _u64(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)
