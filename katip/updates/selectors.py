"""How far a month is: read by the command, the worker and the official's page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, Sum

from katip.updates.models import ChunkState, MonthChunk, MonthRun, RunState

UNFINISHED = (RunState.APPLYING, RunState.CLOSING)
"""a run that is to be gone on with, whatever happened"""
_MEASURED = 40


@dataclass(frozen=True, slots=True)
class Progress:
    """Chunks and lines of a run, and how many of them are written.

    `rate` is lines a second over the last chunks that were written, 0 where too few are; `seconds_left` what the rest
    takes at that rate, None where it cannot be said. `last_at` is when the newest chunk was written.
    """

    chunks: int
    done: int
    lines_done: int
    lines: int
    rate: float
    seconds_left: float | None
    last_at: datetime | None

    @property
    def share(self) -> float:
        """Of the lines, 0 to 1; a run without lines is done."""
        return self.lines_done / self.lines if self.lines else 1.0


def run_newest() -> MonthRun | None:
    """The run that is being carried out, else the one planned last; None where no month was ever planned."""
    unfinished = MonthRun.objects.filter(state__in=UNFINISHED).first()
    return unfinished or MonthRun.objects.order_by("-id").first()


def run_progress(run_id: int) -> Progress:
    """How far the run is. The rate is that of the last chunks: a night in which nobody worked is soon forgotten."""
    is_done = Q(state=ChunkState.DONE)
    counted = MonthChunk.objects.filter(run_id=run_id).aggregate(
        chunks=Count("pk"),
        done=Count("pk", filter=is_done),
        lines_done=Sum("lines", filter=is_done, default=0),
        lines_left=Sum("lines", filter=~is_done, default=0),
        last_at=Max("done_at"),
    )
    rate, left = _rate(run_id), counted.pop("lines_left")
    lines = counted["lines_done"] + left
    return Progress(lines=lines, rate=rate, seconds_left=_seconds_left(left, rate), **counted)


def _rate(run_id: int) -> float:
    """Lines a second: those of the newest chunks, by the time from the chunk (or the beginning) before them."""
    written = (
        MonthChunk.objects.filter(run_id=run_id, state=ChunkState.DONE)
        .order_by("-done_at", "-no")
        .values_list("done_at", "lines")[: _MEASURED + 1]
    )
    newest = [(at, lines) for at, lines in written if at]
    if len(newest) <= _MEASURED:
        begun = MonthRun.objects.filter(pk=run_id).values_list("at", flat=True).first()
        newest = [*newest, (begun, 0)] if begun else newest
    if len(newest) < 2:  # noqa: PLR2004 -- a rate takes two moments
        return 0.0
    seconds: float = (newest[0][0] - newest[-1][0]).total_seconds()
    return sum(lines for _, lines in newest[:-1]) / seconds if seconds > 0 else 0.0


def _seconds_left(lines: int, rate: float) -> float | None:
    if lines == 0:
        return 0.0
    return lines / rate if rate else None
