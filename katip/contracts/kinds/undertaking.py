"""9003, şahsen üstlenme: an employer, partner, deputy or manager takes the services on personally.

The employer's side registers it, the person accepts; in force from that moment. Judged by RG 21.05.2018/30427 when it
is registered, again when it is accepted, and shown as no longer fitting where headcount or class have moved since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from katip.contracts.fitness import WorkplaceFitness, fitness_of, fitness_refresh
from katip.contracts.models import Undertaking, UndertakingState
from katip.contracts.texts import UNDERTAKING_ACCEPTANCE
from katip.core.clock import day_of
from katip.core.usecase import whole_register
from katip.identity.models import Person
from katip.processes.kinds import Cancelled, Moved, ProcessKind
from katip.processes.models import PartyKind, Process, ProcessState
from katip.registry.models import Workplace
from katip.rules import (
    HazardClass,
    OtherWorkplace,
    OwnUndertaking,
    RuleViolation,
    UndertakerQuality,
    check_own_undertaking,
)
from katip.rules.own_undertaking import UNDERTAKING

OWN_UNDERTAKING = 9003
_OVER = {ProcessState.WITHDRAWN: UndertakingState.WITHDRAWN, ProcessState.LAPSED: UndertakingState.LAPSED}


@dataclass(frozen=True, slots=True)
class Asked:
    """An undertaking to be judged; `minutes` are a month's."""

    workplace: Workplace
    person_id: int
    quality: UndertakerQuality
    minutes: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What the statute says: `allowed`, or else `violation`; with the figures it was measured by, where known."""

    hazard: HazardClass | None
    employees: int | None
    others: tuple[tuple[str, int], ...]
    """title and headcount of each other workplace that the person undertakes"""
    allowed: OwnUndertaking | None
    violation: RuleViolation | None


@whole_register("other workplaces that the person serves count")
def undertakings_judge(asked: Sequence[Asked], at: datetime) -> list[Judged]:
    """Put the statute to each, beside the other workplaces that its person undertakes at `at`; two statements.

    Those that are asked about together stand beside each other as well.
    """
    running = list(
        Undertaking.objects.filter(
            state=UndertakingState.ACTIVE, person_id__in={one.person_id for one in asked}
        ).select_related("workplace")
    )
    workplace_ids = {one.workplace.pk for one in asked} | {other.workplace_id for other in running}
    found = fitness_of(workplace_ids, at)
    return [_judge(one, _others(one, asked, running), found, day_of(at)) for one in asked]


def asked_of(undertaking: Undertaking) -> Asked:
    """What to ask about a registered undertaking; its workplace must have been read with it."""
    quality = UndertakerQuality(undertaking.quality)
    return Asked(undertaking.workplace, undertaking.person_id, quality, undertaking.minutes)


def _others(one: Asked, asked: Sequence[Asked], running: Iterable[Undertaking]) -> list[Workplace]:
    mine = {other.workplace_id: other.workplace for other in running if other.person_id == one.person_id}
    mine |= {other.workplace.pk: other.workplace for other in asked if other.person_id == one.person_id}
    return [workplace for pk, workplace in mine.items() if pk != one.workplace.pk]


def _judge(one: Asked, others: Sequence[Workplace], found: Mapping[int, WorkplaceFitness], day: date) -> Judged:
    figures = found[one.workplace.pk]
    beside = tuple((other.title, found[other.pk].employees or 0) for other in others)
    allowed, violation = None, None
    try:
        allowed = _allow(one, others, found, day)
    except RuleViolation as refused:
        violation = refused
    return Judged(figures.hazard, figures.employees, beside, allowed, violation)


def _allow(one: Asked, others: Sequence[Workplace], found: Mapping[int, WorkplaceFitness], day: date) -> OwnUndertaking:
    figures, workplace = found[one.workplace.pk], one.workplace
    if workplace.closed_on is not None and workplace.closed_on <= day:
        raise RuleViolation("workplace_closed", facts={"closed_on": workplace.closed_on})
    if figures.hazard is None or figures.employees is None:
        raise RuleViolation("workplace_unknown_figures")
    beside = []
    for other in others:
        if workplace.vkn and other.vkn and workplace.vkn != other.vkn:
            raise RuleViolation("undertaking_other_employer", UNDERTAKING, {"title": other.title})
        beside.append(OtherWorkplace(other.province_id, found[other.pk].employees or 0))
    return check_own_undertaking(
        hazard=figures.hazard,
        employees=figures.employees,
        quality=one.quality,
        other_workplaces=beside,
        province=workplace.province_id,
        minutes=one.minutes,
        as_of=day,
    )


class UndertakingKind(ProcessKind):
    """The person accepts what the employer's side registered."""

    code = OWN_UNDERTAKING
    title = "İş sağlığı ve güvenliği hizmetlerinin işveren veya işveren vekilince şahsen üstlenilmesi"
    short_title = "Şahsen üstlenme"
    parties: Sequence[PartyKind] = (PartyKind.PERSON,)
    text_version = UNDERTAKING_ACCEPTANCE

    def lock(self, processes: Sequence[Process]) -> Mapping[int, Undertaking]:
        """Read the undertakings, locking their people by id: two acceptances see each other's workplaces."""
        people = Person.objects.filter(undertakings__process__in=[process.pk for process in processes])
        list(people.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
        rows = Undertaking.objects.filter(process__in=[process.pk for process in processes])
        return {row.process_id: row for row in rows.select_related("workplace").order_by("pk")}

    def check(self, subjects: Mapping[int, Undertaking], at: datetime) -> Mapping[int, RuleViolation]:
        """Put the statute to each, as the world is now and those accepted before it in the batch make it."""
        asked = {process_id: asked_of(one) for process_id, one in subjects.items()}
        if all(one.violation is None for one in undertakings_judge(list(asked.values()), at)):
            return {}
        refused: dict[int, RuleViolation] = {}
        lawful: list[Asked] = []
        for process_id, one in asked.items():  # two that exclude each other: the first stands
            violation = undertakings_judge([*lawful, one], at)[-1].violation
            if violation is None:
                lawful.append(one)
            else:
                refused[process_id] = violation
        return refused

    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, Undertaking]) -> None:
        """What was accepted is in force from that moment."""
        accepted = [subjects[move.process.pk] for move in moved if move.approved]
        refused = [subjects[move.process.pk].pk for move in moved if not move.approved]
        Undertaking.objects.filter(pk__in=refused).update(state=UndertakingState.REJECTED)
        if accepted:
            Undertaking.objects.filter(pk__in=[one.pk for one in accepted]).update(
                state=UndertakingState.ACTIVE, active_from=moved[0].at
            )
            fitness_refresh({one.workplace_id for one in accepted}, moved[0].at)

    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, Undertaking]) -> None:
        """What was taken back, or fell, never was in force."""
        for one in cancelled:
            Undertaking.objects.filter(pk=subjects[one.process.pk].pk).update(state=_OVER[one.how])
