"""Pictures of figures, made on the server as SVG: a month's minutes as one bar, a row of columns over time.

No colour and no word is decided here: shapes carry CSS classes, words come in already written. Widths are given in
percent of the space there is, heights in pixels, so that text keeps its size on every screen. A table or a sentence
with the same figures always stands beside the picture; the picture itself is named by its title.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from django.utils.html import escape

_ids = count(1)

METER_HEIGHT: Final = 24
PLOT_TOP, PLOT_HEIGHT, PLOT_FOOT = 44, 132, 44
MAX_TICKS: Final = 5
LABELS_WIDE, LABELS_NARROW = 8, 4
NUMBERS_FIT_PHONE = 6


def percent(part: float, whole: float) -> str:
    """Write a share of a whole as an SVG length."""
    return f"{100 * part / whole:.3f}".rstrip("0").rstrip(".") + "%"


def meter_svg(
    *,
    active: int,
    blocked: int = 0,
    pending: int = 0,
    free: int = 0,
    scale: int = 0,
    limit: int = 0,
    title: str,
) -> str:
    """Draw minutes as one bar: active solid, blocked cross-hatched, pending hatched, free hollow, in that order.

    Arguments, all in minutes a month: the four parts; what the bar's full width stands for (0: the parts together);
    where the limit tick stands (0: none); and the sentence that says the same to those who do not see it.
    """
    parts = [("act", active), ("block", blocked), ("wait", pending), ("free", free)]
    whole = max(scale, limit, sum(minutes for _, minutes in parts), 1)
    key = f"m{next(_ids)}"
    shapes: list[str] = []
    gaps: list[str] = []
    at = 0
    for name, minutes in parts:
        if minutes <= 0:
            continue
        box = f'x="{percent(at, whole)}" width="{percent(minutes, whole)}" height="{METER_HEIGHT}"'
        if name == "free":
            shapes.append(f'<rect class="d-free" {box}/>')
        elif name == "act":
            shapes.append(f'<rect class="d-act" {box}/>')
        else:
            shapes.append(f'<rect fill="url(#{key}-{name})" {box}/>')
        if at:
            gaps.append(f'<rect class="d-gap" x="{percent(at, whole)}" width="2" height="{METER_HEIGHT}"/>')
        at += minutes
    tick = ""
    if limit:
        tick = f'<rect class="d-limit" x="{percent(limit, whole)}" y="-4" width="3" height="{METER_HEIGHT + 8}"/>'
    return (
        f'<svg class="meter" role="img" aria-labelledby="{key}" height="{METER_HEIGHT}" width="100%">'
        f'<title id="{key}">{escape(title)}</title>{_patterns(key)}{"".join(shapes)}{"".join(gaps)}{tick}</svg>'
    )


def swatch_svg(name: str) -> str:
    """Draw the legend's small sample of one part: ``active``, ``blocked``, ``pending``, ``free`` or ``limit``."""
    key = f"m{next(_ids)}"
    fills = {
        "active": '<rect class="d-act" width="20" height="12"/>',
        "blocked": f'<rect fill="url(#{key}-block)" width="20" height="12"/>',
        "pending": f'<rect fill="url(#{key}-wait)" width="20" height="12"/>',
        "free": '<rect class="d-free" x=".5" y=".5" width="19" height="11"/>',
        "limit": '<rect class="d-limit" x="8" width="3" height="12"/>',
    }
    patterns = _patterns(key) if name in {"blocked", "pending"} else ""
    return f'<svg aria-hidden="true" focusable="false" viewBox="0 0 20 12">{patterns}{fills[name]}</svg>'


def _patterns(key: str) -> str:
    return (
        f'<defs><pattern id="{key}-wait" width="8" height="8" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="d-wait-bg" width="8" height="8"/>'
        '<path class="d-wait-ink" d="M2 0v8"/></pattern>'
        f'<pattern id="{key}-block" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="d-block-bg" width="6" height="6"/>'
        '<path class="d-block-ink" d="M0 1h6M1 0v6"/></pattern></defs>'
    )


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the short word under it, the year to write under its first column, its figure in number and word."""

    label: str
    year: str
    value: float
    value_text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A change between two columns: it stands before the column of that index; with a headline and a second line.

    Or with a number alone, where several would stand on each other's words.
    """

    before: int
    title: str
    text: str = ""
    number: int | None = None


