"""What happened between the snapshot and the writing of a chunk, and what the chunk's lines become because of it.

Every change of a contract is an act, with its time; consent, staff minutes and open updates are asked again outright.
What was touched is decided anew by the same rules, as things are now; all else stays as it was planned.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection

from katip.core.clock import day_of
from katip.core.frames import numbers_text
from katip.rules import MonthOutcome, MonthReason
from katip.updates.models import MonthRun
from katip.updates.plan.decide import decide
from katip.updates.plan.lines import COLUMNS, lines_of
from katip.updates.plan.snapshot import free_read, session_prepare, snapshot_again

_CONSENTED = (MonthOutcome.AMENDED, MonthOutcome.PROVIDER)

# The month's own ends are acts, too: they bear its moment, and are no news to it.
_TOUCHED = """
SELECT act.id, contract.workplace_id, contract.professional_id
FROM contracts_contractact AS act JOIN contracts_contract AS contract ON contract.id = act.contract_id
WHERE act.at >= %(mark)s AND NOT (act.role = 'register' AND act.at = %(at)s)
  AND (contract.workplace_id BETWEEN %(first)s AND %(last)s
       OR contract.professional_id = ANY(%(professionals)s::bigint[]))
"""
_CONSENTS = """
SELECT workplace.id, COALESCE((
    SELECT auto_update FROM registry_contactdeclaration WHERE workplace_id = workplace.id ORDER BY no DESC LIMIT 1
), false)
FROM unnest(%s::bigint[]) AS workplace (id)
"""
_UNDERTAKINGS = """
SELECT workplace_id, id, state FROM contracts_undertaking
WHERE workplace_id = ANY(%s::bigint[]) AND (active_from >= %s OR ended_at >= %s)
"""
_WAITING = """
SELECT contract.workplace_id, open.process_id FROM contracts_durationupdate AS open
JOIN contracts_contract AS contract ON contract.id = open.contract_id
WHERE open.is_open AND open.contract_id = ANY(%(contracts)s::bigint[])
UNION ALL
SELECT workplace_id, process_id FROM contracts_shortage WHERE is_open AND workplace_id = ANY(%(workplaces)s::bigint[])
"""
# A clock that is slow, or a request that took long, dates an act before the mark: what it wrote shows it all the same.
_OVERTAKEN = """
SELECT line.contract_id FROM unnest(%(amended)s::bigint[], %(following)s::int[]) AS line (contract_id, no)
JOIN contracts_contractversion AS version ON version.contract_id = line.contract_id AND version.no = line.no
"""
_STAFF = """
SELECT professional_id, provider_id, sum(minutes) FROM registry_staffcontract
WHERE professional_id = ANY(%(professionals)s::bigint[]) AND valid_from <= %(day)s
  AND (valid_to IS NULL OR valid_to >= %(day)s)
GROUP BY professional_id, provider_id
"""
_OWN = """
WITH contract AS MATERIALIZED (
    SELECT id FROM contracts_contract WHERE professional_id = ANY(%(professionals)s::bigint[])
)
SELECT change.professional_id, change.provider_id,
       sum(CASE change.outcome WHEN 'amended' THEN change.minutes_after - change.minutes_before
                               ELSE -change.minutes_before END)
