"""Assigning a certified employee of one's own (process 9002)."""

from datetime import datetime

from katip.contracts.kinds.own_staff import OWN_STAFF_ASSIGNMENT
from katip.contracts.models import AssignmentType, Contract
from katip.contracts.people import professional_named
from katip.contracts.permissions import require_employer
from katip.contracts.services.offer import Offer, offer_insert
from katip.core.actor import Actor
from katip.core.usecase import use_case, whole_from_here
from katip.rules import Profession, RuleViolation

MOST_MINUTES = 31 * 24 * 60
"""a month has no more"""


@use_case
def own_staff_assign(
    *,
    actor: Actor,
    at: datetime,
    national_id: str,
    profession: Profession,
    minutes: int,
    assignment_type: str = AssignmentType.PART_TIME,
) -> Contract:
    """Assign an employee of the actor's workplace for `minutes` a month; it then waits for the employee alone.

    Raises `PermissionRefusedError` unless the actor is e-Bildirge user of a workplace with a second step;
    `RuleViolation` `person_unknown`, `not_certified`, `no_certificate`, `minutes_range`, and what the law says of the
    assignment (see `contracts.law`).
    """
    workplace_id = require_employer(actor, at)
    if not 0 < minutes <= MOST_MINUTES:
        raise RuleViolation("minutes_range", facts={"most": MOST_MINUTES})
    whole_from_here("an assignment is judged by what others agreed on")
    professional = professional_named(national_id)
    offer = Offer(
        code=OWN_STAFF_ASSIGNMENT,
        workplace_id=workplace_id,
        professional_id=professional.pk,
        minutes=minutes,
        provider_id=None,
        assignment_type=assignment_type,
        profession=profession,
    )
    return offer_insert(actor, at, offer)
