"""Writing a chunk of a month: everything that its lines ask for, in the caller's transaction and by set.

The caller holds the professionals locked against approvals, and has made sure that the lines speak of contracts as they
are. Where something waits already that the month replaces, it is taken back first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import polars as pl
from django.db import connection

from katip.audit.services.record import Happening, record
from katip.contracts.kinds.shortage import SHORTAGE
from katip.contracts.kinds.update import DURATION_UPDATE
from katip.contracts.month.ending import contracts_end
from katip.contracts.month.proof import COVERED, leaf_of, root_of
from katip.contracts.month.terms import parties_read, shortage_terms, text_hash, update_terms
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.frames import frame_write
from katip.processes.deadlines import due_on
from katip.processes.kinds import ProcessKind, kind_get
from katip.processes.models import PartyKind, ProcessState
from katip.processes.services.cancel import processes_withdraw
from katip.rules import MonthOutcome

_PROPOSALS = (MonthOutcome.ASKED, MonthOutcome.PROVIDER)


@dataclass(frozen=True, slots=True)
class MonthPart:
    """Which part of which month is written, and the moment from which it is in force."""

    run: int
    chunk: int
    period: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """How many contracts by outcome, their minutes before and after, and the root over the changes (hex)."""

    counts: dict[str, int]
    minutes_before: int
    minutes_after: int
    root: str


def lines_write(actor: Actor, part: MonthPart, lines: pl.DataFrame) -> Written:
    """Carry out the plan's `lines` (see `contracts.month.lines`), with their audit event."""
    lines = lines.sort("workplace", "profession", "contract").with_columns(
        pl.lit(None, dtype=pl.Int64).alias("process"), pl.lit(None, dtype=pl.Int64).alias("version_no")
    )
    _take_back(actor, part, lines)
    by_outcome = {outcome: lines.filter(pl.col("outcome") == outcome) for outcome in MonthOutcome}
    amended = _amend(part, by_outcome[MonthOutcome.AMENDED])
    proposed = _propose(part, pl.concat([by_outcome[outcome] for outcome in _PROPOSALS]))
    persons = _ask_for_persons(part, by_outcome[MonthOutcome.PERSON])
    contracts_end(by_outcome[MonthOutcome.ENDED]["contract"].to_list(), part.at)
    _fit_write(lines)
    changes = pl.concat([amended, proposed, persons, by_outcome[MonthOutcome.ENDED]])
    root = _changes_write(part, changes.sort("workplace", "profession", "contract"))
    written = _written(changes, root)
    detail = {
        "run": part.run,
        "chunk": part.chunk,
        "root": root,
        "changes": changes.height,
        "at": part.at.isoformat(),
        **written.counts,
    }
    record(actor, part.at, Happening("month:chunk:written", part.run, detail))
    return written


def _take_back(actor: Actor, part: MonthPart, lines: pl.DataFrame) -> None:
    """What waits for an answer that the month makes meaningless is taken back, with the reason."""
    processes = {*lines["open_update"].drop_nulls(), *lines["open_shortage"].drop_nulls()}
    if not processes:
        return
    withdrawn = processes_withdraw(actor, part.at, sorted(processes), f"month:{part.period:%Y-%m}")
    with connection.cursor() as cursor:
        for table in ("contracts_durationupdate", "contracts_shortage"):
            cursor.execute(
                f"UPDATE {table} SET is_open = false WHERE process_id = ANY(%s) AND is_open",  # noqa: S608 -- a constant
                [withdrawn],
            )


def _amend(part: MonthPart, lines: pl.DataFrame) -> pl.DataFrame:
    """New versions, by consent in advance: they follow the version in force, and name no process."""
    if lines.is_empty():
        return lines
    lines = lines.with_columns((pl.col("version") + 1).alias("version_no"))
    moment = pl.lit(part.at.isoformat())
    versions = lines.select(
        pl.col("contract").alias("contract_id"),
        pl.col("version_no").alias("no"),
        pl.lit("automatic").alias("basis"),
        moment.alias("valid_from"),
        pl.col("minutes_after").alias("minutes"),
        pl.lit("part_time").alias("assignment_type"),
        pl.col("employees_after").alias("employees"),
        pl.col("hazard_after").alias("hazard_class"),
        pl.col("law_after").alias("required_minutes"),
        pl.col("agreed_after").alias("agreed_minutes"),
        moment.alias("recorded_at"),
    )
    frame_write("contracts_contractversion", versions)
    return lines


def _propose(part: MonthPart, lines: pl.DataFrame) -> pl.DataFrame:
    """A duration update for each line: the employer is asked, or first the provider where minutes are short."""
    if lines.is_empty():
        return lines
    kind = kind_get(DURATION_UPDATE)
    day, period = day_of(part.at), part.period.isoformat()
    parties = parties_read(lines["contract"].to_list())
    texts, asked = [], []
    for line in lines.iter_rows(named=True):
        texts.append(
            update_terms(
                line,
                parties[line["contract"]],
                code=kind.code,
                title=kind.title,
                run=part.run,
                period=period,
                day=day,
            )
        )
        of_provider = line["outcome"] == MonthOutcome.PROVIDER and line["provider"] is not None
        asked.append(PartyKind.PROVIDER if of_provider else PartyKind.EMPLOYER)
    processes = _processes_write(part, kind, lines, texts, asked)
    lines = lines.with_columns(pl.Series("process", processes, dtype=pl.Int64))
    updates = lines.select(
        pl.col("contract").alias("contract_id"),
        pl.col("process").alias("process_id"),
        "minutes_before",
        pl.col("minutes_after").alias("minutes"),
        pl.lit(part.run).alias("run"),
        "reason",
        pl.lit("t").alias("is_open"),
    )
    frame_write("contracts_durationupdate", updates)
    return lines