FROM contract CROSS JOIN LATERAL (
    SELECT * FROM contracts_monthchange WHERE contract_id = contract.id OFFSET 0
) AS change
WHERE change.run = %(run)s AND change.outcome IN ('amended', 'ended')
GROUP BY change.professional_id, change.provider_id
"""
# By contract: what the run has written so far grows with it, and nobody has counted it for the planner yet.
_SERVING = "SELECT professional_id FROM contracts_contract WHERE workplace_id = ANY(%s::bigint[]) AND state = 'active'"
_LOCK = f"SELECT id FROM registry_professional WHERE id IN ({_SERVING}) ORDER BY id FOR SHARE"  # noqa: S608 -- constants
_PAIR = {"professional": pl.Int64, "provider": pl.Int64}


@dataclass(frozen=True, slots=True)
class News:
    """Workplaces and professionals about whom something is other than in the snapshot, and what `seen` says so.

    Where two are equal, nothing happened between them.
    """

    workplaces: set[int]
    professionals: set[int]
    seen: frozenset[tuple[object, ...]]


def lines_now(run: MonthRun, lines: pl.DataFrame, news: News, *, lock: bool) -> pl.DataFrame:
    """The lines to be carried out by these news; the very `lines` where there are none.

    With `lock` the caller holds the professionals of `lines` locked against approvals, and whoever else serves at a
    touched workplace is locked, too. Without, it is a draft.
    """
    if not news.workplaces and not news.professionals:
        return lines
    again = lines.filter(pl.col("workplace").is_in(list(news.workplaces)))
    lines = lines.filter(~pl.col("workplace").is_in(list(news.workplaces)))
    professionals = news.professionals | set(again["professional"])
    free = _free_now(run, professionals)
    if not news.workplaces:
        return _diverted(lines, professionals, free)
    left = _left_of(pl.concat([lines, again]), again, free)
    return pl.concat([_diverted(lines, professionals, free), _decided_again(run, news.workplaces, left, lock=lock)])


def news_read(run: MonthRun, lines: pl.DataFrame) -> News:
    """What happened since the snapshot that the run's lines were made of."""
    assert run.at is not None  # noqa: S101 -- a run that is carried out has its moment
    here = set(lines["workplace"])
    professionals = lines["professional"].unique().to_list()
    amended = lines.filter(pl.col("outcome") == MonthOutcome.AMENDED).select("contract", "version", "workplace")
    given: dict[str, Any] = {
        "mark": run.mark,
        "at": run.at,
        "first": lines["workplace"].min(),
        "last": lines["workplace"].max(),
        "professionals": numbers_text(professionals),
        "contracts": numbers_text(lines["contract"]),
        "amended": numbers_text(amended["contract"]),
        "following": numbers_text(amended["version"] + 1),
        "workplaces": numbers_text(sorted(here)),
        "day": day_of(run.at),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, given)
        touched = cursor.fetchall()
        cursor.execute(_OVERTAKEN, given)
        overtaken = cursor.fetchall()
        cursor.execute(_UNDERTAKINGS, [numbers_text(sorted(here)), run.mark, run.mark])
        undertaken = cursor.fetchall()
        cursor.execute(_WAITING, given)
        waiting = {(workplace, process) for workplace, process in cursor.fetchall()}
        cursor.execute(_STAFF, given)
        staff = cursor.fetchall()
    declared = _consents_changed(lines)
    workplaces = {workplace for _, workplace, _ in touched} & here
    workplaces |= set(amended.filter(pl.col("contract").is_in([one for (one,) in overtaken]))["workplace"])
    workplaces |= {row[0] for row in undertaken} | declared | _waits_changed(lines, waiting)
    employed = {(professional, provider): minutes for professional, provider, minutes in staff}
    asked = lines.filter(pl.col("staff").is_not_null()).select("professional", "provider", "staff").unique()
    moved = {one for one, provider, minutes in asked.iter_rows() if employed.get((one, provider), 0) != minutes}
    rows = {"act": touched, "version": overtaken, "undertaking": undertaken, "wait": waiting, "staff": staff}
    seen = {(kind, *row) for kind, found in rows.items() for row in found} | {("consent", one) for one in declared}
    theirs = {professional for _, _, professional in touched} & set(professionals)
    return News(workplaces, theirs | moved, frozenset(seen))


def serving_read(workplaces: Collection[int]) -> set[int]:
    """The professionals who serve at these workplaces now."""
    if not workplaces:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SERVING, [numbers_text(workplaces)])
        return {row[0] for row in cursor.fetchall()}


def _consents_changed(lines: pl.DataFrame) -> set[int]:
    """Workplaces that gave or withdrew their consent since the plan was made with it, or without."""
    outcomes = [*_CONSENTED, MonthOutcome.ASKED]
    planned = lines.filter(pl.col("outcome").is_in([str(one) for one in outcomes]))
    with_consent = pl.col("outcome").is_in([str(one) for one in _CONSENTED]).alias("consent")
    by_workplace = dict(planned.select("workplace", with_consent).iter_rows())
    with connection.cursor() as cursor:
        cursor.execute(_CONSENTS, [numbers_text(by_workplace)])
        return {workplace for workplace, consent in cursor.fetchall() if by_workplace[workplace] != consent}


def _waits_changed(lines: pl.DataFrame, waiting: set[tuple[int, int]]) -> set[int]:
    """Workplaces where something waits that the plan does not take back: it was opened since, or is to stay."""
    known = set(lines.select("workplace", "open_update").iter_rows())
    known |= set(lines.select("workplace", "open_shortage").iter_rows())
    return {workplace for workplace, process in waiting - known}


