"""The provinces as 81 equal tiles, each about where the province lies: on this map a small one counts as a large one.

Drawn on the server as SVG, as in `katip.web.drawing`: shapes carry CSS classes, words come in already written. A tile
holds the plate code and a figure; its step of five says how the figure stands among the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from django.utils.html import escape

_ids = count(1)

STEPS: Final = 5
SIZE: Final = 44
GAP: Final = 3
COLUMNS: Final = 16

# One line for each row of tiles: plate codes from west to east, a dot where no province lies.
_ROWS: Final = (
    "22 39 .. .. .. 67 74 37 57 55 .. .. .. .. .. ..",
    ".. 59 34 41 54 81 78 18 19 05 52 28 61 53 08 75",
    "17 .. 77 16 11 14 06 71 66 60 58 29 69 25 36 76",
    ".. 10 45 43 26 42 40 50 38 46 44 24 62 12 49 04",
    ".. 35 64 03 32 70 68 51 01 80 02 23 21 72 13 65",
    ".. 09 20 15 07 .. .. 33 .. 31 27 63 47 56 73 30",
    ".. 48 .. .. .. .. .. .. .. .. 79 .. .. .. .. ..",
)
PLACES: Final[dict[int, tuple[int, int]]] = {
    int(code): (column, line)
    for line, codes in enumerate(_ROWS)
    for column, code in enumerate(codes.split())
    if code != ".."
}
"""column and line of each plate code's tile"""


@dataclass(frozen=True, slots=True)
class Tile:
    """One province: plate code, name, the figure (None: unknown) and its written form; where a click leads; a mark."""

    plate: int
    name: str
    value: float | None
    text: str
    url: str = ""
    mark: bool = False


def steps_of(values: Sequence[float]) -> list[float]:
    """Find the least value of each step, so that about as many provinces fall into each; equal values share a step.

    Returns at most five values in ascending order; none for no values. Where nearly all have one value, as counts of
    seldom things do, the steps hold about as many values each instead: else the few would look like the many.
    """
    lower = _fifths(sorted(values))
    return lower if len(lower) > STEPS // 2 else _fifths(sorted(set(values)))


def _fifths(ordered: Sequence[float]) -> list[float]:
    return sorted({ordered[len(ordered) * step // STEPS] for step in range(STEPS)}) if ordered else []


def step_of(value: float | None, lower: Sequence[float]) -> int:
    """Say which step of `steps_of` a value belongs to: 1 to 5, the highest for the greatest; 0 for an unknown one.

    Fewer than five steps lie as far apart as they can; a count of nothing everywhere is the lightest.
    """
    if value is None or not lower:
        return 0
    if len(lower) == 1:
        return STEPS if lower[0] else 1
    reached = sum(1 for bound in lower if value >= bound)
    return 1 + (max(reached, 1) - 1) * (STEPS - 1) // (len(lower) - 1)


def tiles_svg(tiles: Sequence[Tile], *, title: str) -> str:
    """Draw the map. Arguments: provinces of known plate codes; the picture's name.

    With addresses the picture is a group of links; without it is one image, and its table is left to the caller.
    """
    lower = steps_of([tile.value for tile in tiles if tile.value is not None])
    linked = any(tile.url for tile in tiles)
    key = f"t{next(_ids)}"
    width, height = COLUMNS * (SIZE + GAP) - GAP, len(_ROWS) * (SIZE + GAP) - GAP
    body = "".join(_tile(tile, step_of(tile.value, lower)) for tile in tiles)
    return (
        f'<svg class="tiles" role="{"group" if linked else "img"}" aria-labelledby="{key}" '
        f'viewBox="0 0 {width} {height}"><title id="{key}">{escape(title)}</title>{body}</svg>'
    )


def _tile(tile: Tile, step: int) -> str:
    column, line = PLACES[tile.plate]
    x, y = column * (SIZE + GAP), line * (SIZE + GAP)
    corner = x + SIZE
    mark = f'<path class="d-limit" d="M{corner} {y}v11l-11-11z"/>' if tile.mark else ""
    shapes = (
        f'<rect class="step-{step}" x="{x}" y="{y}" width="{SIZE}" height="{SIZE}" rx="3"/>{mark}'
        f'<text class="on-{step} strong" x="{x + SIZE // 2}" y="{y + 19}">{tile.plate:02}</text>'
        f'<text class="on-{step}" x="{x + SIZE // 2}" y="{y + 35}">{escape(tile.text)}</text>'
    )
    told = escape(f"{tile.name}: {tile.text}")
    if tile.url:
        return f'<a href="{escape(tile.url)}" aria-label="{told}">{shapes}</a>'
    return f"<g><title>{told}</title>{shapes}</g>"


def step_svg(step: int) -> str:
    """Draw the legend's small sample of a step."""
    return _swatch(f'<rect class="step-{step}" width="20" height="12" rx="2"/>')


def mark_svg() -> str:
    """Draw the legend's small sample of the mark."""
    return (
        '<svg aria-hidden="true" focusable="false" viewBox="0 0 20 12"><path class="d-limit" d="M15 1v10L5 1z"/></svg>'
    )


def _swatch(shape: str) -> str:
    return f'<svg aria-hidden="true" focusable="false" viewBox="0 0 20 12">{shape}</svg>'
