"""What a chunk came to, counted while it is at hand: by outcome, by province and class, by provider.

Kept with the chunk as plain JSON. When the month closes the counts of its chunks are added up, and no page and no close
ever goes through the changes again: workplaces of different chunks are different ones.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from katip.rules import MonthOutcome

COUNTED = ("amended", "asked", "conflicts", "ended")
OUTCOMES = tuple(str(outcome) for outcome in MonthOutcome if outcome != MonthOutcome.KEPT)
_MINUTES = ("minutes_before", "minutes_after")
_CONFLICTS = (MonthOutcome.PROVIDER, MonthOutcome.PERSON)


def totals_of(changes: pl.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """The counts of a chunk's `changes`: as a whole, and its shares.

    `places` is a list of province, class, workplaces, the `COUNTED`, minutes before and after; `providers` a list of
    provider, the `COUNTED`, minutes before and after.
    """
    counts = dict.fromkeys(OUTCOMES, 0) | dict(changes.group_by("outcome").len().iter_rows())
    is_one = {name: pl.col("outcome") == name for name in COUNTED}
    is_one["conflicts"] = pl.col("outcome").is_in([str(one) for one in _CONFLICTS])
    after = pl.when(is_one["ended"]).then(0).when(is_one["amended"]).then("minutes_after").otherwise("minutes_before")
    sums = [
        *(is_one[name].sum().alias(name) for name in COUNTED),
        pl.col("minutes_before").sum(),
        after.sum().alias("minutes_after"),
    ]
    reasons = changes.filter(pl.col("reason") != "").group_by("reason").len()
    places = changes.group_by("province", "hazard_after").agg(pl.col("workplace").n_unique().alias("workplaces"), *sums)
    providers = changes.filter(pl.col("provider").is_not_null()).group_by("provider").agg(*sums)
    totals = {
        **counts,
        **{name: int(places[name].sum()) for name in _MINUTES},
        "reasons": dict(sorted(reasons.iter_rows())),
    }
    return totals, {
        "places": [list(row) for row in places.sort("province", "hazard_after").iter_rows()],
        "providers": [list(row) for row in providers.sort("provider").iter_rows()],
    }


def added(chunks: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Any]:
    """The sums of chunks' totals and shares: counts, and `places` and `providers` by their keys."""
    sums: dict[str, Any] = dict.fromkeys([*OUTCOMES, *_MINUTES], 0)
    reasons: Counter[str] = Counter()
    places: dict[tuple[int, str], list[int]] = {}
    providers: dict[int, list[int]] = {}
    for part, shares in chunks:
        for name in (*OUTCOMES, *_MINUTES):
            sums[name] += part[name]
        reasons.update(part["reasons"])
        for province, hazard, *figures in shares["places"]:
            _add(places, (province, hazard), figures)
        for provider, *figures in shares["providers"]:
            _add(providers, provider, figures)
    return {**sums, "reasons": dict(sorted(reasons.items())), "places": places, "providers": providers}


def _add(sums: dict[Any, list[int]], key: Any, figures: list[int]) -> None:
    known = sums.get(key)
    sums[key] = figures if known is None else [one + other for one, other in zip(known, figures, strict=True)]