def _ask_for_persons(part: MonthPart, lines: pl.DataFrame) -> pl.DataFrame:
    """One process for a workplace, profession and provider, whatever the number of its contracts there."""
    if lines.is_empty():
        return lines
    kind = kind_get(SHORTAGE)
    day, period = day_of(part.at), part.period.isoformat()
    parties = parties_read(lines["contract"].to_list())
    whose = ["workplace", "profession", "provider"]
    rows = lines.sort(*whose, "contract").to_dicts()
    groups = [list(group) for _, group in groupby(rows, key=lambda row: tuple(row[name] for name in whose))]
    texts = [shortage_terms(group, parties, kind.code, kind.title, part.run, period, day) for group in groups]
    heads = pl.DataFrame([group[0] for group in groups], schema=lines.schema)
    asked = [PartyKind.EMPLOYER if one is None else PartyKind.PROVIDER for one in heads["provider"]]
    processes = _processes_write(part, kind, heads, texts, asked)
    heads = heads.with_columns(pl.Series("process", processes, dtype=pl.Int64))
    shortages = heads.select(
        pl.col("workplace").alias("workplace_id"),
        pl.col("provider").alias("provider_id"),
        "profession",
        "reason",
        pl.col("process").alias("process_id"),
        pl.lit(part.run).alias("run"),
        pl.lit("t").alias("is_open"),
    )
    frame_write("contracts_shortage", shortages)
    return (
        lines.drop("process")
        .join(heads.select(*whose, "process"), on=whose, how="left", nulls_equal=True)
        .select(lines.columns)
    )


def _processes_write(
    part: MonthPart, kind: ProcessKind, lines: pl.DataFrame, texts: Sequence[str], asked: Sequence[PartyKind]
) -> list[int]:
    """A process with its one step for each line; returns their numbers in the same order."""
    numbers = _numbers_take("processes_process", len(texts))
    due, moment = due_on(part.at), part.at.isoformat()
    parties = pl.Series("party", [str(one) for one in asked])
    processes = lines.select(
        pl.Series("id", numbers),
        pl.lit(kind.code).alias("code"),
        pl.col("workplace").alias("workplace_id"),
        pl.col("provider").alias("provider_id"),
        pl.lit(str(ProcessState.OPEN)).alias("state"),
        pl.lit(1).alias("version"),
        pl.lit(1).alias("current_step"),
        parties.alias("waits_for"),
        pl.lit(moment).alias("waiting_since"),
        pl.lit(None if due is None else due.isoformat(), dtype=pl.String).alias("due_on"),
        pl.Series("terms", list(texts)),
        pl.Series("terms_hash", [text_hash(text) for text in texts]),
        pl.when(pl.col("provider").is_null())
        .then(pl.lit(str(PartyKind.EMPLOYER)))
        .otherwise(pl.lit(str(PartyKind.PROVIDER)))
        .alias("proposed_by"),
        pl.lit(moment).alias("created_at"),
    )
    frame_write("processes_process", processes)
    steps = pl.DataFrame({"process_id": numbers, "no": [1] * len(numbers), "party": parties})
    frame_write("processes_step", steps)
    return numbers


def _numbers_take(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def _fit_write(lines: pl.DataFrame) -> None:
    """What the contracts are worth from now on, where that changes; ended ones keep what they were worth."""
    lasting = pl.col("outcome") != MonthOutcome.ENDED
    changed = lines.filter(lasting & (pl.col("fit_after") != pl.col("fit_before"))).select("contract", "fit_after")
    if changed.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE contracts_contract AS contract SET fit = judged.fit
            FROM unnest(%s::bigint[], %s::text[]) AS judged (id, fit) WHERE contract.id = judged.id
            """,
            [changed["contract"].to_list(), changed["fit_after"].to_list()],
        )


def _changes_write(part: MonthPart, changes: pl.DataFrame) -> str:
    """One row for each contract; returns the root over their leaves (hex)."""
    changes = changes.with_columns(
        pl.lit(part.run).alias("run"),
        pl.lit(part.chunk).alias("chunk"),
        pl.int_range(pl.len()).alias("place"),
        pl.lit(round(part.at.timestamp() * 1_000_000)).alias("at"),
    )
    leaves = [leaf_of(row) for row in changes.select(COVERED).iter_rows()]
    rows = changes.with_columns(
        pl.Series("leaf", [f"\\x{leaf.hex()}" for leaf in leaves], dtype=pl.String),
        pl.lit(part.at.isoformat()).alias("at"),
    ).select("leaf", *COVERED)
    related = ("contract", "workplace", "provider", "professional", "process")
    names = [f"{name}_id" if name in related else name for name in rows.columns]
    frame_write("contracts_monthchange", rows, names)
    return root_of(leaves).hex()


def _written(changes: pl.DataFrame, root: str) -> Written:
    counts = {str(outcome): 0 for outcome in MonthOutcome if outcome != MonthOutcome.KEPT}
    counts |= dict(changes.group_by("outcome").len().iter_rows())
    ended = pl.col("outcome") == MonthOutcome.ENDED
    in_force = pl.when(ended).then(0).when(pl.col("outcome") == MonthOutcome.AMENDED).then("minutes_after")
    after = changes.select(in_force.otherwise("minutes_before").sum()).item()
    return Written(counts, int(changes["minutes_before"].sum()), int(after or 0), root)
