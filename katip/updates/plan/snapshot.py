"""What a month's plan is made from: workplaces whose figures changed, their contracts in force, minutes left.

Read as frames, under one snapshot when a month is planned (`core.usecase.snapshot_use_case`), or for the few
workplaces that are looked at again when a chunk is written.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
from django.db import connection
from psycopg import sql

from katip.contracts.facts import undertaking_fits
from katip.core.clock import day_of
from katip.core.frames import Schema, frame_read
from katip.rules import SHORT_CONTRACT_DAYS, EndReason
from katip.updates.plan.tables import CLASSES, HAZARDS, PROFESSIONS
from katip.updates.plan.terms import FITS, numbered

WORKPLACES: Schema = {
    "workplace": pl.Int64,
    "province": pl.Int16,
    "employees_after": pl.Int64,
    "hazard_after": pl.Int8,
    "employees_known": pl.Int64,
    "hazard_known": pl.Int8,
    "consent": pl.Int8,
    "own_minutes": pl.Int64,
}
_WORKPLACES = f"""
    WITH hazard AS MATERIALIZED (
        SELECT DISTINCT ON (activity_id) activity_id, {numbered("hazard_class", HAZARDS)} AS class
        FROM registry_activityhazard
        WHERE valid_from <= {{day}}::date AND (valid_to IS NULL OR valid_to >= {{day}}::date)
        ORDER BY activity_id, valid_from DESC
    ), told AS (
        SELECT workplace_id, employees, activity_id, feed,
               row_number() OVER (PARTITION BY workplace_id ORDER BY period DESC) AS place
        FROM {{candidates}} AS candidate JOIN registry_headcount USING (workplace_id) WHERE period <= {{period}}::date
    )
    SELECT workplace.id, workplace.province_id, now.employees, hazard.class,
           CASE WHEN now.feed = ANY({{feeds}}::bigint[]) THEN known.employees ELSE now.employees END,
           CASE WHEN now.feed = ANY({{feeds}}::bigint[]) THEN known_hazard.class ELSE hazard.class END,
           declared.auto_update::int, own.minutes
    FROM {{candidates}} AS candidate
    JOIN registry_workplace AS workplace ON workplace.id = candidate.workplace_id
    JOIN told AS now ON now.workplace_id = candidate.workplace_id AND now.place = 1
    JOIN hazard ON hazard.activity_id = workplace.activity_id
    LEFT JOIN told AS known ON known.workplace_id = candidate.workplace_id AND known.place = 2
    LEFT JOIN hazard AS known_hazard ON known_hazard.activity_id = COALESCE(known.activity_id, workplace.activity_id)
    LEFT JOIN (
        SELECT DISTINCT ON (workplace_id) workplace_id, auto_update
        FROM {{candidates}} AS candidate JOIN registry_contactdeclaration USING (workplace_id)
        ORDER BY workplace_id, no DESC
    ) AS declared ON declared.workplace_id = candidate.workplace_id
    LEFT JOIN contracts_undertaking AS own ON own.workplace_id = candidate.workplace_id AND own.state = 'active'
    WHERE workplace.closed_on IS NULL OR workplace.closed_on > {{day}}::date
