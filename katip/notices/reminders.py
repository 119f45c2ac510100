"""Reminding whoever is asked before something falls; run by the sweep, in rounds of a day.

With a last day: once for each of the operator's figures (`KATIP_REMIND_DAYS`), the days that are left. Without one:
after every seventh day, three times. A round keeps how far it came, so that two at once or one that was killed remind
nobody twice; a day on which nothing ran is made up for by the next.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Max, Q

from katip.core.actor import OPERATOR, Actor
from katip.core.clock import ISTANBUL, day_of
from katip.core.usecase import use_case
from katip.notices.kinds import REMIND
from katip.notices.making import Telling, notices_make
from katip.notices.models import Round
from katip.notices.occasions import asked, waits_detail
from katip.notices.timing import remind_step
from katip.processes.models import Process, ProcessState

CHUNK = 500
_IDS = 50_000
"""numbers of processes that one chunk of those without a last day goes through"""
BEGIN = time(8)
"""by the clock of Turkey; what is told outside leaves by daylight"""
WEEK = timedelta(days=7)
WEEKS = 3
DUE, UNDATED = "due", "undated"


def reminders_make(*, at: datetime) -> int:
    """Do what is left of today's rounds; returns how many notices were made. 0 before eight in the morning."""
    if at.astimezone(ISTANBUL).time() < BEGIN:
        return 0
    made = 0
    for name in (DUE, UNDATED):
        while (more := round_go(actor=OPERATOR, at=at, name=name)) is not None:
            made += more
    return made


@use_case
def round_go(*, actor: Actor, at: datetime, name: str) -> int | None:
    """One chunk of a day's round; how many notices it made, or None where it is done or somebody else is at it."""
    del actor
    today = day_of(at)
    Round.objects.get_or_create(name=name, day=today)
    row = Round.objects.select_for_update(skip_locked=True).filter(name=name, day=today, done_at=None).first()
    if row is None:
        return None
    found = _due(row, at) if name == DUE else _undated(row, at)
    made = notices_make([one for process in found if (one := _telling(process, at)) is not None], at)
    row.save(update_fields=["reached_on", "reached", "done_at"])
    return made


def _open() -> "Q":
    return Q(state=ProcessState.OPEN)


def _due(row: Round, at: datetime) -> Sequence[Process]:
    """The next of those whose last day is near, by day and number; moves the round on."""
    today, most = day_of(at), max(settings.KATIP.remind_steps, default=-1)
    near = Process.objects.filter(_open(), due_on__gte=today, due_on__lte=today + timedelta(days=most))
    if row.reached_on is not None:
        near = near.filter(Q(due_on__gt=row.reached_on) | Q(due_on=row.reached_on, pk__gt=row.reached))
    found = list(near.select_related("workplace", "provider").order_by("due_on", "pk")[:CHUNK])
    if len(found) < CHUNK:
        row.done_at = at
    if found:
        row.reached_on, row.reached = found[-1].due_on, found[-1].pk
    return found


def _undated(row: Round, at: datetime) -> Sequence[Process]:
    """The next of those that wait without a last day, by number; moves the round on."""
    last = Process.objects.aggregate(last=Max("pk"))["last"] or 0
    end = row.reached + _IDS
    waiting = Process.objects.filter(
        _open(), due_on=None, pk__gt=row.reached, pk__lte=end, waiting_since__lte=at - WEEK
    )
    found = list(waiting.select_related("workplace", "provider").order_by("pk")[:CHUNK])
    row.reached = found[-1].pk if len(found) == CHUNK else end
    if row.reached >= last:
        row.done_at = at
    return found


def _telling(process: Process, at: datetime) -> Telling | None:
    """The reminder that is due; None where none is, and where the step began to wait today: that was just told."""
    today, since = day_of(at), day_of(process.waiting_since)
    if since == today:
        return None
    detail = waits_detail(process)
    if process.due_on is not None:
        step = remind_step(process.due_on, today, settings.KATIP.remind_steps)
        if step is None:
            return None
        which = f"{process.due_on:%y%m%d}:{step}"
    else:
        week = (at - process.waiting_since) // WEEK
        if not 1 <= week <= WEEKS:
            return None
        which = f"w{week}"
        detail["since"] = since.isoformat()
    once = f"{REMIND}:{process.pk}:{process.current_step}:{which}"
    return Telling(REMIND, at, [asked(process)], once, detail, process_id=process.pk)
