"""Reading the log's tree by its tiles (C2SP tlog-tiles): complete ones by their key, the right edge from what is newer.

A tile is 256 neighbouring hashes of one level; a hash of level L is over 256**L leaves. Everything here is bounded by
the size of the tree that is asked about: what came later does not show.
"""

from collections.abc import Collection, Iterable

from django.db import connection

from katip.audit.log.tree import HASH_BYTES, Node, Range, folded, row_above, subtrees

WIDTH = 256
_HEIGHT = 8
"""levels of the tree in a tile"""

_ENTRIES = """
SELECT coalesce(string_agg(entry, ''::bytea ORDER BY position), ''::bytea)
FROM audit_logentry WHERE position >= %s AND position < %s
"""
_TILES = r"""
SELECT wanted.level, wanted.no, CASE
    WHEN wanted.width = 256 THEN
        (SELECT tile.hashes FROM audit_logtile tile WHERE tile.level = wanted.level AND tile.no = wanted.no)
    WHEN wanted.level > 0 THEN
        (SELECT string_agg(tile.root, ''::bytea ORDER BY tile.no) FROM audit_logtile tile
         WHERE tile.level = wanted.level - 1
             AND tile.no >= wanted.no * 256 AND tile.no < wanted.no * 256 + wanted.width)
    ELSE
        (SELECT string_agg(sha256('\x00'::bytea || entry.entry), ''::bytea ORDER BY entry.position)
         FROM audit_logentry entry
         WHERE entry.position >= wanted.no * 256 AND entry.position < wanted.no * 256 + wanted.width)
    END
FROM unnest(%s::smallint[], %s::bigint[], %s::int[]) AS wanted (level, no, width)
"""
"""Only what is complete is kept as a tile: the rest is in the roots of the tiles below, and in the entries."""


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
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [start, end])
        content = bytes(cursor.fetchone()[0])
    return _complete(content, end - start)


def tile_read(level: int, no: int, width: int = WIDTH) -> bytes:
    """The first `width` hashes of a tile, side by side. Raises `BrokenLogError` where they are not there."""
    return tiles_read([(level, no, width)])[level, no]


def tiles_read(wanted: Collection[tuple[int, int, int]]) -> dict[tuple[int, int], bytes]:
    """The first hashes, `width` of them, of each tile (level, number, width). Raises as above."""
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_TILES, [list(column) for column in zip(*wanted, strict=True)])
        found = {(level, no): bytes(hashes or b"") for level, no, hashes in cursor.fetchall()}
    return {(level, no): _complete(found[level, no], width) for level, no, width in wanted}


def _complete(content: bytes, count: int) -> bytes:
    if len(content) != count * HASH_BYTES:
        message = f"{len(content) // HASH_BYTES} of {count} hashes are there"
        raise BrokenLogError(message)
    return content


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

    def range_hashes(self, ranges: Iterable[Range]) -> list[bytes]:
        """The hash over each of the ranges of leaves that a proof is made of, their tiles read at once."""
        nodes = [subtrees(*one) for one in ranges]
        self._tiles_read({_tile_of(node) for some in nodes for node in some})
        return [folded([self._node(node) for node in some]) for some in nodes]

    @property
    def root(self) -> bytes:
        """The root."""
        return self.range_hashes([(0, self.size)])[0]

    def _tiles_read(self, tiles: set[tuple[int, int]]) -> None:
        missing = [(level, no, width_at(level, no, self.size)) for level, no in sorted(tiles - self._rows.keys())]
        for tile, hashes in tiles_read(missing).items():
            self._rows[tile] = [parted(hashes)]

    def _node(self, node: Node) -> bytes:
        """The hash of a complete subtree whose tile has been read."""
        rows, height = self._rows[_tile_of(node)], node[0] % _HEIGHT
        while len(rows) <= height:
            below = rows[-1]
            rows.append(row_above(below[: len(below) & ~1]))
        return rows[height][(node[1] << height) % WIDTH >> height]


def _tile_of(node: Node) -> tuple[int, int]:
    level, height = divmod(node[0], _HEIGHT)
    return level, (node[1] << height) // WIDTH
