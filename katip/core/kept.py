"""Frames kept in files from one reading to the next, brought up to date by what the database changed since.

Every row of PostgreSQL carries the number of the transaction that wrote it (`xmin`). A kept frame bears a mark: the
oldest transaction that was under way when it was read. Whatever has changed since was written by that one or a later
one, and one pass over a table finds it, without triggers, flags or lists to keep. See docs/decisions/0032.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import polars as pl
from django.conf import settings
from django.db import connection

_EPOCH = 1 << 32
_OLDEST = 1 << 30
"""transactions after which a mark no longer tells before from after: numbers come round after twice as many"""
_NOW = """
SELECT control.system_identifier, base.oid, point.timeline_id, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_current_xact_id_if_assigned() IS NULL,
       (SELECT string_agg(pg_relation_filenode(name) || '+' || pg_stat_get_tuples_deleted(name::regclass), ' ')
        FROM unnest(%s::text[]) AS name)
FROM pg_control_system() AS control, pg_control_checkpoint() AS point, pg_database AS base
WHERE base.datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of some tables: `transaction` is the oldest that was not over.

    `database` names the database; `state` is another one after a fail-over or a return to a backup, and where a table
    was emptied or rows were deleted: of none of this do the rows that are left tell. `clean` says that the transaction
    which asked has written nothing: what it reads is what others can read.
    """

    database: str
    state: str
    transaction: int
    clean: bool

    @classmethod
    def now(cls, *tables: str) -> Self:
        """The moment of the current statement, or of the snapshot where there is one."""
        with connection.cursor() as cursor:
            cursor.execute(_NOW, [list(tables)])
            system, base, timeline, transaction, clean, files = cursor.fetchone()
        return cls(f"{system:x}-{base}", _short(f"{timeline} {files}"), transaction, clean)

    def changed(self) -> str:
        """SQL condition: the row was written since. Valid in the transaction that asks, for any table."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT age(%s::text::xid)", [str(self.transaction % _EPOCH)])
            (age,) = cursor.fetchone()
        return f"age(xmin) <= {age}"

    def reaches(self, then: Self) -> bool:
        """Whether what changed since `then` can be told now."""
        same = (self.database, self.state) == (then.database, then.state)
        return same and 0 <= self.transaction - then.transaction < _OLDEST


def kept_read(name: str, shape: Mapping[str, object], now: Mark) -> tuple[Mark, pl.DataFrame] | None:
    """The newest frame kept under `name` with just these columns, from which the way to `now` is known."""
    for path in sorted(_folder().glob(f"{name}.{_kind(shape)}.*.arrow"), key=_transaction, reverse=True):
        _, _, database, state, transaction, _ = path.name.split(".")
        then = Mark(database, state, int(transaction), clean=True)
        if now.reaches(then):
            try:
                return then, pl.read_ipc(path)
            except (OSError, pl.exceptions.PolarsError):  # replaced or cut off at this very moment
                continue
    return None


def kept_write(name: str, frame: pl.DataFrame, shape: Mapping[str, object], mark: Mark) -> bool:
    """Keep `frame`, read at `mark`, in place of earlier ones; not where the transaction wrote something itself.

    What it wrote may be taken back, and the frame would tell of it for ever.
    """
    if not mark.clean:
        return False
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.{_kind(shape)}.{mark.database}.{mark.state}.{mark.transaction}.arrow"
    earlier = [one for one in folder.glob(f"{name}.*.{mark.database}.*") if one != path]
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        frame.write_ipc(file, compression="uncompressed")
    fresh.replace(path)
    for one in earlier:
        one.unlink(missing_ok=True)
    return True


def _folder() -> Path:
    folder: Path = settings.KATIP.data / "kept"
    return folder


def _transaction(path: Path) -> int:
    return int(path.name.split(".")[4])


def _kind(shape: Mapping[str, object]) -> str:
    """The columns and their types, in short: a frame of an earlier program is not taken for one of this."""
    return _short(repr(list(shape.items())))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
