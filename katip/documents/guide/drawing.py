"""Screens as small drawings: boxes, words, buttons, in the colours of the product. Plain SVG attributes, no style.

One drawing serves the page and the paper: a browser lays its words out in the page's font, typst in its own, so that
every place leaves room for a wider one. What is to be pressed has a ring and a number, which the text beside it names.
"""

from typing import Final

from django.utils.html import escape

INK, SOFT, HEAD, PAPER, MIST = "#1a2333", "#4c586b", "#16294d", "#ffffff", "#f4f6f9"
LINE, EDGE, ACT, PICK, NAVY, NAVY_HI, ON_NAVY = (
    "#d3dae4",
    "#6f7b8e",
    "#1257c0",
    "#ebf2fd",
    "#16294d",
    "#2b4272",
    "#b4c1d9",
)
OK, OK_BACK, RING = "#0b5d39", "#e7f4ec", "#b4540a"

WIDTH: Final = 360
EDGE_ROOM: Final = 20
_BAR: Final = 34
_LETTER: Final = 0.53
"""a letter's usual width, in parts of the size of the type"""
_WIDE: Final = 0.57
"""a heavy letter's, with some room to spare"""


def clipped(words: str, room: float, size: float) -> str:
    """`words`, cut where they would not fit into `room` units at this size."""
    most = max(int(room / (size * _LETTER)), 2)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


class Screen:
    """One screen being drawn, from top to bottom; lengths in units of which the screen is `WIDTH` wide."""

    def __init__(self, height: int) -> None:
        self.height = height
        self._parts = [
            f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="8" fill="{PAPER}" stroke="{LINE}"/>',
            f'<path d="M1 {_BAR}V9a8 8 0 0 1 8-8H{WIDTH - 9}a8 8 0 0 1 8 8V{_BAR}z" fill="{NAVY}"/>',
            (
                '<g fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
                '<path d="M21 12h10M21 17h6M21 22h4M27 21l3 3 6-8"/></g>'
            ),
        ]
        self.words(44, 22, "Katip", size=13, weight=700, fill=PAPER)

    def words(self, x: float, y: float, words: str, *, size: float = 13, weight: int = 400, fill: str = INK) -> None:
        """Write at the base line `y`, from `x` on to the screen's edge at most."""
        said = escape(clipped(words, WIDTH - x - EDGE_ROOM / 2, size))
        heavy = f' font-weight="{weight}"' if weight != 400 else ""  # noqa: PLR2004 -- the usual weight
        self._parts.append(f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}"{heavy}>{said}</text>')

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str = PAPER, stroke: str = EDGE, r: float = 5
    ) -> None:
        """Draw a rectangle; an empty `stroke` draws none."""
        line = f' stroke="{stroke}"' if stroke else ""
        self._parts.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{r}" fill="{fill}"{line}/>',
        )

    def rule(self, y: float) -> None:
        """Draw a thin line across."""
        self._parts.append(f'<path d="M{EDGE_ROOM} {y}H{WIDTH - EDGE_ROOM}" stroke="{LINE}"/>')

    def button(self, x: float, y: float, words: str, *, main: bool = True, mark: int = 0, room: float = 320) -> None:
        """Draw a button as wide as its words; `mark` numbers what is to be pressed."""
        size = 13 if len(words) * 13 * _WIDE + 24 <= room else 12
        width = min(max(len(words) * size * _WIDE + 28, 84), room)
        self.box(x, y, width, 30, fill=ACT if main else PAPER, stroke=ACT if main else EDGE)
        said = escape(clipped(words, width - 8, size))
        self._parts.append(
            f'<text x="{x + width / 2:g}" y="{y + 19.5:g}" font-size="{size}" font-weight="600" text-anchor="middle" '
            f'fill="{PAPER if main else ACT}">{said}</text>'
        )
        if mark:
            self.mark(x, y, width, 30, mark)

    def field(self, y: float, label: str, value: str = "", *, x: float = EDGE_ROOM, width: float = 200) -> None:
        """Draw a field of a form under its label, which takes 46 units of height."""
        self.words(x, y + 12, label, size=12, weight=600)
        self.box(x, y + 18, width, 26)
        if value:
            self.words(x + 8, y + 35.5, value, fill=SOFT)

    def tick(self, x: float, y: float, *, on: bool = True) -> None:
        """Draw a box to tick, 18 units wide."""
        self.box(x, y, 18, 18, fill=ACT if on else PAPER, stroke=ACT if on else EDGE, r=3)
        if on:
            self._parts.append(
                f'<path d="M{x + 4} {y + 9.5:g}l3.5 3.5 6.5-7.5" fill="none" stroke="#fff" stroke-width="2"/>'
            )

    def radio(self, x: float, y: float, words: str, *, on: bool = False) -> None:
        """Draw one of several to choose from, its words beside it."""
        self._parts.append(
            f'<circle cx="{x + 8}" cy="{y}" r="7.5" fill="{PAPER}" stroke="{ACT if on else EDGE}" stroke-width="1.5"/>'
        )
        if on:
            self._parts.append(f'<circle cx="{x + 8}" cy="{y}" r="4" fill="{ACT}"/>')
        self.words(x + 24, y + 4.5, words, weight=600 if on else 400)

    def column(self, height: float) -> None:
        """Draw the navy column below the bar, over the whole width."""
        self._parts.append(
            f'<path d="M1 {_BAR - 1}H{WIDTH - 1}V{_BAR + height - 8:g}a8 8 0 0 1-8 8H9a8 8 0 0 1-8-8z" fill="{NAVY}"/>'
        )

    def circle_done(self, x: float, y: float) -> None:
        """Draw the full ring with its tick."""
        self._parts.append(
            f'<circle cx="{x}" cy="{y}" r="11" fill="{OK}"/>'
            f'<path d="M{x - 5} {y}l4 4 7-8" fill="none" stroke="#fff" stroke-width="2.2"/>'
        )

    def mark(self, x: float, y: float, width: float, height: float, number: int) -> None:
        """Ring what is to be pressed and number it."""
        self._parts.append(
            f'<rect x="{x - 4:g}" y="{y - 4:g}" width="{width + 8:g}" height="{height + 8:g}" rx="8" fill="none" '
            f'stroke="{RING}" stroke-width="2.5"/>'
            f'<circle cx="{x + width + 4:g}" cy="{y - 3:g}" r="10" fill="{RING}"/>'
            f'<text x="{x + width + 4:g}" y="{y + 1.5:g}" font-size="12" font-weight="700" text-anchor="middle" '
            f'fill="#fff">{number}</text>'
        )

    def svg(self, title: str, *, font: str = "") -> str:
        """The drawing. `title` says it to those who do not see it; `font` is for paper, a page has its own."""
        family = f' font-family="{escape(font)}"' if font else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {self.height}" width="100%"'
            f"{family}><title>{escape(title)}</title>{''.join(self._parts)}</svg>"
        )