def axis_ticks(greatest: float) -> list[int]:
    """Choose the round figures of the vertical axis: from 0 to the first step at or above the greatest value."""
    step = 1
    while step * (MAX_TICKS - 1) < greatest:
        for factor in (1, 2, 5):
            candidate = factor * 10 ** (len(str(step)) - 1)
            if candidate > step:
                step = candidate
                break
        else:
            step = 10 ** len(str(step))
    ticks = [0]
    while ticks[-1] < greatest or len(ticks) == 1:
        ticks.append(ticks[-1] + step)
    return ticks


def column_plot_svg(columns: Sequence[Column], marks: Sequence[Mark], *, title: str, tick_texts: dict[int, str]) -> str:
    """Draw columns over time with dotted lines where something changed.

    Arguments: the columns from oldest to newest, at least one; the changes; the picture's name; the written form of
    every figure of `axis_ticks`. Columns before the last change are pale, those since then are strong.
    Returns two SVG elements side by side: the axis of fixed width and the plot that takes the rest.
    """
    top = max(tick_texts) or 1
    bottom = PLOT_TOP + PLOT_HEIGHT
    height = bottom + PLOT_FOOT
    size = len(columns)
    key = f"p{next(_ids)}"

    def level(value: float) -> float:
        return round(bottom - PLOT_HEIGHT * value / top, 1)

    axis_width = 14 + 8 * max(len(text) for text in tick_texts.values())
    axis = "".join(
        f'<text x="{axis_width - 8}" y="{level(value) + 4}" text-anchor="end">{text}</text>'
        for value, text in tick_texts.items()
    )
    lines = "".join(
        f'<line class="{"base" if value == 0 else "grid"}" x1="0" x2="100%" y1="{level(value)}" y2="{level(value)}"/>'
        for value in tick_texts
    )
    since = max((mark.before for mark in marks), default=0)
    bars = "".join(
        f'<rect class="{"d-act" if index >= since else "d-past"}" x="{percent(index + 0.18, size)}" '
        f'width="{percent(0.64, size)}" y="{level(column.value)}" height="{round(bottom - level(column.value), 1)}"/>'
        for index, column in enumerate(columns)
    )
    body = lines + bars + _figures(columns, marks, level) + _foot(columns, bottom) + _marks(marks, size, bottom)
    return (
        f'<svg aria-hidden="true" width="{axis_width}" height="{height}">{axis}</svg>'
        f'<svg class="area" role="img" aria-labelledby="{key}" width="100%" height="{height}">'
        f'<title id="{key}">{escape(title)}</title>{body}</svg>'
    )


def _figures(columns: Sequence[Column], marks: Sequence[Mark], level: Callable[[float], float]) -> str:
    """Write the figures that matter above their columns: the first, the last, and those around each change.

    Numbered changes are told in a table: only the last of them has its figures here, too.
    """
    shown = {0, len(columns) - 1}
    for mark in marks[-1:]:
        shown |= {mark.before - 1, mark.before}
    return "".join(
        f'<text class="strong" text-anchor="middle" x="{percent(index + 0.5, len(columns))}" '
        f'y="{level(columns[index].value) - 6}">{escape(columns[index].value_text)}</text>'
        for index in sorted(shown)
        if 0 <= index < len(columns)
    )