"""  # noqa: S608 -- numbers of enums

CONTRACTS: Schema = {
    "contract": pl.Int64,
    "workplace": pl.Int64,
    "professional": pl.Int64,
    "provider": pl.Int64,
    "profession": pl.Int8,
    "full_time": pl.Int8,
    "since": pl.Int64,
    "version": pl.Int64,
    "measured": pl.Int64,
    "minutes": pl.Int64,
    "agreed": pl.Int64,
    "employees_before": pl.Int64,
    "hazard_before": pl.Int8,
    "class": pl.Int8,
    "valid": pl.Int8,
    "fit": pl.String,
    "open_update": pl.Int64,
    "open_minutes": pl.Int64,
    "open_reason": pl.String,
    "open_shortage": pl.Int64,
    "shortage_reason": pl.String,
}
_CONTRACTS = f"""
    SELECT contract.id, contract.workplace_id, contract.professional_id, contract.provider_id,
           {numbered("contract.profession", PROFESSIONS)}, (contract.assignment_type = 'full_time')::int,
           (COALESCE(contract.active_from, contract.created_at) AT TIME ZONE 'Europe/Istanbul')::date
               - '2000-01-01'::date,
           current.no, (extract(epoch FROM current.valid_from) * 1000000)::bigint, current.minutes,
           current.agreed_minutes, current.employees, {numbered("current.hazard_class", HAZARDS)},
           {numbered("certificate.certificate_class", CLASSES)},
           (certificate.valid_from <= {{day}}::date
            AND (certificate.valid_to IS NULL OR certificate.valid_to >= {{day}}::date))::int,
           contract.fit, open.process_id, open.minutes, CASE WHEN open.run IS NULL THEN '-' ELSE open.reason END,
           shortage.process_id, shortage.reason
    FROM {{candidates}} AS candidate
    JOIN contracts_contract AS contract ON contract.workplace_id = candidate.workplace_id AND contract.state = 'active'
        AND (contract.ends_on IS NULL OR contract.ends_on >= {{day}}::date)
    CROSS JOIN LATERAL (
        SELECT no, valid_from, minutes, agreed_minutes, employees, hazard_class FROM contracts_contractversion
        WHERE contract_id = contract.id AND valid_from <= {{at}} ORDER BY valid_from DESC, no DESC LIMIT 1
    ) AS current
    JOIN registry_certificate AS certificate ON certificate.id = contract.certificate_id
    LEFT JOIN contracts_durationupdate AS open ON open.contract_id = contract.id AND open.is_open
    LEFT JOIN contracts_shortage AS shortage ON shortage.workplace_id = contract.workplace_id AND shortage.is_open
        AND shortage.profession = contract.profession
        AND shortage.provider_id IS NOT DISTINCT FROM contract.provider_id
"""  # noqa: S608 -- numbers of enums

_CERTIFICATES: Schema = {"certificate": pl.Int64, "class": pl.Int8, "valid": pl.Int8}
_CERTIFICATES_SQL = f"""
    SELECT id, {numbered("certificate_class", CLASSES)},
           (valid_from <= {{day}}::date AND (valid_to IS NULL OR valid_to >= {{day}}::date))::int
    FROM registry_certificate
"""  # noqa: S608 -- numbers of enums
_OPEN: Schema = {"contract": pl.Int64, "open_update": pl.Int64, "open_minutes": pl.Int64, "open_reason": pl.String}
_OPEN_SQL = """
    SELECT contract_id, process_id, minutes, CASE WHEN run IS NULL THEN '-' ELSE reason END
    FROM contracts_durationupdate WHERE is_open
"""
_SHORTAGES: Schema = {
    "workplace": pl.Int64,
    "profession": pl.Int8,
    "provider": pl.Int64,
    "open_shortage": pl.Int64,
    "shortage_reason": pl.String,
}
_SHORTAGES_SQL = f"""
    SELECT workplace_id, {numbered("profession", PROFESSIONS)}, provider_id, process_id, reason
    FROM contracts_shortage WHERE is_open
"""  # noqa: S608 -- numbers of enums

FREE: Schema = {"professional": pl.Int64, "provider": pl.Int64, "staff": pl.Int64, "free": pl.Int64}
_STAFF: Schema = {"professional": pl.Int64, "provider": pl.Int64, "staff": pl.Int64, "blocked": pl.Int64}
_STAFF_SQL = """
    SELECT staff.professional_id, staff.provider_id, staff.minutes, COALESCE(blocked.minutes, 0)
    FROM (
        SELECT professional_id, provider_id, sum(minutes) AS minutes FROM registry_staffcontract
        WHERE valid_from <= {day}::date AND (valid_to IS NULL OR valid_to >= {day}::date) AND {whose}
        GROUP BY 1, 2
    ) AS staff
    LEFT JOIN (
        SELECT contract.professional_id, contract.provider_id, sum(last.minutes) AS minutes
        FROM contracts_contract AS contract
        CROSS JOIN LATERAL (
            SELECT minutes FROM contracts_contractversion WHERE contract_id = contract.id
            ORDER BY valid_from DESC, no DESC LIMIT 1
        ) AS last
        WHERE contract.state = 'ended' AND contract.end_reason = ANY({by_a_party})
          AND contract.ends_on BETWEEN date_trunc('month', {day}::date) AND {day}::date
          AND contract.ends_on - (contract.active_from AT TIME ZONE 'Europe/Istanbul')::date < {short_days}
          AND {whose}
        GROUP BY 1, 2
    ) AS blocked USING (professional_id, provider_id)
