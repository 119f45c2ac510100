"""Whose step is whose: the one of a process that the person answers for, in the capacity chosen."""

from typing import Any

from katip.contracts.selectors import decision_of, steps_of
from katip.core.actor import Capacity
from katip.core.usecase import acting_as
from katip.processes.models import Outcome, PartyKind, Process, Step


def my_parties(request: Any) -> set[PartyKind]:
    """The parties that the person speaks for in the capacity chosen."""
    return {
        Capacity.WORKPLACE: {PartyKind.EMPLOYER},
        Capacity.PROVIDER: {PartyKind.PROVIDER},
        Capacity.INDIVIDUAL: {PartyKind.PROFESSIONAL, PartyKind.PERSON},
    }.get(request.actor.capacity, set())


def my_step(steps: list[Step], request: Any) -> Step | None:
    """The step of this side: an organisation's for any who speak for it, else the person's own."""
    parties = my_parties(request)
    in_person = request.actor.capacity == Capacity.INDIVIDUAL
    mine = (one for one in steps if one.party in parties and (not in_person or one.person_id == request.user.pk))
    return next(mine, None)


def decided_step(process: Process, request: Any) -> Step | None:
    """The step of this side, where it is decided."""
    mine = my_step(steps_of(process.pk), request)
    return mine if mine is not None and decision_of(mine) else None


def is_decided(request: Any, no: int, outcome: Outcome) -> bool:
    """Whether this person has decided just so."""
    with acting_as(request.actor):
        mine = my_step(steps_of(no), request)
        decision = decision_of(mine) if mine else None
        return decision is not None and (decision.person_id, decision.outcome) == (request.user.pk, outcome)
