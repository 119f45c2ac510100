"""What the law asks of a workplace, beside what this register holds, and the verdict on it, in words."""

from typing import Any

from django.utils.translation import gettext as _

from katip.contracts.fitness import UNDERTAKEN, WorkplaceFitness, fitness_of
from katip.contracts.models import Fitness
from katip.contracts.selectors import Duty, duties_of
from katip.core.clock import day_of
from katip.registry.models import Workplace
from katip.web.templatetags.states import VERDICTS
from katip.web.words import PROFESSIONS, fit_words


def owed(workplace: Workplace, request: Any) -> tuple[list[Duty], WorkplaceFitness]:
    """What each profession owes the actor's workplace, what runs and waits, and the verdict on it."""
    fitness = fitness_of([workplace.pk], request.at)[workplace.pk]
    duties = duties_of(request.actor, request.at, day_of(request.at), fitness.hazard, fitness.employees)
    return duties, fitness


def obligations(duties: list[Duty], fitness: WorkplaceFitness) -> list[dict[str, Any]]:
    """The same, as rows to show."""
    return [_obligation(duty, fitness) for duty in duties]


def _obligation(duty: Duty, fitness: WorkplaceFitness) -> dict[str, Any]:
    requirement = duty.requirement
    tag, note = _verdict(duty, fitness)
    return {
        "profession_label": PROFESSIONS[duty.profession],
        "required": requirement.minutes if requirement and requirement.required else 0,
        "active": duty.active,
        "pending": duty.pending,
        "tag": tag,
        "note": note,
    }


def _verdict(duty: Duty, fitness: WorkplaceFitness) -> tuple[str, str]:
    """The tag and the reason; what waits is told apart from what nobody has offered."""
    requirement, runs = duty.requirement, bool(duty.active or duty.full_time_active)
    undertaken = fitness.undertaken and duty.profession in UNDERTAKEN
    fit, reason = fitness.fitness(duty.profession), fit_words(fitness.judged[duty.profession], undertaken=undertaken)
    if requirement and not requirement.required and not runs:
        return "not_required", requirement.citation.short
    if undertaken and not runs:
        return "fit", reason
    if requirement and fit == Fitness.SHORT and duty.pending and duty.active + duty.pending >= requirement.minutes:
        persons = requirement.full_time_persons
        return "waiting", _("Ayrıca %(n)s tam süreli kişi gerekir.") % {"n": persons} if persons else ""
    return VERDICTS[fit.value], reason
