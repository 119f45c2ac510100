"""Who may work at a counter, where, and for whom never."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.counter.models import Application, Branch, Posting
from katip.counter.networks import network_allows
from katip.identity.models import Person
from katip.identity.step_up import require_fresh
from katip.registry.models import Official, OfficialRole
from katip.registry.permissions import require_office

AT_COUNTER = (OfficialRole.COUNTER, OfficialRole.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Desk:
    """An officer in their place."""

    office: Official
    branch: Branch


def posting_of(office: Official, at: datetime) -> Posting | None:
    """Where an officer sits on that day, or nowhere."""
    day = day_of(at)
    holds = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return Posting.objects.filter(holds, official=office).select_related("branch__province").first()


def require_desk(actor: Actor, at: datetime, address: str) -> Desk:
    """The officer's desk, from the client `address` that the request came from.

    Raises `PermissionRefusedError`: `no_second_step`; `no_office`; `no_posting` for an officer who sits nowhere;
    `branch_closed`; `network_closed` from a network that the branch does not work from.
    """
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    office = require_office(actor, *AT_COUNTER)
    posting = posting_of(office, at)
    if posting is None:
        raise PermissionRefusedError("no_posting")
    if posting.branch.closed_on is not None and posting.branch.closed_on <= day_of(at):
        raise PermissionRefusedError("branch_closed")
    if not network_allows(posting.branch.networks, address):
        raise PermissionRefusedError("network_closed")
    return Desk(office, posting.branch)


def require_reviewer(actor: Actor, at: datetime, address: str) -> Official:
    """The supervisor's office; who also sits at a branch reviews from its networks only.

    Raises `PermissionRefusedError` as `require_desk`.
    """
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    office = require_office(actor, OfficialRole.SUPERVISOR)
    posting = posting_of(office, at)
    if posting is not None and not network_allows(posting.branch.networks, address):
        raise PermissionRefusedError("network_closed")
    return office


def require_operator(actor: Actor, at: datetime | None = None) -> None:
    """Raise `PermissionRefusedError` unless a command acts, or who runs the installation, two steps shown.

    With `at`, the moment of an act, the second step must be recent besides.
    """
    if actor.capacity == Capacity.OPERATOR:
        return
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    require_office(actor, OfficialRole.OPERATOR)
    if at is not None:
        require_fresh(actor, at)


def is_own(actor: Actor, application: Application) -> bool:
    """Whether the actor is the one who applied: by person, or by the number that was typed."""
    if application.person_id == actor.person_id:
        return True
    key = Person.objects.values_list("national_id_key", flat=True).get(pk=actor.person)
    return application.national_id_key == key


def require_not_own(actor: Actor, application: Application) -> None:
    """Nobody serves themselves. Raises `PermissionRefusedError` `own_application`."""
    if is_own(actor, application):
        raise PermissionRefusedError("own_application")
