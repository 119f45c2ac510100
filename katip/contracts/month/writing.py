"""Writing a chunk of a month: everything that its lines ask for, in the caller's transaction and by set.

All that is written is made ready before anybody is locked out. Then the caller holds the professionals locked against
approvals, and has made sure that the lines speak of contracts as they are. Where something waits already that the month
replaces, it is taken back first.
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
from katip.contracts.listeners import month_tell
from katip.contracts.month.ending import contracts_end
from katip.contracts.month.proof import BETWEEN, COVERED, leaf_of, root_of
from katip.contracts.month.terms import parties_read, shortage_terms, text_hash, update_terms
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.frames import Copy, copy_write, frame_copy, numbers_text
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
    """The changes as they were written, and the root over them (hex)."""

    changes: pl.DataFrame
    root: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a chunk's lines ask for, made ready: rows to be inserted, contracts to end, processes to take back."""

    copies: Sequence[Copy]
    ending: Sequence[int]
    replaced: Sequence[int]
    fits: pl.DataFrame
    written: Written


def lines_prepare(part: MonthPart, lines: pl.DataFrame) -> Prepared:
    """Make ready what `lines_write` writes. Names and titles in terms are those of this moment.

    Processes have their numbers already: those of lines that are never written are never used.
    """
    lines = lines.sort("workplace", "profession", "contract").with_columns(
        pl.lit(None, dtype=pl.Int64).alias("process"), pl.lit(None, dtype=pl.Int64).alias("version_no")
    )
    copies: list[Copy] = []
    amended = _amend(part, lines.filter(pl.col("outcome") == MonthOutcome.AMENDED), copies)
    proposals = lines.filter(pl.col("outcome").is_in([str(one) for one in _PROPOSALS]))
    proposed = _propose(part, _proposals(part, proposals), copies)
    persons = lines.filter(pl.col("outcome") == MonthOutcome.PERSON)
    asked = _ask_for_persons(part, persons, _shortages(part, persons), copies)
    ended = lines.filter(pl.col("outcome") == MonthOutcome.ENDED)
    changes = pl.concat([amended, proposed, asked, ended]).sort("workplace", "profession", "contract")
    written = Written(changes, _changes_prepare(part, changes, copies))
    replaced = {*lines["open_update"].drop_nulls(), *lines["open_shortage"].drop_nulls()}
    return Prepared(copies, ended["contract"].to_list(), sorted(replaced), _fits(lines), written)


def lines_write(actor: Actor, part: MonthPart, prepared: Prepared) -> Written:
    """Carry out the plan's lines (see `contracts.month.lines`), with their audit event."""
    _take_back(actor, part, prepared.replaced)
    for copy in prepared.copies:
        copy_write(copy)
    contracts_end(prepared.ending, part.at)
    _fit_write(prepared.fits)
    changes, root = prepared.written.changes, prepared.written.root
    counts = dict(sorted(changes.group_by("outcome").len().iter_rows()))
    detail = {"run": part.run, "chunk": part.chunk, "root": root, "at": part.at.isoformat(), "changes": counts}
    record(actor, part.at, Happening("month:chunk:written", part.run, detail))
    month_tell(part.run, part.chunk, part.at)
    return prepared.written


def _take_back(actor: Actor, part: MonthPart, processes: Sequence[int]) -> None:
    """What waits for an answer that the month makes meaningless is taken back, with the reason."""
    if not processes:
        return
    with connection.cursor() as cursor:  # in the order in which an answer takes both: the need, then its process
        cursor.execute(
            "SELECT FROM contracts_shortage WHERE process_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(processes)]
        )
    withdrawn = processes_withdraw(actor, part.at, list(processes), f"month:{part.period:%Y-%m}")
    with connection.cursor() as cursor:
        for table in ("contracts_durationupdate", "contracts_shortage"):
            cursor.execute(
                f"UPDATE {table} SET is_open = false WHERE process_id = ANY(%s) AND is_open",  # noqa: S608 -- a constant
                [withdrawn],
            )


def _micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


