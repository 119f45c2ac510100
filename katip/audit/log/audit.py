"""Holding the tables against the log, whoever may have written into them: every event, detail, tile and checkpoint.

Everything is read at one moment and in bounded memory, in the order of the log. What a table says is never believed:
entries are made anew from the events, the tree from the entries. What an owner of the database *and* of the key could
make to fit together is found by a checkpoint kept elsewhere, and by nothing else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from katip.audit.log.entries import event_entry
from katip.audit.log.erased import Reaches
from katip.audit.log.findings import Counts, Finding, Tell
from katip.audit.log.heads import Heads, size_signed
from katip.audit.log.notes import Head, Verifier
from katip.audit.log.rows import CHUNK, Placed, placed_read, positions_end, tiles_stored
from katip.audit.log.sequence import tile_root
from katip.audit.log.strays import looks_check, strays_check, waiting_check
from katip.audit.log.tiles import WIDTH
from katip.audit.log.tree import EMPTY, HASH_BYTES, Peaks, leaf_hash
from katip.audit.services.record import detail_hash

PATIENCE = timedelta(minutes=5)
"""so long an event may wait for its position"""
BACK_DATED = timedelta(hours=1)
"""how much older than the log's newest events something may say that it is; longer than any use case takes"""

_carried: set[str] = set()

_Tile = tuple[bytes, bytes]
"""hashes and root"""


def carried_later(tag: str) -> None:
    """Say that events of this tag are of the moment in which something was decided, and recorded as it is carried out.

    An upper room does so when it starts. Of those it is not told that they came late.
    """
    _carried.add(tag)


def log_audit(verifiers: Sequence[Verifier], kept: Sequence[Head], at: datetime, tell: Tell) -> Counts:
    """Hold everything against everything; each finding is told as it is met. Returns what was looked at.

    `kept` are heads of checkpoints that were kept elsewhere; `at` is now: what waits, waits until then.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        size = size_signed(verifiers)
        audit = _Audit(Heads(verifiers, kept, tell), tell)
        audit.run(size)
        strays_check(size, tell)
        looks_check(audit.destroyed, tell)
        audit.counts.waiting = waiting_check(at - PATIENCE, tell)
    return audit.counts


class _Audit:
    def __init__(self, heads: Heads, tell: Tell) -> None:
        self.counts = Counts()
        self._heads = heads
        self._tell = tell
        self._peaks = Peaks()
        self._levels: list[list[bytes]] = []
        """of each level the hashes of the tile that is being filled"""
        self._newest: datetime | None = None
        self.destroyed = Reaches()

    def run(self, size: int) -> None:
        self._heads.meet(0, EMPTY)
        there = min(size, positions_end())
        for start in range(0, there, CHUNK):
            self._chunk(start, min(start + CHUNK, there))
        if there < size:
            words = f"positions {there} to {size - 1}: the log has no entries there any more"
            self._tell(Finding("position_missing", words))
        self._heads.end(size)
        self.counts.checkpoints = self._heads.count

    def _chunk(self, start: int, end: int) -> None:
        tiles = tiles_stored(0, start // WIDTH, end // WIDTH)
        placed = {row.position: row for row in placed_read(start, end)}
        for position in range(start, end):
            row = placed.get(position)
            if row is None:
                self._tell(Finding("position_missing", f"position {position}: the log has no entry there any more"))
                self._grow(_stored_leaf(tiles, position), tiles)
            else:
                self._event_check(row)
                self._grow(leaf_hash(row.entry), tiles)

    def _event_check(self, row: Placed) -> None:
        where = f"position {row.position}: event {row.event_id}"
        event = row.event
        if event is None:
            self._tell(Finding("event_missing", f"{where} is not there any more"))
            return
        self.counts.events += 1
        if event_entry(event) != row.entry:
            self._tell(Finding("event_changed", f"{where} is not what was logged there"))
        if row.salt is None:
            self.counts.erased += 1
            if not self.destroyed.covers(event):
                self._tell(Finding("detail_missing", f"{where}: its detail is gone, and no destruction tells of it"))
        else:
            self.counts.details += 1
            if detail_hash(row.salt, row.body) != event.detail_hash:
                self._tell(Finding("detail_changed", f"{where}: its detail is not the one that was recorded"))
        if event.tag not in _carried:
            self._date_check(where, event.at)

    def _date_check(self, where: str, at: datetime) -> None:
        """What is recorded when it happens is not much older than what came before it and was signed by then.

        Not the moment of signing alone: after a standstill, what waited is signed late and is as old as it says.
        """
        signed, newest = self._heads.at, self._newest
        if signed is not None and newest is not None and at < min(signed, newest) - BACK_DATED:
            words = f"{where} says that it happened on {at:%Y-%m-%d %H:%M} UTC; the log was at {newest:%Y-%m-%d %H:%M}"
            self._tell(Finding("back_dated", words))
        if newest is None or at > newest:
            self._newest = at

    def _grow(self, leaf: bytes, tiles: dict[int, _Tile]) -> None:
        peaks = self._peaks
        no = peaks.size // WIDTH
        peaks.grow(leaf)
        level, added = 0, leaf
        while True:
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level]
            hashes.append(added)
            if len(hashes) < WIDTH:
                break
            added = tile_root(hashes)
            stored = tiles if level == 0 else tiles_stored(level, no, no + 1)
            self._tile_check(level, no, stored.get(no), (b"".join(hashes), added))
            hashes.clear()
            level, no = level + 1, no // WIDTH
        if peaks.size == self._heads.size:
            self._heads.meet(peaks.size, peaks.root)

    def _tile_check(self, level: int, no: int, stored: _Tile | None, made: _Tile) -> None:
        if stored is None:
            self._tell(Finding("tile_missing", f"tile {level}/{no} is not there any more"))
            return
        self.counts.tiles += 1
        if stored != made:
            self._tell(Finding("tile_changed", f"tile {level}/{no} does not hold the hashes of its entries"))


def _stored_leaf(tiles: dict[int, _Tile], position: int) -> bytes:
    """What the tile says of an entry that is missing, so that one gap is told of once."""
    hashes = tiles.get(position // WIDTH, (b"", b""))[0]
    at = position % WIDTH * HASH_BYTES
    return hashes[at : at + HASH_BYTES] or bytes(HASH_BYTES)
