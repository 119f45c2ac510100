"""Sharing minutes among several contracts of one profession at one workplace.

A rule of this register and not of the law: the law owes the workplace a sum and leaves open who brings which part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Share:
    """One contract: its key, its minutes a month so far (at least 1) and since when it runs."""

    key: int
    minutes: int
    since: date


def split_minutes(total: int, shares: Sequence[Share]) -> dict[int, int]:
    """Split `total` minutes a month in proportion to the shares: whole minutes, their sum exactly `total`.

    What rounding down leaves over goes to the largest share as a whole, of equal ones to the oldest, of equally old
    ones to the least key. The order of `shares` does not matter; the keys of the result ascend. A share can come out
    as 0 where `total` is smaller than the number of shares.

    Raises ValueError for a negative total, no shares, a share below 1 minute, or a key that stands twice.
    """
    if total < 0 or not shares or min(share.minutes for share in shares) < 1:
        raise ValueError(f"cannot split {total} minutes among {len(shares)} shares")
    if len({share.key for share in shares}) != len(shares):
        raise ValueError("a key stands twice")
    weight = sum(share.minutes for share in shares)
    ordered = sorted(shares, key=lambda share: share.key)
    parts = {share.key: total * share.minutes // weight for share in ordered}
    first = min(ordered, key=lambda share: (-share.minutes, share.since, share.key))
    parts[first.key] += total - sum(parts.values())
    return parts