def _free_now(run: MonthRun, professionals: Collection[int]) -> pl.DataFrame:
    """Minutes that would be free now had the run not begun: what the plan's increases are held against."""
    assert run.at is not None  # noqa: S101 -- as above
    session_prepare()
    own, free = _own(run, professionals), free_read(run.at, professionals)
    while own != (later := _own(run, professionals)):  # another chunk was committed in between
        own, free = later, free_read(run.at, professionals)
    schema = {**_PAIR, "own": pl.Int64}
    written = pl.DataFrame(list(own), schema=schema, orient="row")
    free = free.join(written, on=list(_PAIR), how="left")
    return free.with_columns((pl.col("free") + pl.col("own").fill_null(0)).alias("free")).drop("own")


def _own(run: MonthRun, professionals: Collection[int]) -> set[tuple[int, int | None, int]]:
    """What the run's written chunks took of each professional's minutes at each provider, less what they gave back."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, {"professionals": numbers_text(professionals), "run": run.pk})
        return {(professional, provider, int(net)) for professional, provider, net in cursor.fetchall()}


def _diverted(lines: pl.DataFrame, professionals: Collection[int], free: pl.DataFrame) -> pl.DataFrame:
    """Groups with one of these who has no longer the minutes that the whole plan asks: to the provider, whole."""
    known = free.select(*_PAIR, pl.col("free").alias("free_now"))
    theirs = pl.col("professional").is_in(list(professionals))
    asked = lines.filter((pl.col("outcome") == MonthOutcome.AMENDED) & theirs).join(known, on=list(_PAIR), how="left")
    short = asked.filter((pl.col("increases") > 0) & (pl.col("increases") > pl.col("free_now").fill_null(0)))
    group = ["workplace", "profession"]
    groups = short.select(group).unique().with_columns(pl.lit(value=True).alias("short"))
    lines = lines.join(groups, on=group, how="left")
    diverted = (pl.col("outcome") == MonthOutcome.AMENDED) & pl.col("short").fill_null(value=False)
    moves = pl.col("minutes_after") != pl.col("minutes_before")  # else only the agreed floor would: nothing to ask
    asked_now = pl.when(moves).then(pl.lit(str(MonthOutcome.PROVIDER))).otherwise(pl.lit(str(MonthOutcome.KEPT)))
    lines = lines.with_columns(
        pl.when(diverted).then(asked_now).otherwise("outcome").alias("outcome"),
        pl.when(diverted).then(pl.lit(str(MonthReason.CAPACITY_SHORT))).otherwise("reason").alias("reason"),
        # what was enough is short until the provider answers
        pl.when(diverted & (pl.col("running") < pl.col("required_after")))
        .then(pl.lit("short"))
        .when(diverted)
        .then(pl.lit(None, dtype=pl.String))
        .otherwise("fit_after")
        .alias("fit_after"),
    )
    return lines.select(list(COLUMNS))


def _left_of(lines: pl.DataFrame, again: pl.DataFrame, free: pl.DataFrame) -> pl.DataFrame:
    """What `again` may draw on: free minutes less what the plan asks elsewhere, of those of whom it is known."""
    plans = lines.group_by(list(_PAIR)).agg(pl.col("increases").max().fill_null(0).alias("whole"))
    amended = again.filter(pl.col("outcome") == MonthOutcome.AMENDED)
    more = (pl.col("minutes_after") - pl.col("minutes_before")).clip(lower_bound=0)
    here = amended.group_by(list(_PAIR)).agg(more.sum().alias("here"))
    left = free.join(plans, on=list(_PAIR), how="inner").join(here, on=list(_PAIR), how="left")
    elsewhere = pl.col("whole") - pl.col("here").fill_null(0)
    return left.with_columns((pl.col("free") - elsewhere).alias("free")).select(free.columns)


def _decided_again(run: MonthRun, workplaces: Collection[int], left: pl.DataFrame, *, lock: bool) -> pl.DataFrame:
    """Lines for these workplaces as things are now."""
    assert run.at is not None  # noqa: S101 -- as above
    if lock:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [numbers_text(workplaces)])
    snapshot = snapshot_again(run.period, run.at, workplaces, left)
    return lines_of(decide(snapshot, day_of(run.at)))