"""
_ACTIVE: Schema = {"professional": pl.Int64, "provider": pl.Int64, "active": pl.Int64}
_ACTIVE_SQL = """
    SELECT contract.professional_id, contract.provider_id, sum(current.minutes)
    FROM contracts_contract AS contract
    CROSS JOIN LATERAL (
        SELECT minutes FROM contracts_contractversion WHERE contract_id = contract.id
        ORDER BY valid_from DESC, no DESC LIMIT 1
    ) AS current
    WHERE contract.state = 'active' AND professional_id = ANY({professionals}::bigint[])
    GROUP BY 1, 2
"""

_CANDIDATES = """
    CREATE TEMPORARY TABLE month_candidate ON COMMIT DROP AS
    SELECT DISTINCT workplace_id FROM (
        SELECT workplace_id FROM registry_headcount WHERE feed = ANY({feeds})
        UNION ALL
        SELECT contract.workplace_id FROM contracts_durationupdate AS open
        JOIN contracts_contract AS contract ON contract.id = open.contract_id
        WHERE open.is_open AND open.run IS NOT NULL
        UNION ALL
        SELECT workplace_id FROM contracts_shortage WHERE is_open
        UNION ALL
        SELECT workplace.id FROM registry_workplace AS workplace
        JOIN registry_activityhazard AS hazard ON hazard.activity_id = workplace.activity_id
        WHERE hazard.valid_from > {since}::date AND hazard.valid_from <= {day}::date
        UNION ALL
        SELECT workplace_id FROM contracts_contract WHERE {whole} AND state = 'active'
    ) AS every
