"""A log's files as C2SP tlog-tiles lays them out, and what can be computed from them.

Names of files are made here, from numbers; none is taken from what a log says. What tiles say is believed only as far
as it leads to the root of a signed checkpoint.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from katip_verify.encoding import HASH_SIZE
from katip_verify.merkle import node_hash, root_of
from katip_verify.note import LONGEST
from katip_verify.said import Refused, Unable, said

WIDTH = 256
"""hashes of a full tile"""
HEIGHT = 8
"""levels of the tree that a tile spans"""
_LARGEST_ENTRY = 2**16 - 1
_LENGTH_SIZE = 2


class Source(Protocol):
    """Where the files come from."""

    def read(self, name: str, limit: int) -> bytes | None:
        """The file of this name; None where there is none. Raises `Unable`, also past `limit` bytes."""


def number_path(number: int) -> str:
    """A tile's number as its path: 1234067 is `x001/x234/067`."""
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))


def tile_width(level: int, number: int, size: int) -> int:
    """How many hashes the tile has in a tree of this size; 0 where the tree has no such tile."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


@dataclass(slots=True)
class Log:
    """The tiles of a log at one size. Hashes that were read are kept, for the few tiles that a proof needs."""

    source: Source
    size: int
    _kept: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    def tile(self, level: int, number: int) -> list[bytes]:
        """A tile's hashes. Raises `Unable` where it is missing, `Refused` where it is malformed."""
        width = tile_width(level, number, self.size)
        name, served, raw = self._part(f"tile/{level}/{number_path(number)}", width, 2 * WIDTH * HASH_SIZE)
        if len(raw) != served * HASH_SIZE:
            raise Refused("tile-length", name=name, bytes=len(raw), needed=served * HASH_SIZE)
        return [raw[at : at + HASH_SIZE] for at in range(0, width * HASH_SIZE, HASH_SIZE)]

    def entries(self, number: int) -> list[bytes]:
        """The entries of a bundle. Raises as `tile` does."""
        width = tile_width(0, number, self.size)
        limit = 2 * WIDTH * (_LENGTH_SIZE + _LARGEST_ENTRY)
        name, served, raw = self._part(f"tile/entries/{number_path(number)}", width, limit)
        found = list(_entries_read(raw, name))
        if len(found) != served:
            raise Refused("entries-count", name=name, got=len(found), needed=served)
        return found[:width]

    def _part(self, name: str, width: int, limit: int) -> tuple[str, int, bytes]:
        """A file of this width, or the full one, which does for a partial one: its name, its width, its bytes.

        `limit` leaves room for a file that is too long, so that it is refused as that.
        """
        if width < WIDTH:
            partial = f"{name}.p/{width}"
            raw = self.source.read(partial, limit)
            if raw is not None:
                return partial, width, raw
        raw = self.source.read(name, limit)
        if raw is None:
            raise Unable("file-missing", name=name if width == WIDTH else f"{name}.p/{width}")
        return name, WIDTH, raw

    def node(self, height: int, number: int) -> bytes:
        """The root of the full subtree of 2^height leaves that begins at leaf number * 2^height."""
        level, rest = divmod(height, HEIGHT)
        tile, first = divmod(number << rest, WIDTH)
        if (level, tile) not in self._kept:
            self._kept[level, tile] = self.tile(level, tile)
        return root_of(self._kept[level, tile][first : first + (1 << rest)])

    def subtree(self, start: int, end: int) -> bytes:
        """The root over the leaves from `start` to before `end`, as a node of the tree or of its right edge."""
        many = end - start
        if many & (many - 1) == 0:
            height = many.bit_length() - 1
            return self.node(height, start >> height)
        middle = start + _split(many)
        return node_hash(self.subtree(start, middle), self.subtree(middle, end))

    def inclusion(self, index: int) -> list[bytes]:
        """The inclusion proof of a leaf (RFC 9162 §2.1.3.1); 0 <= index < size."""
        start, end, proof = 0, self.size, []
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self.subtree(middle, end))
                end = middle
            else:
                proof.append(self.subtree(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, size1: int) -> list[bytes]:
        """The proof that the tree begins with the smaller one (RFC 9162 §2.1.4.1); 0 < size1 < size."""
        start, end, proof = 0, self.size, []
        while size1 != end:
            middle = start + _split(end - start)
            if size1 <= middle:
                proof.append(self.subtree(middle, end))
                end = middle
            else:
                proof.append(self.subtree(start, middle))
                start = middle
        if start:
            proof.append(self.subtree(start, end))
        return proof[::-1]


def checkpoint_read(source: Source) -> bytes:
    """The log's checkpoint, unchecked. Raises `Unable`."""
    raw = source.read("checkpoint", 2 * LONGEST)
    if raw is None:
        raise Unable("file-missing", name="checkpoint")
    return raw


def _split(many: int) -> int:
    """The largest power of two below `many`; many > 1."""
    return 1 << ((many - 1).bit_length() - 1)


def _entries_read(raw: bytes, name: str) -> Iterator[bytes]:
    at = 0
    while at < len(raw):
        start = at + _LENGTH_SIZE
        at = start + int.from_bytes(raw[at:start], "big")
        if start > len(raw) or at > len(raw):
            raise Refused("entries-cut", name=name, what=said("n-entry"))
        yield raw[start:at]
