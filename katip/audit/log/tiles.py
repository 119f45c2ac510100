"""Reading the log's tree by its tiles (C2SP tlog-tiles): complete ones by their key, the right edge from what is newer.

A tile is 256 neighbouring hashes of one level; a hash of level L is over 256**L leaves. Everything here is bounded by
the size of the tree that is asked about: what came later does not show.
"""

from collections.abc import Sequence

from django.db import connection

from katip.audit.log.tree import HASH_BYTES, Node, folded, leaf_hash, row_above, subtrees

WIDTH = 256
_HEIGHT = 8
"""levels of the tree in a tile"""

_ENTRIES = """
SELECT count(*), coalesce(string_agg(entry, ''::bytea ORDER BY position), ''::bytea)
FROM audit_logentry WHERE position >= %s AND position < %s
"""
_ROOTS = """
SELECT count(*), coalesce(string_agg(root, ''::bytea ORDER BY no), ''::bytea)
FROM audit_logtile WHERE level = %s AND no >= %s AND no < %s
"""


class BrokenLogError(RuntimeError):
    """The log's tables are not what the log left there."""


def size_read() -> int:
    """How many events the newest checkpoint covers; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def checkpoint_read(beyond: int = -1) -> tuple[int, bytes, str] | None:
    """The newest checkpoint's size, root and note; None where none covers more than `beyond` events."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT size, root, note FROM audit_checkpoint WHERE size > %s ORDER BY size DESC LIMIT 1", [beyond]
        )
        row = cursor.fetchone()
    return (int(row[0]), bytes(row[1]), row[2]) if row else None


def entries_read(start: int, end: int) -> bytes:
    """The entries of these positions, 32 bytes each, side by side. Raises `BrokenLogError` where one is not there."""
    return _joined(_ENTRIES, [start, end], end - start)


def tile_read(level: int, no: int, width: int = WIDTH) -> bytes:
    """The first `width` hashes of a tile, side by side. Raises `BrokenLogError` where they are not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashes FROM audit_logtile WHERE level = %s AND no = %s", [level, no])
        row = cursor.fetchone()
    if row:
        return bytes(row[0])[: width * HASH_BYTES]
    start = no * WIDTH
    if level:
        return _joined(_ROOTS, [level - 1, start, start + width], width)
    entries = entries_read(start, start + width)
    return b"".join(leaf_hash(entry) for entry in parted(entries))


def _joined(statement: str, parameters: list[int], count: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found, content = cursor.fetchone()
    if found != count:
        message = f"{found} of {count} hashes are there"
        raise BrokenLogError(message)
    return bytes(content)


def parted(joined: bytes) -> list[bytes]:
    """Hashes that stand side by side, one by one."""
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def width_at(level: int, no: int, size: int) -> int:
    """How many hashes the tile has in a tree of `size`: 0 where it has none, 256 where it is complete."""
    return max(0, min(WIDTH, (size >> _HEIGHT * level) - no * WIDTH))


class Tree:
    """The tree of the first `size` events; reads each tile once."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._rows: dict[tuple[int, int], list[list[bytes]]] = {}

    def range_hash(self, start: int, end: int) -> bytes:
        """The hash over the leaves `start` to `end`, one of the ranges that a proof is made of."""
        return folded([self.node(node) for node in subtrees(start, end)])

    @property
    def root(self) -> bytes:
        """The root."""
        return self.range_hash(0, self.size)

    def node(self, node: Node) -> bytes:
        """The hash of a complete subtree."""
        level, index = node
        tile_level, height = divmod(level, _HEIGHT)
        no, place = divmod(index << height, WIDTH)
        return self._tile(tile_level, no, height)[place >> height]

    def _tile(self, level: int, no: int, height: int) -> Sequence[bytes]:
        """The row of hashes `height` above the tile's own, as far as they are complete."""
        rows = self._rows.get((level, no))
        if rows is None:
            rows = self._rows[level, no] = [parted(tile_read(level, no, width_at(level, no, self.size)))]
        while len(rows) <= height:
            below = rows[-1]
            rows.append(row_above(below[: len(below) & ~1]))
        return rows[height]