def _amend(part: MonthPart, lines: pl.DataFrame, copies: list[Copy]) -> pl.DataFrame:
    """New versions, by consent in advance: they follow the version in force, and name no process."""
    if lines.is_empty():
        return lines
    lines = lines.with_columns((pl.col("version") + 1).alias("version_no"))
    moment = pl.lit(part.at.isoformat())
    begins = pl.max_horizontal(pl.lit(_micros(part.at)), pl.col("measured") + 1)  # after what was approved meanwhile
    versions = lines.select(
        pl.col("contract").alias("contract_id"),
        pl.col("version_no").alias("no"),
        pl.lit("automatic").alias("basis"),
        pl.from_epoch(begins, time_unit="us").dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").alias("valid_from"),
        pl.col("minutes_after").alias("minutes"),
        pl.lit("part_time").alias("assignment_type"),
        pl.col("employees_after").alias("employees"),
        pl.col("hazard_after").alias("hazard_class"),
        pl.col("law_after").alias("required_minutes"),
        pl.col("agreed_after").alias("agreed_minutes"),
        moment.alias("recorded_at"),
    )
    copies.append(frame_copy("contracts_contractversion", versions))
    return lines


_TERMS = {"terms": pl.String, "terms_hash": pl.String, "asked": pl.String}


def _with_terms(lines: pl.DataFrame, texts: Sequence[str], *, provider: pl.Expr) -> pl.DataFrame:
    """The lines with the terms of their processes, and who is asked: the provider where `provider` holds."""
    asked = pl.when(provider & pl.col("provider").is_not_null()).then(pl.lit(str(PartyKind.PROVIDER)))
    return lines.with_columns(
        pl.Series("terms", list(texts), dtype=pl.String),
        pl.Series("terms_hash", [text_hash(text) for text in texts], dtype=pl.String),
        asked.otherwise(pl.lit(str(PartyKind.EMPLOYER))).alias("asked"),
    )


def _proposals(part: MonthPart, lines: pl.DataFrame) -> pl.DataFrame:
    """Each line with its terms: the employer is asked, or the provider where minutes are short."""
    kind = kind_get(DURATION_UPDATE)
    day, period = day_of(part.at), part.period.isoformat()
    parties = parties_read(lines["contract"].to_list())
    texts = [
        update_terms(
            line, parties[line["contract"]], code=kind.code, title=kind.title, run=part.run, period=period, day=day
        )
        for line in lines.iter_rows(named=True)
    ]
    return _with_terms(lines, texts, provider=pl.col("outcome") == MonthOutcome.PROVIDER)


def _propose(part: MonthPart, proposals: pl.DataFrame, copies: list[Copy]) -> pl.DataFrame:
    """A duration update for each proposal, and its process."""
    if proposals.is_empty():
        return proposals.drop(_TERMS)
    proposals = _processes_prepare(part, kind_get(DURATION_UPDATE), proposals, copies)
    updates = proposals.select(
        pl.col("contract").alias("contract_id"),
        pl.col("process").alias("process_id"),
        "minutes_before",
        pl.col("minutes_after").alias("minutes"),
        pl.lit(part.run).alias("run"),
        "reason",
        pl.lit("t").alias("is_open"),
    )
    copies.append(frame_copy("contracts_durationupdate", updates))
    return proposals.drop(_TERMS)


_WHOSE = ["workplace", "profession", "provider"]


def _shortages(part: MonthPart, lines: pl.DataFrame) -> pl.DataFrame:
    """One line for a workplace, profession and provider, whatever the number of its contracts there, with its terms."""
    kind = kind_get(SHORTAGE)
    day, period = day_of(part.at), part.period.isoformat()
    parties = parties_read(lines["contract"].to_list())
    rows = lines.sort(*_WHOSE, "contract").to_dicts()
    groups = [list(group) for _, group in groupby(rows, key=lambda row: tuple(row[name] for name in _WHOSE))]
    texts = [shortage_terms(group, parties, kind.code, kind.title, part.run, period, day) for group in groups]
    heads = pl.DataFrame([group[0] for group in groups], schema=lines.schema)
    return _with_terms(heads, texts, provider=pl.lit(value=True))


