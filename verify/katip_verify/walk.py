"""Going through a whole log: every entry hashed, every tile compared, the roots computed anew."""

from collections.abc import Collection

from katip_verify.merkle import EMPTY_ROOT, leaf_hash, root_of
from katip_verify.said import Refused
from katip_verify.tiles import WIDTH, Log, number_path


def walk(log: Log, sizes: Collection[int], *, from_entries: bool = True) -> dict[int, bytes]:
    """The root of the log at each of these sizes, none above the log's own, from its entries or from its leaf hashes.

    Raises `Refused` where a tile says something else than what lies below it, `Unable` where a file is missing.
    """
    roots = {size: EMPTY_ROOT for size in sizes if size == 0}
    above: list[bytes] = []
    for number in range(-(-log.size // WIDTH)):
        leaves = _leaves(log, number, from_entries=from_entries)
        for size in sizes:
            part = size - number * WIDTH
            if 0 < part <= len(leaves) and size not in roots:
                roots[size] = root_of([*above, root_of(leaves[:part])])
        if len(leaves) == WIDTH:
            above.append(root_of(leaves))
    _tiles_compare(log, above)
    return roots


def _leaves(log: Log, number: int, *, from_entries: bool) -> list[bytes]:
    tile = log.tile(0, number)
    if from_entries:
        _compare(0, number, tile, [leaf_hash(entry) for entry in log.entries(number)])
    return tile


def _tiles_compare(log: Log, hashes: list[bytes]) -> None:
    """Whether the tiles above the leaves say what was computed."""
    level = 1
    while hashes:
        above = []
        for number in range(-(-len(hashes) // WIDTH)):
            part = hashes[number * WIDTH : (number + 1) * WIDTH]
            _compare(level, number, log.tile(level, number), part)
            if len(part) == WIDTH:
                above.append(root_of(part))
        level, hashes = level + 1, above


def _compare(level: int, number: int, told: list[bytes], computed: list[bytes]) -> None:
    if told != computed:
        at = next(at for at, (one, other) in enumerate(zip(told, computed, strict=True)) if one != other)
        raise Refused("tile-differs", name=f"tile/{level}/{number_path(number)}", at=number * WIDTH + at)
