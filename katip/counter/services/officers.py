"""Who works at a counter: appointed to a branch, moved, dismissed. For whoever runs the installation."""

from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.usecase import use_case
from katip.counter.models import Branch, Posting
from katip.counter.permissions import AT_COUNTER, require_operator
from katip.identity.models import Person
from katip.registry.models import Official, OfficialRole
from katip.registry.permissions import HELD
from katip.rules import RuleViolation


@use_case
def officer_appoint(*, actor: Actor, at: datetime, national_id: str, role: OfficialRole, branch_id: int) -> Official:
    """Make a person whom the register knows an officer or a supervisor at a branch, for its province.

    Raises `PermissionRefusedError` unless the actor runs the installation; `RuleViolation` `person_unknown`,
    `officer_self`, `officer_known` for somebody who holds the office already, `posting_office` for another role.
    """
    require_operator(actor, at)
    if role not in AT_COUNTER:
        raise RuleViolation("posting_office")
    person = Person.objects.find_by_national_id(national_id)
    if person is None:
        raise RuleViolation("person_unknown")
    if person.pk == actor.person_id:
        raise RuleViolation("officer_self")
    branch = Branch.objects.get(pk=branch_id)
    official, made = Official.objects.select_for_update().get_or_create(
        person=person, role=role, defaults={"province_id": branch.province_id}
    )
    if not made and official.ended_on is None:
        raise RuleViolation("officer_known")
    official.province_id, official.ended_on = branch.province_id, None
    official.save(update_fields=["province", "ended_on"])
    Posting.objects.create(official=official, branch=branch, since=day_of(at))
    record(actor, at, Happening("counter:officer:appointed", official.pk, {"role": role, "branch": branch.pk}))
    return official


@use_case
def officer_dismiss(*, actor: Actor, at: datetime, official_id: int) -> Official:
    """End an office at the counter at once, and the posting with it.

    Raises `PermissionRefusedError` as above; `RuleViolation` `posting_office` for another or an ended office.
    """
    require_operator(actor, at)
    official = Official.objects.select_for_update().filter(HELD, pk=official_id, role__in=AT_COUNTER).first()
    if official is None:
        raise RuleViolation("posting_office")
    official.ended_on = day_of(at)
    official.save(update_fields=["ended_on"])
    Posting.objects.filter(official=official, until__isnull=True).update(until=day_of(at))
    record(actor, at, Happening("counter:officer:dismissed", official.pk, {"role": official.role}))
    return official