def _ask_for_persons(part: MonthPart, lines: pl.DataFrame, shortages: pl.DataFrame, copies: list[Copy]) -> pl.DataFrame:
    """A process for each shortage, which all of its lines then name."""
    if lines.is_empty():
        return lines
    heads = _processes_prepare(part, kind_get(SHORTAGE), shortages, copies)
    rows = heads.select(
        pl.col("workplace").alias("workplace_id"),
        pl.col("provider").alias("provider_id"),
        "profession",
        "reason",
        pl.col("process").alias("process_id"),
        pl.lit(part.run).alias("run"),
        pl.lit("t").alias("is_open"),
    )
    copies.append(frame_copy("contracts_shortage", rows))
    named = lines.drop("process").join(heads.select(*_WHOSE, "process"), on=_WHOSE, how="left", nulls_equal=True)
    return named.select(lines.columns)


def _processes_prepare(part: MonthPart, kind: ProcessKind, lines: pl.DataFrame, copies: list[Copy]) -> pl.DataFrame:
    """A process with its one step for each line; returns the lines with their numbers in `process`."""
    numbers = _numbers_take("processes_process", lines.height)
    lines = lines.with_columns(pl.Series("process", numbers, dtype=pl.Int64))
    due, moment = due_on(part.at), part.at.isoformat()
    by_provider = pl.when(pl.col("provider").is_null()).then(pl.lit(str(PartyKind.EMPLOYER)))
    processes = lines.select(
        pl.col("process").alias("id"),
        pl.lit(kind.code).alias("code"),
        pl.col("workplace").alias("workplace_id"),
        pl.col("provider").alias("provider_id"),
        pl.lit(str(ProcessState.OPEN)).alias("state"),
        pl.lit(1).alias("version"),
        pl.lit(1).alias("current_step"),
        pl.col("asked").alias("waits_for"),
        pl.lit(moment).alias("waiting_since"),
        pl.lit(None if due is None else due.isoformat(), dtype=pl.String).alias("due_on"),
        "terms",
        "terms_hash",
        by_provider.otherwise(pl.lit(str(PartyKind.PROVIDER))).alias("proposed_by"),
        pl.lit(moment).alias("created_at"),
    )
    copies.append(frame_copy("processes_process", processes))
    steps = lines.select(pl.col("process").alias("process_id"), pl.lit(1).alias("no"), pl.col("asked").alias("party"))
    copies.append(frame_copy("processes_step", steps))
    return lines


def _numbers_take(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]


def _fits(lines: pl.DataFrame) -> pl.DataFrame:
    """What the contracts are worth from now on, where that changes; ended ones keep what they were worth."""
    lasting = pl.col("outcome") != MonthOutcome.ENDED
    return lines.filter(lasting & (pl.col("fit_after") != pl.col("fit_before"))).select("contract", "fit_after")


def _fit_write(changed: pl.DataFrame) -> None:
    if changed.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE contracts_contract AS contract SET fit = judged.fit
            FROM unnest(%s::bigint[], %s::text[]) AS judged (id, fit) WHERE contract.id = judged.id
            """,
            [numbers_text(changed["contract"]), "{" + ",".join(changed["fit_after"]) + "}"],
        )


def _changes_prepare(part: MonthPart, changes: pl.DataFrame, copies: list[Copy]) -> str:
    """One row for each contract; returns the root over their leaves (hex)."""
    changes = changes.with_columns(
        pl.lit(part.run).alias("run"),
        pl.lit(part.chunk).alias("chunk"),
        pl.int_range(pl.len()).alias("place"),
        pl.lit(_micros(part.at)).alias("at"),
    )
    texts = changes.select(
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in COVERED], separator=BETWEEN)
    ).to_series()
    leaves = [leaf_of(text) for text in texts]
    rows = changes.with_columns(
        pl.Series("leaf", [f"\\x{leaf.hex()}" for leaf in leaves], dtype=pl.String),
        pl.lit(part.at.isoformat()).alias("at"),
    ).select("leaf", *COVERED)
    related = ("contract", "workplace", "provider", "professional", "process")
    names = [f"{name}_id" if name in related else name for name in rows.columns]
    copies.append(frame_copy("contracts_monthchange", rows, names))
    return root_of(leaves).hex()