"""

_EPOCH = date(2000, 1, 1)
_NOW = datetime(9999, 12, 31, tzinfo=UTC)
"""Later than any terms: what was approved since the month began counts, by whichever clock."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The frames of `WORKPLACES`, `CONTRACTS` and `FREE`.

    Workplaces also say whether the employer serves in person (`undertaking`), and still may (`undertaken`).
    """

    workplaces: pl.DataFrame
    contracts: pl.DataFrame
    free: pl.DataFrame


def session_prepare() -> None:
    """Give this transaction the memory and time that reading a country takes; the next one has its own again."""
    with connection.cursor() as cursor:
        for setting in ("statement_timeout = 0", "work_mem = '192MB'", "hash_mem_multiplier = 4", "jit = off"):
            cursor.execute(f"SET LOCAL {setting}")


def candidates_make(feeds: Collection[int], since: date, at: datetime, *, whole: bool) -> None:
    """Note the workplaces to be looked at: told others by `feeds`, still waiting, or classed anew after `since`.

    `whole` adds every workplace with a contract in force.
    """
    parameters = {"feeds": list(feeds), "since": since, "day": day_of(at), "whole": whole}
    statement = sql.SQL(_CANDIDATES).format(**{name: sql.Literal(value) for name, value in parameters.items()})
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.month_candidate")
        cursor.execute(statement)
        cursor.execute("ANALYZE month_candidate")


def workplaces_read(
    period: date, at: datetime, candidates: str = "month_candidate", feeds: Collection[int] = ()
) -> pl.DataFrame:
    """The figures of the workplaces noted, or of others: a table expression with `workplace_id`.

    What was known before are the figures of now where none of `feeds` told these.
    """
    given = {"day": day_of(at), "period": period, "feeds": list(feeds)}
    frame = frame_read(_WORKPLACES.replace("{candidates}", candidates), given, WORKPLACES)
    return _with_undertaken(frame, day_of(at))


def contracts_of(terms: pl.DataFrame, workplaces: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """The contracts in force of these workplaces, out of all `terms`."""
    day = day_of(at)
    here = terms.filter(pl.col("workplace").is_in(workplaces["workplace"].implode()))
    rows = here.filter(pl.col("ends").is_null() | (pl.col("ends") >= (day - _EPOCH).days))
    certificates = frame_read(_CERTIFICATES_SQL, {"day": day}, _CERTIFICATES)
    rows = rows.with_columns(pl.Series("words", FITS).gather(rows["fit"]).alias("fit"))
    rows = rows.join(certificates, on="certificate", how="inner")
    rows = rows.join(frame_read(_OPEN_SQL, {}, _OPEN), on="contract", how="left")
    asked = frame_read(_SHORTAGES_SQL, {}, _SHORTAGES)
    rows = rows.join(asked, on=["workplace", "profession", "provider"], how="left", nulls_equal=True)
    return rows.select(pl.col(name).cast(kind) for name, kind in CONTRACTS.items())


def contracts_read(at: datetime, candidates: str) -> pl.DataFrame:
    """The contracts in force of a few workplaces (a table expression with `workplace_id`), with the terms of now."""
    return frame_read(_CONTRACTS.replace("{candidates}", candidates), {"day": day_of(at), "at": _NOW}, CONTRACTS)


def snapshot_again(period: date, at: datetime, workplaces: Collection[int], free: pl.DataFrame) -> Snapshot:
    """The frames for these workplaces as things are now; `free` is what is left to whom."""
    numbers = ",".join(str(one) for one in workplaces)
    some = f"(SELECT unnest(ARRAY[{numbers}]::bigint[]) AS workplace_id)"
    return Snapshot(workplaces_read(period, at, some), contracts_read(at, some), free)


def free_of(terms: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Staff minutes and free minutes (`rules.usable`) by professional and provider, of everybody."""
    active = terms.group_by("professional", "provider").agg(pl.col("minutes").cast(pl.Int64).sum().alias("active"))
    return _free(at, active, "true", [])


def free_read(at: datetime, professionals: Collection[int]) -> pl.DataFrame:
    """The same of these professionals, by what is in force now."""
    given = list(professionals)
    active = frame_read(_ACTIVE_SQL, {"professionals": given}, _ACTIVE)
    return _free(at, active, "professional_id = ANY({professionals}::bigint[])", given)


def _free(at: datetime, active: pl.DataFrame, whose: str, professionals: Sequence[int]) -> pl.DataFrame:
    given = {
        "day": day_of(at),
        "by_a_party": [str(reason) for reason in EndReason if reason.by_a_party],
        "short_days": SHORT_CONTRACT_DAYS,
        "professionals": professionals,
    }
    staff = frame_read(_STAFF_SQL.replace("{whose}", whose), given, _STAFF)
    staff = staff.join(active, on=["professional", "provider"], how="left")
    free = pl.col("staff") - pl.col("active").fill_null(0) - pl.col("blocked")
    return staff.with_columns(free.alias("free")).select(list(FREE))


def _with_undertaken(workplaces: pl.DataFrame, day: date) -> pl.DataFrame:
    """Add whether the employer serves in person and still may, by the new figures; those are few."""
    own = workplaces.filter(pl.col("own_minutes").is_not_null())
    fits = [
        row["workplace"]
        for row in own.iter_rows(named=True)
        if undertaking_fits(row["own_minutes"], HAZARDS[row["hazard_after"]], row["employees_after"], day)
    ]
    return workplaces.with_columns(
        pl.col("workplace").is_in(pl.Series(fits, dtype=pl.Int64).implode()).alias("undertaken"),
        pl.col("own_minutes").is_not_null().alias("undertaking"),
        pl.col("consent").fill_null(0),
    ).drop("own_minutes")
