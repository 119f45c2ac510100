"""The statute put to one assignment: asked when it is offered, and again at every approval."""

from katip.contracts.facts import Facts
from katip.contracts.models import AssignmentType
from katip.rules import (
    Profession,
    Requirement,
    RuleViolation,
    certificate_serves,
    check_capacity,
    check_full_time,
    judge_compliance,
    minimum_part_time,
)


def require_lawful(
    facts: Facts,
    *,
    profession: Profession,
    minutes: int,
    assignment_type: str,
    approving: bool = False,
    own_staff: bool = False,
    update: bool = False,
    lower: bool = False,
    share: bool = False,
) -> None:
    """Raise `RuleViolation` when an assignment of `minutes` a month may not come into force.

    Codes: `provider_suspended`, `professional_suspended`, `workplace_closed`, `workplace_unknown_figures`,
    `workplace_empty`, `already_live`, `full_time_elsewhere`, `certificate_expired`, `certificate_unfit`,
    `minutes_below_minimum`, `full_time_too_short`, `capacity_short`. When `approving`, other offers that wait do not
    count against this one: who is approved first has the minutes. `own_staff` serve by their employment and not by a
    provider's staff contract.
    An `update` changes a running contract, which a suspension does not forbid; `lower` says that it gives minutes back,
    and so needs none. A `share` is one of several updates that reach the minimum together.
    """
    if not update:
        _require_standing(facts)
    if facts.closed_on is not None and facts.closed_on <= facts.day:
        raise RuleViolation("workplace_closed", facts={"closed_on": facts.closed_on})
    requirement = facts.requirement(profession)
    if requirement is None or facts.hazard is None:
        raise RuleViolation("workplace_unknown_figures")
    if facts.employees == 0:  # the register would end it within the minute
        raise RuleViolation("workplace_empty")
    if facts.already_live:
        raise RuleViolation("already_live")
    if assignment_type == AssignmentType.FULL_TIME and facts.full_time_elsewhere:
        raise RuleViolation("full_time_elsewhere")
    _require_certificate(facts, profession)
    if not share:
        _require_minimum(facts, requirement, minutes, assignment_type)
    if own_staff or lower:
        return
    check_capacity(
        minutes,
        staff=[facts.staff],
        active=[facts.active],
        blocked=[block.minutes for block in facts.blocks],
        pending=[] if approving else [facts.pending],
        blocked_until=facts.blocked_until,
    )


def minimum_minutes(facts: Facts, requirement: Requirement) -> int:
    """The least minutes a month that one more part-time contract must bring, given those running."""
    return minimum_part_time(requirement, part_time=facts.part_time, full_time_persons=facts.full_time_persons)


def _require_standing(facts: Facts) -> None:
    for code, since in (
        ("provider_suspended", facts.provider_suspended_on),
        ("professional_suspended", facts.professional_suspended_on),
    ):
        if since is not None and since <= facts.day:
            raise RuleViolation(code, facts={"since": since})


def _require_minimum(facts: Facts, requirement: Requirement, minutes: int, assignment_type: str) -> None:
    if assignment_type != AssignmentType.PART_TIME:
        check_full_time(minutes)
        return
    minimum = minimum_minutes(facts, requirement)
    if minutes < minimum:
        judged = judge_compliance(requirement, part_time=facts.part_time, full_time_persons=facts.full_time_persons)
        raise RuleViolation(
            "minutes_below_minimum",
            requirement.citation,
            {"minutes": minutes, "minimum": minimum, "required": requirement.minutes, "running": facts.running}
            | ({"missing_persons": judged.missing_persons} if judged.missing_persons else {}),
        )


def _require_certificate(facts: Facts, profession: Profession) -> None:
    assert facts.hazard is not None  # noqa: S101 -- asked by the caller
    expired = facts.certificate_to is not None and facts.certificate_to < facts.day
    if expired or facts.certificate_from > facts.day:
        valid_to = facts.certificate_to.isoformat() if facts.certificate_to else None
        raise RuleViolation("certificate_expired", facts={"valid_to": valid_to})
    fit = certificate_serves(profession, facts.certificate_class, facts.hazard, facts.day)
    if not fit.ok:
        raise RuleViolation(
            "certificate_unfit", fit.citation, {"class": facts.certificate_class, "hazard": facts.hazard}
        )