def _foot(columns: Sequence[Column], bottom: int) -> str:
    """Write months and years under the columns; a phone gets fewer of them."""
    size = len(columns)
    wide_step, narrow_step = max(1, -(-size // LABELS_WIDE)), max(1, -(-size // LABELS_NARROW))
    texts = []
    for index, column in enumerate(columns):
        from_end = size - 1 - index
        place = f'text-anchor="middle" x="{percent(index + 0.5, size)}"'
        if from_end % wide_step == 0:
            css = "" if from_end % narrow_step == 0 else ' class="wide"'
            texts.append(f'<text{css} {place} y="{bottom + 18}">{escape(column.label)}</text>')
        if index == 0 or column.year != columns[index - 1].year:
            crowded = index == 0 and any(later.year != column.year for later in columns[1 : size // LABELS_NARROW])
            css = "strong wide" if crowded else "strong"
            texts.append(f'<text class="{css}" {place} y="{bottom + 38}">{escape(column.year)}</text>')
    return "".join(texts)


def _marks(marks: Sequence[Mark], size: int, bottom: int) -> str:
    texts = []
    for mark in marks:
        x = percent(mark.before, size)
        left = mark.before * 2 < size
        anchor, shift = ("start", "8") if left else ("end", "-8")
        if mark.number is not None:
            css = "strong" if len(marks) <= NUMBERS_FIT_PHONE or mark is marks[-1] else "strong wide"
            texts.append(f'<line class="mark" x1="{x}" x2="{x}" y1="{PLOT_TOP - 12}" y2="{bottom}"/>')
            texts.append(f'<text class="{css}" text-anchor="middle" x="{x}" y="{PLOT_TOP - 18}">{mark.number}</text>')
            continue
        texts.append(f'<line class="mark" x1="{x}" x2="{x}" y1="4" y2="{bottom}"/>')
        texts.append(
            f'<text class="strong" text-anchor="{anchor}" x="{x}" dx="{shift}" y="14">{escape(mark.title)}</text>'
        )
        if mark.text:
            texts.append(
                f'<text class="wide" text-anchor="{anchor}" x="{x}" dx="{shift}" y="32">{escape(mark.text)}</text>'
            )
    return "".join(texts)


HISTORY_HEIGHT, HISTORY_HEAD, HISTORY_FOOT = 92, 48, 26
WORDS_FIT, WORDS_FIT_PHONE = 0.16, 0.32
"""the least share of the width on which a step's words find room, on a wide screen and on a phone"""


@dataclass(frozen=True, slots=True)
class Step:
    """One level held for a while: its length in days, its figure, two lines of words, the word under its beginning."""

    days: int
    value: int
    title: str
    text: str
    since: str
    waits: bool = False


def history_svg(steps: Sequence[Step], *, title: str) -> str:
    """Draw levels over time, each as wide as it lasted; a level that still waits is hatched.

    Arguments: the steps from oldest to newest, at least one; the picture's name. Narrow steps are drawn without words:
    the table beside the picture has them all.
    """
    key = f"h{next(_ids)}"
    whole = sum(max(step.days, 1) for step in steps)
    top = max(step.value for step in steps) or 1
    bottom = HISTORY_HEAD + HISTORY_HEIGHT
    short_end = len(steps) > 1 and max(steps[-1].days, 1) / whole < WORDS_FIT
    shapes, at = [], 0
    for number, step in enumerate(steps):
        days, last = max(step.days, 1), number == len(steps) - 1
        height = max(round(HISTORY_HEIGHT * step.value / top, 1), 1)
        y, x = round(bottom - height, 1), percent(at, whole)
        fill = f'fill="url(#{key}-wait)"' if step.waits else 'class="d-act"'
        shapes.append(f'<rect {fill} x="{x}" width="{percent(days, whole)}" y="{y}" height="{height}"/>')
        if at:
            shapes.append(f'<rect class="d-gap" x="{x}" width="2" y="{y}" height="{height}"/>')
        room = days / whole - (WORDS_FIT if number + 2 == len(steps) and short_end else 0)
        if last and short_end:
            shapes.append(_step_words(step, 'text-anchor="end" x="100%"', y))
        elif room >= WORDS_FIT:
            css = "" if room >= WORDS_FIT_PHONE or last else " wide"
            shapes.append(_step_words(step, f'x="{x}"', y, css))
            shapes.append(f'<text class="{css.strip()}" x="{x}" y="{bottom + 18}">{escape(step.since)}</text>')
        at += days
    base = f'<line class="base" x1="0" x2="100%" y1="{bottom}" y2="{bottom}"/>'
    return (
        f'<svg class="area" role="img" aria-labelledby="{key}" width="100%" height="{bottom + HISTORY_FOOT}">'
        f'<title id="{key}">{escape(title)}</title>{_patterns(key)}{"".join(shapes)}{base}</svg>'
    )


def _step_words(step: Step, place: str, y: float, css: str = "") -> str:
    second = f'<text class="{css.strip()}" {place} y="{y - 6}">{escape(step.text)}</text>' if step.text else ""
    return f'<text class="strong{css}" {place} y="{y - (24 if second else 6)}">{escape(step.title)}</text>{second}'


SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 96, 24, 3


def sparkline_svg(values: Sequence[float], *, title: str) -> str:
    """Draw the course of a figure without axes, ending in a dot. Arguments: at least one value; the picture's name."""
    low, high = min(values), max(values)
    across = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(len(values) - 1, 1)
    room = SPARK_HEIGHT - 2 * SPARK_EDGE

    def place(index: int) -> tuple[float, float]:
        level = (values[index] - low) / (high - low) if high > low else 0.5
        return round(SPARK_EDGE + across * index, 1), round(SPARK_HEIGHT - SPARK_EDGE - room * level, 1)

    line = " ".join(f"{x},{y}" for x, y in map(place, range(len(values))))
    x, y = place(len(values) - 1)
    key = f"s{next(_ids)}"
    return (
        f'<svg class="spark" role="img" aria-labelledby="{key}" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}">'
        f'<title id="{key}">{escape(title)}</title><polyline points="{line}"/><circle cx="{x}" cy="{y}" r="3"/></svg>'
    )
