"""Contracts as rows of a run: what is shown of each, and whether it is still that when the run comes to it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from katip.contracts.facts import Facts, facts_read
from katip.contracts.law import minimum_minutes
from katip.contracts.models import AssignmentType, Contract
from katip.contracts.offering import certificates_of
from katip.contracts.services.end import contracts_lock
from katip.contracts.services.offer_each import Offer, offer_asked
from katip.contracts.services.reoffer import last_minutes, offer_anew
from katip.core.actor import Capacity
from katip.core.errors import PermissionRefusedError
from katip.rules import RuleViolation
from katip.runs.kinds import Carried, Outcome, Refused, RowAsked
from katip.runs.models import RunRow

_TOGETHER = 500
"""contracts whose law is read at once"""


def digests_of(contracts: Sequence[Contract]) -> dict[int, str]:
    """What a person relies on when they see a contract in a run, as SHA-256 (hex): its state, minutes and last day."""
    minutes = last_minutes(contracts)
    return {
        one.pk: _sha256([one.pk, one.state, minutes[one.pk], one.ends_on.isoformat() if one.ends_on else None])
        for one in contracts
    }


def _sha256(values: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def rows_lock(rows: Sequence[RunRow]) -> tuple[list[Contract], dict[int, Contract | None]]:
    """The rows' contracts, locked, that are as they were shown; and by their ids those that are not, or are none."""
    contracts = contracts_lock([row.subject_id for row in rows])
    digests = digests_of(list(contracts.values()))
    same = [contracts[row.subject_id] for row in rows if digests.get(row.subject_id) == row.digest]
    as_shown = {one.pk for one in same}
    return same, {row.subject_id: contracts.get(row.subject_id) for row in rows if row.subject_id not in as_shown}


def changed_since(changed: Mapping[int, Contract | None]) -> dict[int, Outcome]:
    """Why those that are not as they were shown are refused: what is not seen any more, has ceased to be one's own."""
    return {number: Refused("changed" if one is not None else "mandate_ended") for number, one in changed.items()}


def refusal(error: PermissionRefusedError | RuleViolation) -> Refused:
    """A contract service's refusal of one row as its outcome."""
    if isinstance(error, RuleViolation):
        return Refused(error.code, error.citation, error.facts)
    return Refused("mandate_ended")


def outcomes(
    rows: Sequence[RunRow], made: Mapping[int, int | None], refused: Mapping[int, Outcome]
) -> dict[int, Outcome]:
    """What came of each row, by its number; `made` and `refused` are by subject."""
    return {
        row.no: refused[row.subject_id] if row.subject_id in refused else Carried(made.get(row.subject_id))
        for row in rows
    }


def reoffers_asked(contracts: Sequence[Contract], at: datetime) -> list[RowAsked]:
    """Contracts of providers as rows to be offered anew, each with the minutes that will be offered.

    They are those of the last time, or the legal minimum of today where a part-time offer would fall short of it.
    """
    digests, minutes = digests_of(contracts), last_minutes(contracts)
    offers = {one.pk: offer_anew(one, one.workplace_id, minutes[one.pk]) for one in contracts}
    minutes |= _raised(offers, at)
    return [
        RowAsked(one.pk, Capacity.PROVIDER, one.provider_id, 0, digests[one.pk], {"minutes": minutes[one.pk]})
        for one in contracts
    ]


def _raised(offers: Mapping[int, Offer], at: datetime) -> dict[int, int]:
    """The minutes of those part-time offers that the law would refuse as too few."""
    part_time = {no: offer for no, offer in offers.items() if offer.assignment_type == AssignmentType.PART_TIME}
    raised = {}
    for no, facts in _facts(part_time, at):
        requirement = facts.requirement(part_time[no].serves_as)
        minimum = minimum_minutes(facts, requirement) if requirement else 0
        if minimum > part_time[no].minutes:
            raised[no] = minimum
    return raised


def _facts(offers: Mapping[int, Offer], at: datetime) -> Iterable[tuple[int, Facts]]:
    known = list(offers.items())
    for start in range(0, len(known), _TOGETHER):
        part = known[start : start + _TOGETHER]
        people, professions = {one.professional_id for _, one in part}, {one.serves_as for _, one in part}
        certificates = certificates_of(people, professions, at)
        asked = {
            no: offer_asked(one, certificates[one.professional_id, one.serves_as])
            for no, one in part
            if (one.professional_id, one.serves_as) in certificates
        }
        if asked:
            yield from zip(asked, facts_read(list(asked.values()), at), strict=True)


def ends_asked(contracts: Sequence[Contract], capacity: Capacity) -> list[RowAsked]:
    """Running contracts as rows to be ended, in the name of the provider or of each workplace."""
    digests = digests_of(contracts)
    return [
        RowAsked(
            one.pk, capacity, one.provider_id if capacity == Capacity.PROVIDER else one.workplace_id, 0, digests[one.pk]
        )
        for one in contracts
    ]
