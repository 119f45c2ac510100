"""The terms in force of every running contract, as a frame kept from one month to the next (`core.kept`)."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import polars as pl

from katip.contracts.models import Fitness
from katip.core.frames import Schema, frame_read
from katip.core.kept import Mark, kept_read, kept_write
from katip.updates.plan.tables import HAZARDS, PROFESSIONS

FITS = tuple(str(fit) for fit in Fitness)
_NAME = "terms"
_CONTRACT: Schema = {
    "contract": pl.Int64,
    "workplace": pl.Int64,
    "professional": pl.Int64,
    "provider": pl.Int64,
    "certificate": pl.Int64,
    "profession": pl.Int8,
    "full_time": pl.Int8,
    "since": pl.Int32,
    "ends": pl.Int32,
    "fit": pl.Int8,
}
_VERSION: Schema = {
    "contract": pl.Int64,
    "version": pl.Int32,
    "measured": pl.Int64,
    "minutes": pl.Int32,
    "agreed": pl.Int32,
    "employees_before": pl.Int32,
    "hazard_before": pl.Int8,
}
TERMS: Schema = {**_CONTRACT, **_VERSION}
"""`since` and `ends` (the last day served) are days since 2000, `measured` microseconds since 1970, the rest as
`plan.snapshot.CONTRACTS` has it; `fit` counts in `FITS`."""


def numbered(column: str, values: Sequence[str]) -> str:
    """SQL expression: the place of a column's word among `values`."""
    whens = " ".join(f"WHEN '{value}' THEN {number}" for number, value in enumerate(values))
    return f"CASE {column} {whens} END"


_CONTRACT_SQL = f"""
    SELECT id, workplace_id, professional_id, provider_id, certificate_id, {numbered("profession", PROFESSIONS)},
           (assignment_type = 'full_time')::int,
           (COALESCE(active_from, created_at) AT TIME ZONE 'Europe/Istanbul')::date - '2000-01-01'::date,
           ends_on - '2000-01-01'::date, {numbered("fit", FITS)}{{more}}
    FROM contracts_contract WHERE {{which}}
"""  # noqa: S608 -- words of enums
_VERSION_SQL = f"""
    SELECT contract_id, no, (extract(epoch FROM valid_from) * 1000000)::bigint, minutes, agreed_minutes, employees,
           {numbered("hazard_class", HAZARDS)}
    FROM contracts_contractversion WHERE {{which}}
"""  # noqa: S608 -- words of enums


def terms_read(at: datetime) -> pl.DataFrame:
    """The terms in force at `at` of every running contract, as `TERMS`; to be asked under one snapshot.

    What is kept is renewed on the way where more than a little has changed, and nothing was written before.
    """
    now = Mark.now("contracts_contract", "contracts_contractversion")
    kept = kept_read(_NAME, TERMS, now)
    if kept is None:
        terms, news = _terms(_contracts("state = 'active'").drop("active"), _versions("true")), None
    else:
        then, before = kept
        terms, news = _renewed(before, then.changed())
    if news is None or news * _LITTLE > terms.height:
        kept_write(_NAME, terms, TERMS, now)
    return _as_of(terms, at)


_LITTLE = 100
"""one in so many may have changed before what is kept is written anew"""


def _contracts(which: str) -> pl.DataFrame:
    return frame_read(
        _CONTRACT_SQL.replace("{more}", ", (state = 'active')::int").replace("{which}", which),
        {},
        {**_CONTRACT, "active": pl.Int8},
    )


def _versions(which: str) -> pl.DataFrame:
    return _newest(frame_read(_VERSION_SQL.replace("{which}", which), {}, _VERSION))


def _newest(versions: pl.DataFrame) -> pl.DataFrame:
    """Of each contract the version that is in force from the latest moment, of several the last one.

    Where one stands twice, the later one is as it is now.
    """
    if versions["contract"].n_unique() == versions.height:
        return versions
    ordered = versions.sort("contract", "measured", "version", maintain_order=True)
    return ordered.unique("contract", keep="last", maintain_order=True)


def _terms(contracts: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    return contracts.join(versions, on="contract", how="inner").select(list(TERMS))


def _renewed(before: pl.DataFrame, changed: str) -> tuple[pl.DataFrame, int]:
    """The terms with what was written since, and of how many contracts that was."""
    contracts, versions = _contracts(changed), _versions(changed)
    touched = pl.concat([contracts["contract"], versions["contract"]]).unique()
    if not len(touched):
        return before, 0
    is_touched = pl.col("contract").is_in(touched.implode())
    stale = before.filter(is_touched)
    unread = contracts.filter(pl.col("active") == 1)["contract"]
    unread = unread.filter(~unread.is_in(stale["contract"].implode()))
    known = [stale.select(list(_VERSION)), versions, *_versions_of(unread.to_list())]
    rows = pl.concat(
        [
            stale.filter(~pl.col("contract").is_in(contracts["contract"].implode())).select(list(_CONTRACT)),
            contracts.filter(pl.col("active") == 1).select(list(_CONTRACT)),
        ]
    )
    renewed = _terms(rows, _newest(pl.concat(known)))
    return pl.concat([before.filter(~is_touched), renewed]), len(touched)


_FEW = 20_000


def _versions_of(contracts: Sequence[int]) -> list[pl.DataFrame]:
    """The newest versions of contracts that began since; they may be older than they."""
    pieces = [contracts[start : start + _FEW] for start in range(0, len(contracts), _FEW)]
    return [_versions(f"contract_id = ANY({_array(piece)})") for piece in pieces]


def _as_of(terms: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """With terms that begin later than `at` taken back to those of then: a few, that a clock ahead has written."""
    moment = round(at.timestamp() * 1_000_000)
    later = terms.filter(pl.col("measured") > moment)
    if later.is_empty():
        return terms
    literal = f"'{at.astimezone(UTC).isoformat()}'::timestamptz"
    earlier = _versions(f"contract_id = ANY({_array(later['contract'].to_list())}) AND valid_from <= {literal}")
    then = _terms(later.select(list(_CONTRACT)), earlier)
    return pl.concat([terms.filter(pl.col("measured") <= moment), then])


def _array(numbers: Collection[int]) -> str:
    return f"ARRAY[{','.join(map(str, numbers))}]::bigint[]"
