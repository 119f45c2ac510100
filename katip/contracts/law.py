"""The statute put to one assignment: asked when it is offered, and again at every approval."""

from datetime import date

from katip.contracts.facts import Facts
from katip.contracts.models import AssignmentType
from katip.rules import Profession, RuleViolation, certificate_serves, check_capacity


def require_lawful(
    facts: Facts, *, profession: Profession, minutes: int, assignment_type: str, approving: bool = False
) -> None:
    """Raise `RuleViolation` when an assignment of `minutes` a month may not come into force.

    Codes: `workplace_closed`, `workplace_unknown_figures`, `already_live`, `certificate_expired`, `certificate_unfit`,
    `minutes_below_minimum`, `capacity_short`. When `approving`, other offers that wait do not count against this one:
    who is approved first has the minutes.
    """
    if facts.closed_on is not None and facts.closed_on <= facts.day:
        raise RuleViolation("workplace_closed", facts={"closed_on": facts.closed_on})
    requirement = facts.requirement(profession)
    if requirement is None or facts.hazard is None:
        raise RuleViolation("workplace_unknown_figures")
    if facts.already_live:
        raise RuleViolation("already_live")
    _require_certificate(facts, profession)
    missing = max(1, requirement.minutes - facts.running)
    if assignment_type == AssignmentType.PART_TIME and minutes < missing:
        raise RuleViolation("minutes_below_minimum", requirement.citation, {"minutes": minutes, "minimum": missing})
    pending = [] if approving else [facts.pending]
    check_capacity(minutes, staff=[facts.staff], active=[facts.active], blocked=[], pending=pending)


def _require_certificate(facts: Facts, profession: Profession) -> None:
    assert facts.hazard is not None  # noqa: S101 -- asked by the caller
    expired = facts.certificate_to is not None and facts.certificate_to < facts.day
    if expired or facts.certificate_from > facts.day:
        raise RuleViolation("certificate_expired", facts={"valid_to": _iso(facts.certificate_to)})
    fit = certificate_serves(profession, facts.certificate_class, facts.hazard, facts.day)
    if not fit.ok:
        raise RuleViolation(
            "certificate_unfit", fit.citation, {"class": facts.certificate_class, "hazard": facts.hazard}
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
