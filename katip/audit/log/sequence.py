"""Giving positions: events that wait are put into the log in batches, and its new head is signed.

Whatever waits has no position, whenever it was recorded and however late its transaction committed: there is no
watermark to fall behind. One batch is one transaction: killed in the middle, it never was. Any number of sequencers do
no harm: one lock, held for a batch, lets one of them work; who records an event never waits for it.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction

from katip.audit.log.entries import ENTRY_SQL
from katip.audit.log.keys import log_keys
from katip.audit.log.notes import Head, NoteError, checkpoint_open
from katip.audit.log.tiles import WIDTH, BrokenLogError, checkpoint_read, parted, tiles_read, width_at
from katip.audit.log.tree import EMPTY, folded, leaf_hash, row_above, subtrees

BATCH = 64 * WIDTH
"""most events that one transaction gives positions to"""
_LOCK = 0x6B61746970
"""of the advisory lock: the letters of the product"""

_SILENT = "30s"
"""so long the lock may be held by a sequencer that says nothing: its machine may be gone without a word"""
_BEGIN = "SELECT pg_try_advisory_xact_lock(%s), set_config('idle_in_transaction_session_timeout', %s, true)"

_PLACE = f"""
WITH waiting AS MATERIALIZED (
    SELECT event.*,
        (SELECT position FROM audit_logentry WHERE event_id = queue.event_id) IS NOT NULL AS placed
    FROM audit_logqueue AS queue
    CROSS JOIN LATERAL (SELECT * FROM audit_event WHERE id = queue.event_id OFFSET 0) AS event
    ORDER BY queue.event_id LIMIT %(most)s
), placed AS (
    INSERT INTO audit_logentry (position, event_id, entry)
    SELECT %(size)s - 1 + row_number() OVER (ORDER BY event.id), event.id, {ENTRY_SQL}
    FROM waiting AS event WHERE NOT event.placed
    RETURNING position, entry
), taken AS (
    DELETE FROM audit_logqueue USING waiting WHERE audit_logqueue.event_id = waiting.id
)
SELECT count(*), coalesce(string_agg(entry, ''::bytea ORDER BY position), ''::bytea) FROM placed
"""  # noqa: S608 -- constants
"""An event that has its position already is only taken from the queue; one that is not there stays, to be told of.

Lateral, with an offset that changes nothing: each event is looked up by its key. A join that goes through all events up
to the first one that waits would cost ever more.
"""

_TILES = """
INSERT INTO audit_logtile (level, no, hashes, root)
SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[], %s::bytea[])
"""


def sequence(at: datetime) -> int:
    """Give positions to events that have none, a batch at most, and sign the log's new head; returns to how many.

    0 also where another sequencer is at work just now. Raises `BrokenLogError`, with nothing signed, where the newest
    part of the log is not what the last signed head says.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_BEGIN, [_LOCK, _SILENT])
        if not cursor.fetchone()[0]:
            return 0
        size = _size_checked(at)
        cursor.execute(_PLACE, {"most": BATCH, "size": size})
        count, entries = cursor.fetchone()
        if count:
            edge = Edge(size)
            tiles = list(edge.grow([leaf_hash(entry) for entry in parted(bytes(entries))]))
            if tiles:
                cursor.execute(_TILES, [list(column) for column in zip(*tiles, strict=True)])
            _sign(size + count, edge.root, at)
    return int(count)


def sequence_all(at: datetime) -> int:
    """Batch after batch until nothing waits; returns how many positions were given."""
    given = 0
    while count := sequence(at):
        given += count
    return given


def waits() -> bool:
    """Whether an event waits for its position."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM audit_logqueue)")
        return bool(cursor.fetchone()[0])


def _size_checked(at: datetime) -> int:
    """The log's size, once its right edge leads to the root that was signed for it; a new log's empty head is signed.

    A head must never be signed that does not grow from the last one.
    """
    newest = checkpoint_read()
    if newest is None:
        _sign(0, EMPTY, at)
        return 0
    size, root, note = newest
    keys = log_keys()
    try:
        head = checkpoint_open(note, keys.verifiers)
    except NoteError as error:
        message = f"the checkpoint of {size} is not ours: {error}"
        raise BrokenLogError(message) from error
    if head != Head(keys.origin, size, root) or Edge(size).root != root:
        message = f"the tree of {size} has another root than its checkpoint"
        raise BrokenLogError(message)
    return size


def _sign(size: int, root: bytes, at: datetime) -> None:
    keys = log_keys()
    note = keys.signer.sign(Head(keys.origin, size, root).text)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_checkpoint (size, root, note, at) VALUES (%s, %s, %s, %s)", [size, root, note, at]
        )


class Edge:
    """The incomplete tiles at the right edge of the tree, one a level: what is needed to grow it."""

    def __init__(self, size: int) -> None:
        self.size = size
        numbers = [(size >> 8 * level) // WIDTH for level in range((size.bit_length() + 7) // 8)]
        places = [(level, no, width_at(level, no, size)) for level, no in enumerate(numbers)]
        hashes = tiles_read([place for place in places if place[2]])
        self._levels = [parted(hashes.get((level, no), b"")) for level, no, _ in places]

    def grow(self, leaves: list[bytes]) -> Iterator[tuple[int, int, bytes, bytes]]:
        """Take in leaves; yields the tiles that this completes: level, number, hashes, root."""
        before, self.size = self.size, self.size + len(leaves)
        level, added = 0, leaves
        while added:
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level] + added
            no = (before >> 8 * level) // WIDTH
            added = []
            for start in range(0, len(hashes) - WIDTH + 1, WIDTH):
                tile = hashes[start : start + WIDTH]
                added.append(tile_root(tile))
                yield level, no + start // WIDTH, b"".join(tile), added[-1]
            self._levels[level] = hashes[len(added) * WIDTH :]
            level += 1

    @property
    def root(self) -> bytes:
        """The tree's root."""
        peaks = [
            tile_root(hashes[index << level : index + 1 << level])
            for hashes in reversed(self._levels)
            for level, index in subtrees(0, len(hashes))
        ]
        return folded(peaks)


def tile_root(hashes: list[bytes]) -> bytes:
    """The hash over a complete tile, or another power of two of neighbours."""
    while len(hashes) > 1:
        hashes = row_above(hashes)
    return hashes[0]
