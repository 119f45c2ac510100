"""Workplaces that the provider serves or has offered to."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import OuterRef, QuerySet, Subquery
from ninja import Query

from katip.api.v1.lists import Cursor, Limit, Pages, known
from katip.api.v1.operations import operation
from katip.api.v1.problems import Problem
from katip.api.v1.schemas import WorkplaceOut, WorkplacePage
from katip.programs.scopes import Scope
from katip.programs.selectors import workplaces_served
from katip.registry.models import ActivityHazard, Headcount, Workplace
from katip.registry.permissions import valid_on

_READ = Scope.WORKPLACES_READ
Sgk = Annotated[str | None, Query(pattern=r"^[0-9]{26}$", description="only the workplace with this SGK number")]


@operation("GET", "/workplaces", scope=_READ, tag="Workplaces", response=WorkplacePage)
def workplaces(request: Any, limit: Limit = 50, cursor: Cursor = "", sgk_number: Sgk = None) -> WorkplacePage:
    """Workplaces where the provider has a contract in force or an offer that waits, by id."""
    pages = Pages(request, "workplaces", limit=limit, cursor=cursor, sgk_number=sgk_number)
    found = workplaces_served(request.caller.actor.organisation)
    if sgk_number is not None:
        found = found.filter(sgk_number=sgk_number)
    if pages.after is not None:
        found = found.filter(pk__gt=pages.after)
    rows, following = pages.page(list(with_figures(found, request.at)[: limit + 1]), lambda one: [one.pk])
    return WorkplacePage(items=[workplace_out(one) for one in rows], next_cursor=following)


@operation("GET", "/workplaces/{int:no}", scope=_READ, tag="Workplaces", response=WorkplaceOut, problems=("not_found",))
def workplace(request: Any, no: int) -> WorkplaceOut:
    """One workplace."""
    found = with_figures(workplaces_served(request.caller.actor.organisation).filter(pk=known(no)), request.at).first()
    if found is None:
        raise Problem("not_found")
    return workplace_out(found)


def with_figures(workplaces: QuerySet[Workplace], at: datetime) -> QuerySet[Workplace]:
    """By id, with place, headcount and hazard class; one statement."""
    headcount = Headcount.objects.filter(workplace=OuterRef("pk")).order_by("-period")
    hazard = ActivityHazard.objects.filter(valid_on(at), activity=OuterRef("activity")).order_by("-valid_from")
    return (
        workplaces.select_related("province", "district")
        .annotate(
            employees_now=Subquery(headcount.values("employees")[:1]),
            employees_since=Subquery(headcount.values("period")[:1]),
            hazard_now=Subquery(hazard.values("hazard_class")[:1]),
        )
        .order_by("pk")
    )


def workplace_out(found: Any) -> WorkplaceOut:
    """A workplace of `with_figures` as it is answered."""
    return WorkplaceOut(
        workplace_id=found.pk,
        title=found.title,
        sgk_number=found.sgk_number,
        province_code=found.province_id,
        province=found.province.name,
        district=found.district.name,
        nace_code=found.activity_id,
        hazard_class=found.hazard_now,
        employees=found.employees_now,
        employees_since=found.employees_since,
        closed_on=found.closed_on,
    )
