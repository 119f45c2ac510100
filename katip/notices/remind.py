"""*Hatırlat*: a provider reminds whoever is asked, of one offer or of many; once a day for each, whoever presses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.clock import ISTANBUL, day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.notices import kinds
from katip.notices.making import Telling, notices_make
from katip.notices.models import Notice
from katip.notices.occasions import asked, waits_detail
from katip.processes.deadlines import has_lapsed
from katip.processes.models import PartyKind, Process, ProcessState
from katip.registry.permissions import require_provider_mandate
from katip.rules import RuleViolation

MOST = 1_000
"""processes reminded of at once"""
_ASKED = (PartyKind.PROFESSIONAL, PartyKind.EMPLOYER)


@dataclass(frozen=True, slots=True)
class Reminded:
    """Of how many processes somebody was told now, had been told today already, and could not be: there is nobody.

    `gone` counts what does not wait any more, or never did for this provider.
    """

    told: int = 0
    again: int = 0
    nobody: int = 0
    gone: int = 0


@use_case
def processes_remind(*, actor: Actor, at: datetime, process_ids: Collection[int]) -> Reminded:
    """Tell the party that each of these processes of the actor's provider waits for, as it wishes to be told.

    Raises `PermissionRefusedError` unless the actor manages the provider; `RuleViolation` `too_many_reminders` for more
    than `MOST`.
    """
    if actor.capacity != Capacity.PROVIDER:
        raise PermissionRefusedError("no_mandate")
    require_provider_mandate(actor, actor.organisation, at)
    ids = set(process_ids)
    if len(ids) > MOST:
        raise RuleViolation("too_many_reminders", facts={"most": MOST})
    mine = Process.objects.filter(pk__in=ids, provider_id=actor.organisation, proposed_by=PartyKind.PROVIDER)
    waiting = mine.filter(state=ProcessState.OPEN, waits_for__in=_ASKED).select_related("workplace", "provider")
    open_ones = [one for one in waiting.order_by("pk") if not has_lapsed(one.due_on, at)]
    whole_from_here("what is told is told to others")
    told_today = _told_since(open_ones, datetime.combine(day_of(at), time.min, ISTANBUL))
    fresh = [one for one in open_ones if one.pk not in told_today]
    notices_make([_telling(one, at) for one in fresh], at)
    told = _told_since(fresh, at)
    counted = Reminded(len(told), len(told_today), len(fresh) - len(told), len(ids) - len(open_ones))
    if told:
        record(actor, at, Happening("notices:process:reminded", None, {"processes": sorted(told)}))
    return counted


def _telling(process: Process, at: datetime) -> Telling:
    once = f"{kinds.REMIND}:{process.pk}:{process.current_step}:own:{day_of(at):%Y%m%d}"
    return Telling(kinds.REMIND, at, [asked(process)], once, waits_detail(process), process_id=process.pk)


def _told_since(processes: Collection[Process], since: datetime) -> set[int]:
    """Of these processes, those of whose step that waits now somebody was told since then."""
    steps = {one.pk: one.current_step for one in processes}
    told = Notice.objects.filter(process_id__in=steps, at__gte=since, kind__in=(kinds.REMIND, kinds.WAITS))
    found = told.values_list("process_id", "detail__step").distinct()
    return {number for number, step in found if number is not None and step == steps[number]}
