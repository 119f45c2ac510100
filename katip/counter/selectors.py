"""Reading at the counter: where people can go, what an officer may open, what waits for a supervisor."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from katip.core.actor import Actor
from katip.core.clock import ISTANBUL
from katip.core.turkish import fold
from katip.counter.models import (
    OPEN_STATES,
    Application,
    ApplicationState,
    Branch,
    BranchClosure,
    OpeningHours,
    Review,
    ReviewOutcome,
)
from katip.counter.permissions import Desk
from katip.identity.models import ActivationCode, Person
from katip.registry.models import Official

BRANCHES_SHOWN = 60
_CLOSURES_AHEAD = timedelta(days=60)
WAITING_SHOWN = 50
OBJECTIONS_FOR = timedelta(days=60)
OBJECTIONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a weekday (1 Monday … 7 Sunday) in which a branch is open."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpenBranch:
    """A branch to which people can go, when it is open, and the days soon on which it is not."""

    branch: Branch
    hours: tuple[Stretch, ...]
    closed: tuple[tuple[date, str], ...]


def branches_open(day: date, province_id: int | None = None, *, limit: int = BRANCHES_SHOWN) -> list[OpenBranch]:
    """The branches that take people on `day` or after, of one province or all, by name; at most `limit`."""
    found = Branch.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))
    if province_id is not None:
        found = found.filter(province_id=province_id)
    hours = OpeningHours.objects.filter(dropped_at=None).order_by("weekday", "opens")
    closures = BranchClosure.objects.filter(dropped_at=None, day__gte=day, day__lte=day + _CLOSURES_AHEAD).order_by(
        "day"
    )
    rows = (
        found.select_related("province", "district")
        .prefetch_related(Prefetch("hours", hours), Prefetch("closures", closures))
        .order_by("province__name", "name")[:limit]
    )
    return [
        OpenBranch(
            one,
            tuple(Stretch(part.weekday, part.opens, part.closes) for part in one.hours.all()),
            tuple((part.day, part.reason) for part in one.closures.all()),
        )
        for one in rows
    ]


def branch_provinces(day: date) -> list[tuple[int, str, int]]:
    """The provinces with an open branch: plate code, name, how many branches."""
    found = Branch.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))
    rows = found.values_list("province_id", "province__name").annotate(branches=Count("pk"))
    return [(code, name, count) for code, name, count in rows.order_by("province__name")]


def application_by_key(key: str) -> Application | None:
    """The application under a code's keyed hash; whoever has the code may ask."""
    return _with_people(Application.objects.filter(code_key=key)).first()


def application_of(person_id: int) -> Application | None:
    """A person's newest own application, or None."""
    return _with_people(Application.objects.filter(person_id=person_id)).order_by("-id").first()


def application_at_desk(number: int, desk: Desk, actor: Actor, *, found: frozenset[int]) -> Application | None:
    """An application that this officer may open, or None.

    One that they found by its code (`found`), one that waits for a second officer at their branch, or one that they
    decided themselves: a number alone opens nothing.
    """
    mine = Q(officer_id=actor.person) | Q(second_officer_id=actor.person)
    waits = Q(state=ApplicationState.AWAITING_SECOND, branch=desk.branch)
    by_code = Q(pk__in=[number] if number in found else [])
    return _with_people(Application.objects.filter(mine | waits | by_code, pk=number)).first()


def applications_awaiting(desk: Desk, actor: Actor, at: datetime) -> list[Application]:
    """What waits at the branch for a second officer; not what the actor began, nor their own."""
    key = Person.objects.values_list("national_id_key", flat=True).get(pk=actor.person)
    return list(
        Application.objects.filter(state=ApplicationState.AWAITING_SECOND, branch=desk.branch, expires_at__gt=at)
        .exclude(officer_id=actor.person)
        .exclude(person_id=actor.person)
        .exclude(national_id_key=key)
        .select_related("officer")
        .order_by("id")[:WAITING_SHOWN]
    )


def person_of(application: Application) -> Person | None:
    """Whom the register knows under the number that was typed."""
    return Person.objects.filter(national_id_key=application.national_id_key).first()


def names_differ(application: Application) -> bool:
    """Whether the register knows the number under another name than the one that was typed, however it is written."""
    person = person_of(application)
    return person is not None and fold(f"{person.given_name} {person.family_name}") != fold(
        f"{application.given_name} {application.family_name}"
    )


def others_open(application: Application, at: datetime) -> int:
    """How many other applications are open in the same name: somebody may be trying something."""
    same = Application.objects.filter(
        national_id_key=application.national_id_key, state__in=OPEN_STATES, expires_at__gt=at
    )
    return same.exclude(pk=application.pk).count()


def decided_on(actor: Actor, day: date, *, after: int | None = None, limit: int) -> list[Application]:
    """What the actor decided on that day, newest first, from below the id `after`; one more than `limit`."""
    begins = datetime.combine(day, time(), ISTANBUL)
    mine = Application.objects.filter(
        Q(officer_id=actor.person) | Q(second_officer_id=actor.person),
        decided_at__gte=begins,
        decided_at__lt=begins + timedelta(days=1),
        state__in=(ApplicationState.CONFIRMED, ApplicationState.REFUSED, ApplicationState.AWAITING_SECOND),
    )
    if after is not None:
        mine = mine.filter(pk__lt=after)
    return list(_with_people(mine).order_by("-pk")[: limit + 1])


def objections_to(actor: Actor, at: datetime) -> list[Review]:
    """What supervisors objected to in the actor's decisions of late, newest first."""
    return list(
        Review.objects.filter(
            Q(application__officer_id=actor.person) | Q(application__second_officer_id=actor.person),
            outcome=ReviewOutcome.OBJECTED,
            at__gt=at - OBJECTIONS_FOR,
        )
        .select_related("application", "supervisor")
        .order_by("-at")[:OBJECTIONS_SHOWN]
    )


def code_unused(application: Application) -> ActivationCode | None:
    """The code that was handed over for the application, while nobody has used it or taken it back."""
    if application.proofing_id is None:
        return None
    return ActivationCode.objects.filter(proofing_id=application.proofing_id, used_at=None, revoked_at=None).first()


def reviews_waiting(office: Official, actor: Actor, *, after: int | None = None, limit: int) -> list[Review]:
    """What waits for a supervisor, oldest first, from above the id `after`; one more than `limit`."""
    found = reviews_seen(office, actor).filter(outcome="")
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[: limit + 1])


def reviews_seen(office: Official, actor: Actor) -> "QuerySet[Review]":
    """The drawn cases of the office's province; none in which the supervisor had a part, or that are their own."""
    key = Person.objects.values_list("national_id_key", flat=True).get(pk=actor.person)
    found = Review.objects.select_related(
        "application__person", "application__officer", "application__second_officer", "application__branch"
    )
    if office.province_id is not None:
        found = found.filter(application__branch__province_id=office.province_id)
    return (
        found.exclude(application__officer_id=actor.person)
        .exclude(application__second_officer_id=actor.person)
        .exclude(application__national_id_key=key)
    )


def _with_people(found: "QuerySet[Application]") -> "QuerySet[Application]":
    return found.select_related("person", "officer", "second_officer", "branch", "proofing", "chip_session")
