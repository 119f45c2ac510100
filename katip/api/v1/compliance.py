"""What the law asks: of a workplace served, of all of them, of figures that somebody names."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Query

from katip.api.v1.lists import Cursor, Limit, Pages, known
from katip.api.v1.operations import operation
from katip.api.v1.problems import Problem, error
from katip.api.v1.schemas import (
    ComplianceOut,
    CompliancePage,
    PlaceOut,
    RequiredOut,
    RequirementOut,
    WorkplaceComplianceOut,
)
from katip.contracts.fitness import UNDERTAKEN, WorkplaceFitness, fitness_of
from katip.contracts.models import Contract, Fitness
from katip.core.clock import day_of
from katip.programs.scopes import Scope
from katip.programs.selectors import workplaces_served
from katip.registry.models import Workplace
from katip.rules import ContractState, HazardClass, Profession, Requirement, RuleViolation, required_minutes

_READ = Scope.WORKPLACES_READ
_TAG = "Compliance"
_MOST_EMPLOYEES = 999_999


@operation(
    "GET",
    "/workplaces/{int:no}/compliance",
    scope=_READ,
    tag=_TAG,
    response=WorkplaceComplianceOut,
    problems=("not_found",),
)
def workplace_compliance(request: Any, no: int) -> WorkplaceComplianceOut:
    """Whether one workplace's contracts are what the law asks.

    Judged now, by profession, over the contracts of all providers.
    """
    found = workplaces_served(request.caller.actor.organisation).filter(pk=known(no)).first()
    if found is None:
        raise Problem("not_found")
    return _judged([found], request.at)[0]


@operation("GET", "/compliance", scope=_READ, tag=_TAG, response=CompliancePage)
def compliance(
    request: Any,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    short: Annotated[bool, Query(description="only where a contract of the provider falls short")] = False,
) -> CompliancePage:
    """The same for the workplaces that the provider serves, by id."""
    provider_id = request.caller.actor.organisation
    pages = Pages(request, "compliance", limit=limit, cursor=cursor, short=short)
    found = workplaces_served(provider_id).order_by("pk")
    if short:
        lacking = Contract.objects.filter(provider_id=provider_id, state=ContractState.ACTIVE, fit=Fitness.SHORT)
        found = found.filter(pk__in=lacking.values("workplace_id"))
    if pages.after is not None:
        found = found.filter(pk__gt=pages.after)
    rows, following = pages.page(list(found[: limit + 1]), lambda one: [one.pk])
    return CompliancePage(items=_judged(rows, request.at), next_cursor=following)


@operation("GET", "/required-minutes", scope=None, tag=_TAG, response=RequiredOut, problems=("no_rule",))
def required(
    request: Any,
    *,
    hazard_class: HazardClass,
    employees: Annotated[int, Query(ge=0, le=_MOST_EMPLOYEES)],
    as_of: Annotated[date | None, Query(description="the day of the law; today where none is named")] = None,
    full_time_physician: Annotated[bool, Query(description="a full-time physician serves there")] = False,
) -> RequiredOut:
    """The minutes that the law asks for figures that you name. Nothing is stored."""
    day = as_of or day_of(request.at)

    def asked(profession: Profession) -> RequirementOut:
        return requirement_out(
            required_minutes(
                profession,
                hazard=hazard_class,
                employees=employees,
                as_of=day,
                full_time_physician=full_time_physician,
            )
        )

    try:
        found = {str(profession): asked(profession) for profession in Profession}
    except RuleViolation as violation:
        raise Problem("no_rule", errors=[error("?as_of", violation.code)]) from violation
    return RequiredOut(hazard_class=hazard_class, employees=employees, as_of=day, **found)


def requirement_out(found: Requirement) -> RequirementOut:
    """What the law asks, as it is answered."""
    return RequirementOut(
        required=found.required,
        minutes=found.minutes,
        full_time_persons=found.full_time_persons,
        minutes_per_employee=found.per_employee,
        employees_by_minutes=found.remainder_employees,
        exemption=found.exemption_reason,
        citation=found.citation.short,
        settled=found.settled,
    )


def _judged(workplaces: Iterable[Workplace], at: datetime) -> list[WorkplaceComplianceOut]:
    listed = list(workplaces)
    found = fitness_of([one.pk for one in listed], at) if listed else {}
    return [
        WorkplaceComplianceOut(
            workplace=PlaceOut(workplace_id=one.pk, title=one.title, sgk_number=one.sgk_number),
            hazard_class=found[one.pk].hazard,
            employees=found[one.pk].employees,
            own_undertaking=found[one.pk].undertaken,
            professions=[_profession(found[one.pk], profession) for profession in Profession],
        )
        for one in listed
    ]


def _profession(found: WorkplaceFitness, profession: Profession) -> ComplianceOut:
    judged = found.judged[profession]
    owed = judged is not None and not (found.undertaken and profession in UNDERTAKEN)
    return ComplianceOut(
        profession=profession,
        verdict=found.fitness(profession),
        requirement=requirement_out(judged.requirement) if judged else None,
        missing_minutes=judged.missing_minutes if judged and owed else 0,
        missing_persons=judged.missing_persons if judged and owed else 0,
        surplus_minutes=judged.surplus_minutes if judged else 0,
    )
