"""What a list is: its columns, the checks over all its lines, and the statements that make rows of them.

A file's lines are staged in the temporary table `import_line`: the column `line`, and what each column stages. SQL of
checks and merges may use the parameters `%(at)s` (now, a timestamp) and `%(today)s` (that day in Istanbul); a percent
sign of its own is written twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Parse = Callable[[str], object]
"""Reads a cell that is not empty. Raises `katip.rules.FormatError`; its code chooses the reason shown."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A column of the staging table. One that is not `compared` differs between two readings of the same cell."""

    name: str
    type: str = "text"
    compared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list.

    `parse` returns the value to stage, or a tuple when `stages` names more than one. An empty cell of an optional
    column is staged as `empty`; a column that the file does not have as NULL. `warn` may name a doubt (a code for the
    reasons) about a parsed value; a doubt refuses nothing. `help` is a line of Markdown for the documentation.
    """

    name: str
    parse: Parse
    help: str
    required: bool = True
    aliases: tuple[str, ...] = ()
    type: str = "text"
    stages: tuple[Stage, ...] = ()
    empty: object = None
    warn: Callable[[object], str | None] | None = None

    @property
    def staged(self) -> tuple[Stage, ...]:
        """The staging columns that this column fills."""
        return self.stages or (Stage(self.name, self.type),)


@dataclass(frozen=True, slots=True)
class Check:
    """A query for the faults of many lines at once: yields line, column name, reason code, detail (text or NULL)."""

    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert:
    """Lines become rows of `table`: new ones inserted, differing ones updated, equal ones not touched at all.

    `key` and `values` map columns of the table to expressions over `s` (a staged line) and `joins`; a line counts once
    for a key. Columns in `fixed` are written on insertion only. `optional` maps columns of the table to the file's
    column they come from: where the file does not have it, what the table says stays.
    """

    table: str
    key: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, str] = field(default_factory=dict)
    joins: str = ""
    where: str = "true"

    def sql(self, present: frozenset[str]) -> str:
        """One statement that returns how many rows were inserted and updated."""
        every = {**self.key, **self.values, **self.fixed}
        updated = [name for name in self.values if self.optional.get(name) in {None, *present}]
        expressions = ", ".join(f"{expression} AS {name}" for name, expression in every.items())
        same_key = " AND ".join(f"t.{name} = source.{name}" for name in self.key)

        def differs(old: str, new: str) -> str:
            if not updated:
                return "false"
            left = ", ".join(f"{old}.{name}" for name in updated)
            right = ", ".join(f"{new}.{name}" for name in updated)
            return f"ROW({left}) IS DISTINCT FROM ROW({right})"

        changes = ", ".join(f"{name} = excluded.{name}" for name in updated)
        action = f"UPDATE SET {changes} WHERE {differs(self.table, 'excluded')}" if updated else "NOTHING"
        # Equal rows are left out before the insertion: ON CONFLICT alone would lock every row and burn its new id.
        return f"""
            WITH source AS MATERIALIZED (
                SELECT DISTINCT ON ({", ".join(self.key.values())}) {expressions}
                FROM import_line s {self.joins} WHERE {self.where}
                ORDER BY {", ".join(self.key.values())}, s.line
            ), merged AS (
                INSERT INTO {self.table} ({", ".join(every)})
                SELECT {", ".join(f"source.{name}" for name in every)}
                FROM source LEFT JOIN {self.table} t ON {same_key}
                WHERE t.{next(iter(self.key))} IS NULL OR {differs("t", "source")}
                ON CONFLICT ({", ".join(self.key)}) DO {action}
                RETURNING xmax = 0 AS is_new
            )
            SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
        """  # noqa: S608 -- built from the specs in this program, never from a file


Merge = Callable[[frozenset[str]], str]
"""Given the names of the columns that the file has, a statement that returns (inserted, updated), or no row at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSpec:
    """A list that can be imported. `about` is a sentence for the documentation, `reasons` adds to the engine's."""

    kind: str
    about: str
    columns: tuple[Column, ...]
    merges: Sequence[Merge]
    checks: tuple[Check, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def staging_sql(self) -> str:
        """Creates the staging table, which ends with the transaction."""
        staged = ", ".join(f"{stage.name} {stage.type}" for column in self.columns for stage in column.staged)
        return f"CREATE TEMPORARY TABLE import_line (line bigint NOT NULL, {staged}) ON COMMIT DROP"


def conflict(*, key: Sequence[str], values: Sequence[str]) -> Check:
    """Lines with the same staged `key` must agree in the staged `values`: yields those that differ from the first."""
    keys = ", ".join(key)
    complete = " AND ".join(f"{name} IS NOT NULL" for name in key)
    differing = ", ".join(f"first.{name} IS DISTINCT FROM later.{name}" for name in values)
    names = ", ".join(f"'{name}'" for name in values)
    return Check(f"""
        SELECT later.line, (ARRAY[{names}])[array_position(ARRAY[{differing}], true)], 'conflict', first.line::text
        FROM (
            SELECT {keys}, min(line) AS line FROM import_line WHERE {complete} GROUP BY {keys} HAVING count(*) > 1
        ) twice
        JOIN import_line first ON first.line = twice.line
        JOIN import_line later ON {" AND ".join(f"later.{name} = twice.{name}" for name in key)}
        WHERE array_position(ARRAY[{differing}], true) IS NOT NULL
    """)  # noqa: S608 -- built from the specs in this program, never from a file


def required_with(column: str, *, when: str, code: str) -> Check:
    """Demand that `column` is not empty in lines (`s`) where `when` holds."""
    return Check(f"SELECT s.line, '{column}', '{code}', NULL FROM import_line s WHERE s.{column} IS NULL AND {when}")  # noqa: S608 -- as above
