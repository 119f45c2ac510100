"""The statute as expressions over columns, made from `rules` by asking it: nothing of the law is written here.

Professions and hazard classes are small numbers in frames: their places in the enums.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise, product

import polars as pl

from katip.rules import (
    CertificateClass,
    HazardClass,
    Profession,
    Requirement,
    certificate_serves,
    required_minutes,
)
from katip.rules.minutes import DUTY, EXEMPTIONS, MINUTES

PROFESSIONS = tuple(Profession)
HAZARDS = tuple(HazardClass)
CLASSES = tuple(CertificateClass)


@dataclass(frozen=True, slots=True)
class Band:
    """What the law asks of headcounts from `least` to `most` (None: without end) of one profession and class."""

    profession: int
    hazard: int
    physician: bool
    least: int
    most: int | None
    required: bool
    per_employee: int
    full_time_per: int


@lru_cache(maxsize=8)
def bands(as_of: date) -> tuple[Band, ...]:
    """The requirement of every profession, class and headcount on a day, equal neighbours joined."""
    found: list[Band] = []
    every = [(p, h) for p in range(len(PROFESSIONS)) for h in range(len(HAZARDS))]
    for (profession, hazard), physician in product(every, (False, True)):
        edges = [*sorted(_edges()), None]
        mine: list[Band] = []
        for least, after in pairwise(edges):
            assert least is not None  # noqa: S101 -- only the last edge is open
            need = _asked(profession, hazard, least, as_of, physician)
            band = Band(
                profession,
                hazard,
                physician,
                least,
                None if after is None else after - 1,
                need.required,
                need.per_employee,
                need.full_time_per or 0,
            )
            if mine and _same(mine[-1], band):
                band = Band(profession, hazard, physician, mine.pop().least, band.most, *_figures(band))
            mine.append(band)
        found += mine
    return tuple(found)


def _edges() -> set[int]:
    """Headcounts at which any row of the statute begins or ends to speak."""
    edges = {1}
    edges |= {row.from_employees for row in MINUTES} | {row.to_employees + 1 for row in MINUTES if row.to_employees}
    edges |= {row.from_employees for row in DUTY}
    edges |= {row.below_employees for row in EXEMPTIONS if row.below_employees}
    return edges


def _figures(band: Band) -> tuple[bool, int, int]:
    return band.required, band.per_employee, band.full_time_per


def _same(one: Band, other: Band) -> bool:
    return _figures(one) == _figures(other)


def _asked(profession: int, hazard: int, employees: int, as_of: date, physician: bool) -> Requirement:  # noqa: FBT001 -- a column
    return required_minutes(
        PROFESSIONS[profession],
        hazard=HAZARDS[hazard],
        employees=employees,
        as_of=as_of,
        full_time_physician=physician,
    )


@dataclass(frozen=True, slots=True)
class RequirementColumns:
    """Whether anything is owed, whole persons, minutes a month beside them, and whether a threshold is known."""

    required: pl.Expr
    persons: pl.Expr
    minutes: pl.Expr
    has_threshold: pl.Expr


def requirement(as_of: date, *, profession: str, hazard: str, employees: str, physician: str) -> RequirementColumns:
    """`rules.required_minutes` over columns: profession and class as numbers, headcounts, and 1 for a full-time one."""
    count = pl.col(employees)

    def chosen(of: Callable[[Band], int]) -> pl.Expr:
        """The figure of the band that holds; rows that are 0 need no condition."""
        result = pl.lit(0, dtype=pl.Int64)
        for band in bands(as_of):
            if not of(band):
                continue
            holds = (pl.col(profession) == band.profession) & (pl.col(hazard) == band.hazard) & (count >= band.least)
            holds &= pl.col(physician) == int(band.physician)
            if band.most is not None:
                holds &= count <= band.most
            result = pl.when(holds).then(of(band)).otherwise(result)
        return result

    per_employee, full_time_per = chosen(lambda band: band.per_employee), chosen(lambda band: band.full_time_per)
    threshold = pl.when(full_time_per > 0).then(full_time_per)  # null where there is none: no division by 0
    return RequirementColumns(
        chosen(lambda band: int(band.required)) == 1,
        (count // threshold).fill_null(0),
        (count % threshold).fill_null(count) * per_employee,
        full_time_per > 0,
    )


def serves(as_of: date, *, profession: str, certificate_class: str, hazard: str) -> pl.Expr:
    """`rules.certificate_serves` over columns of numbers."""
    result = pl.lit(value=False)
    for (p, profession_), (c, letter), (h, hazard_) in product(
        enumerate(PROFESSIONS), enumerate(CLASSES), enumerate(HAZARDS)
    ):
        if certificate_serves(profession_, letter, hazard_, as_of).ok:
            result |= (pl.col(profession) == p) & (pl.col(certificate_class) == c) & (pl.col(hazard) == h)
    return result
