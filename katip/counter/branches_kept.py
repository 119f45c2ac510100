"""What whoever runs the installation reads of its branches."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from katip.core.actor import Actor
from katip.counter.models import Branch, BranchClosure, OpeningHours, Posting
from katip.counter.permissions import require_operator
from katip.registry.models import Official
from katip.registry.permissions import HELD

OFFICERS_SHOWN = 200
CLOSURES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class KeptBranch:
    """A branch with its week, its closed days to come and those who sit there."""

    branch: Branch
    hours: tuple[OpeningHours, ...]
    closures: tuple[BranchClosure, ...]
    officers: tuple[Official, ...]


def branches_kept(actor: Actor, *, after: int | None = None, limit: int) -> list[Branch]:
    """The branches by number, from above the id `after`; one more than `limit`. Raises `PermissionRefusedError`."""
    require_operator(actor)
    found = Branch.objects.select_related("province", "district").prefetch_related(
        Prefetch("postings", Posting.objects.filter(until__isnull=True), to_attr="held")
    )
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("pk")[: limit + 1])


def branch_kept(actor: Actor, branch_id: int, day: date) -> KeptBranch | None:
    """One branch, with the closed days from `day` on, or None. Raises `PermissionRefusedError`."""
    require_operator(actor)
    branch = Branch.objects.filter(pk=branch_id).select_related("province", "district").first()
    if branch is None:
        return None
    closures = branch.closures.filter(dropped_at=None, day__gte=day).order_by("day")[:CLOSURES_SHOWN]
    officers = (
        Official.objects.filter(HELD, postings__branch=branch, postings__until__isnull=True)
        .select_related("person")
        .order_by("role", "person__name_sort", "pk")[:OFFICERS_SHOWN]
    )
    hours = branch.hours.filter(dropped_at=None).order_by("weekday", "opens")
    return KeptBranch(branch, tuple(hours), tuple(closures), tuple(officers))


def closure_kept(actor: Actor, closure_id: int, day: date) -> BranchClosure | None:
    """A closed day from `day` on that holds, or None. Raises `PermissionRefusedError`."""
    require_operator(actor)
    found = BranchClosure.objects.filter(pk=closure_id, dropped_at=None, day__gte=day)
    return found.select_related("branch").first()


def posting_kept(actor: Actor, official_id: int) -> Posting | None:
    """Where an officer sits now, or None. Raises `PermissionRefusedError`."""
    require_operator(actor)
    found = Posting.objects.filter(official_id=official_id, until__isnull=True, official__ended_on__isnull=True)
    return found.select_related("branch", "official__person").first()
