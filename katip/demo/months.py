"""Two months that the sample world has behind it: one that found everything as agreed, and one that changed contracts.

Carried out through the services that the operator's commands call. A month that an interrupted load has carried out is
left alone, and one that it began is gone on with.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from katip.core.actor import OPERATOR, Capacity
from katip.demo import acting
from katip.registry.consents import AUTO_UPDATE
from katip.registry.models import ContactDeclaration, Workplace
from katip.registry.services.card_declare import CardFields, card_declare
from katip.updates.models import MonthRun, RunState
from katip.updates.services.month_apply import chunk_apply, month_begin
from katip.updates.services.month_close import month_close
from katip.updates.services.month_plan import month_plan

FIRST, SECOND = date(2026, 10, 1), date(2026, 11, 1)
CONSENTING = (5, 20, "26210010110000300062328000", "24322010110000060410545000")
"""workplaces that said *Evet*, named as in `story`; most others were never asked"""

_FIRST_DAYS, _SECOND_DAYS = 9, 2
"""working days ago"""
_DECLARE_TIME, _TOLD_TIME, _RUN_TIME = time(15, 5), time(8, 20), time(8, 40)


def first_told(at: datetime) -> datetime:
    """When the figures of the first month, and of those before it, came in."""
    return acting.moment(at, _FIRST_DAYS, _TOLD_TIME)


def months_carry(at: datetime, november_bring: Callable[[datetime], None]) -> None:
    """Carry out both months; `november_bring` takes the feed of the second at the moment given."""
    _carry(FIRST, acting.moment(at, _FIRST_DAYS, _RUN_TIME))
    for name in CONSENTING:
        _consent(acting.workplace(name), acting.moment(at, _FIRST_DAYS, _DECLARE_TIME))
    if not MonthRun.objects.filter(period=SECOND, state=RunState.DONE).exists():
        november_bring(acting.moment(at, _SECOND_DAYS, _TOLD_TIME))
    _carry(SECOND, acting.moment(at, _SECOND_DAYS, _RUN_TIME))


def _carry(period: date, at: datetime) -> None:
    """Plan the month, carry all of it out and close it."""
    runs = MonthRun.objects.filter(period=period)
    if runs.filter(state=RunState.DONE).exists():
        return
    run = runs.filter(state__in=(RunState.APPLYING, RunState.CLOSING)).first()
    if run is None:
        planned = month_plan(actor=OPERATOR, at=at, period=period)
        run = month_begin(actor=OPERATOR, at=at, run_id=planned.pk)
    while chunk_apply(actor=OPERATOR, run_id=run.pk):
        pass
    month_close(actor=OPERATOR, at=at + timedelta(minutes=1), run_id=run.pk)


def _consent(workplace: Workplace, at: datetime) -> None:
    """The workplace's e-Bildirge user fills in rows 6 and 7 of the card and lets contracts follow by themselves."""
    if ContactDeclaration.objects.filter(workplace=workplace).exists():
        return
    user = acting.e_bildirge_user(workplace, at)
    fields = CardFields(
        phone="5320000000",
        email="isg@ornek.example",
        postal_address="",
        kep="",
        district_id=workplace.district_id,
        auto_update=True,
        consent_text=next(iter(AUTO_UPDATE)),
    )
    actor = acting.actor(user, Capacity.WORKPLACE, workplace.pk, at)
    card_declare(actor=actor, at=at, workplace_id=workplace.pk, fields=fields)
