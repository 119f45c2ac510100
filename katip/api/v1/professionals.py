"""The provider's own staff and their minutes. By id, because a cursor must not carry a name."""

from typing import Annotated, Any

from ninja import Query

from katip.api.v1.lists import Cursor, Limit, Pages, known
from katip.api.v1.operations import operation
from katip.api.v1.problems import Problem
from katip.api.v1.schemas import (
    CertificateOut,
    FreedOut,
    MinutesOut,
    ProfessionalDetail,
    ProfessionalOut,
    ProfessionalPage,
)
from katip.audit.looks import Occasion
from katip.contracts.capacity import BY_NUMBER, BoardAfter, BoardRow, Wanted, board_read, freed_of
from katip.core.shown import shown
from katip.programs.scopes import Scope
from katip.rules import HazardClass, Profession

_READ = Scope.PROFESSIONALS_READ
_TAG = "Professionals"
_MOST_MINUTES = 100_000
Room = Annotated[int | None, Query(ge=0, le=_MOST_MINUTES, description="only those with so many free minutes")]
Serving = Annotated[HazardClass | None, Query(description="only those whose certificate serves this class")]


@operation("GET", "/professionals", scope=_READ, tag=_TAG, response=ProfessionalPage, occasion=Occasion.STAFF)
def professionals(
    request: Any,
    *,
    limit: Limit = 50,
    cursor: Cursor = "",
    profession: Profession | None = None,
    hazard_class: Serving = None,
    free_minutes: Room = None,
) -> ProfessionalPage:
    """The provider's staff with their minutes of this month, by id."""
    asked = {"profession": profession, "hazard_class": hazard_class, "free_minutes": free_minutes}
    pages = Pages(request, "professionals", limit=limit, cursor=cursor, **asked)
    after = BoardAfter(pages.after, pages.after) if pages.after is not None else None
    wanted = Wanted(profession=profession, hazard=hazard_class, minutes=free_minutes)
    found = board_read(request.caller.actor, request.at, wanted, sort=BY_NUMBER, after=after, limit=limit)
    rows, following = pages.page(found, lambda one: [one.month.professional_id])
    return ProfessionalPage(items=[ProfessionalOut(**_told(one)) for one in rows], next_cursor=following)


@operation(
    "GET",
    "/professionals/{int:no}",
    scope=_READ,
    tag=_TAG,
    response=ProfessionalDetail,
    occasion=Occasion.STAFF,
    problems=("not_found",),
)
def professional(request: Any, no: int) -> ProfessionalDetail:
    """One professional, with the days on which minutes become free."""
    actor = request.caller.actor
    rows = board_read(actor, request.at, Wanted(), sort=BY_NUMBER, after=None, limit=1, professional_id=known(no))
    if not rows:
        raise Problem("not_found")
    [found] = rows
    freed = freed_of(actor, request.at, [found.month.professional_id])
    return ProfessionalDetail(**_told(found), freed=[FreedOut(day=one.day, minutes=one.minutes) for one in freed])


def _told(row: BoardRow) -> dict[str, Any]:
    shown(row.person_id)
    month = row.month
    return {
        "professional_id": month.professional_id,
        "name": row.name,
        "suspended_on": row.suspended_on,
        "certificates": [
            CertificateOut(
                profession=one.profession,
                certificate_class=one.certificate_class,
                number=one.number,
                valid_to=one.valid_to,
            )
            for one in row.certificates
        ],
        "minutes": MinutesOut(
            staff=month.staff, active=month.active, blocked=month.blocked, pending=month.pending, free=month.free
        ),
    }
