"""Reading one contract for its page, with all that was done to it. Filtered by who asks; every list is bounded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from katip.contracts.facts import Facts, facts_read
from katip.contracts.kinds.update import asked_of
from katip.contracts.law import minimum_minutes
from katip.contracts.models import Contract, ContractAct, ContractVersion, DurationUpdate, Fitness, MonthChange
from katip.contracts.selectors import COUNTED, minutes_now
from katip.contracts.services.offer import Figures, Offer, offer_figures
from katip.processes.models import Step
from katip.registry.models import Mandate, Official, OfficialRole
from katip.registry.permissions import HELD, valid_on
from katip.rules import ContractState, Profession, Requirement

STORY = 200
"""How many acts, versions and updates of one contract a page tells; a contract has a handful."""

_WATCHING = (OfficialRole.INSPECTOR, OfficialRole.DIRECTORATE)


def contract_seen(person_id: int, contract_id: int, at: datetime) -> Contract | None:
    """The contract, if this person is of one of its sides now, or an official of its province.

    `sees_as_employer`, `sees_as_provider`, `sees_as_professional` and `sees_as_official` say as what; an official only
    looks. `minutes_now` are the minutes in force, or on offer.
    """
    mandates = Mandate.objects.filter(valid_on(at), person_id=person_id)
    here = Q(province__isnull=True) | Q(province_id=OuterRef("workplace__province_id"))
    offices = Official.objects.filter(HELD, here, person_id=person_id, role__in=_WATCHING)
    return (
        Contract.objects.filter(pk=contract_id)
        .select_related(
            "process__created_by",
            "certificate",
            "professional__person",
            "provider__province",
            "workplace__province",
            "ended_by",
            "predecessor",
        )
        .annotate(
            sees_as_employer=Exists(mandates.filter(workplace_id=OuterRef("workplace_id"))),
            sees_as_provider=Exists(mandates.filter(provider_id=OuterRef("provider_id"))),
            sees_as_professional=Q(professional__person_id=person_id),
            sees_as_official=Exists(offices),
            minutes_now=minutes_now(at),
        )
        .filter(
            Q(sees_as_employer=True)
            | Q(sees_as_provider=True)
            | Q(professional__person_id=person_id)
            | Q(sees_as_official=True)
        )
        .first()
    )


def office_watching(person_id: int, contract: Contract) -> Official | None:
    """The office in which the person may look at the contract."""
    here = Q(province__isnull=True) | Q(province_id=contract.workplace.province_id)
    offices = Official.objects.filter(HELD, here, person_id=person_id, role__in=_WATCHING)
    return offices.select_related("province").order_by("pk").first()


@dataclass(frozen=True, slots=True)
class Story:
    """All that was done to a contract, each list from the oldest on.

    `steps` are those of its own process and of its updates, with their decisions, by process.
    """

    acts: list[ContractAct]
    versions: list[ContractVersion]
    updates: list[DurationUpdate]
    steps: dict[int, list[Step]]
    successors: list[Contract]
    changes: list[MonthChange]
    """what months did to it"""

    @property
    def open_update(self) -> DurationUpdate | None:
        """The update that waits for a decision."""
        return next((update for update in self.updates if update.is_open), None)


def story_of(contract: Contract) -> Story:
    """Acts, versions, updates, decisions, successors and months of the contract; six statements."""
    acts = ContractAct.objects.filter(contract=contract).select_related("person").order_by("pk")[:STORY]
    versions = ContractVersion.objects.filter(contract=contract).order_by("no")[:STORY]
    updates = list(
        DurationUpdate.objects.filter(contract=contract).select_related("process__created_by").order_by("pk")[:STORY]
    )
    numbers = [contract.process_id, *(update.process_id for update in updates)]
    successors = Contract.objects.filter(predecessor=contract).order_by("pk")[:STORY]
    changes = MonthChange.objects.filter(contract=contract).order_by("pk")[:STORY]
    return Story(list(acts), list(versions), updates, _steps(numbers), list(successors), list(changes))


def _steps(process_ids: Collection[int]) -> dict[int, list[Step]]:
    found: dict[int, list[Step]] = {process_id: [] for process_id in process_ids}
    for step in Step.objects.filter(process_id__in=process_ids).select_related("decision__person").order_by("no"):
        found[step.process_id].append(step)
    return found


@dataclass(frozen=True, slots=True)
class UpdateFigures:
    """What new minutes for a running contract are measured by, in minutes a month.

    `minimum` is the least that this contract may bring, given the others; `free` what the professional could give it
    in all, its present minutes among them. None where headcount or hazard class are not known; `free` also for own
    staff, whose time no provider's contract limits.
    """

    facts: Facts
    requirement: Requirement | None
    minimum: int | None
    free: int | None


def update_figures(contract: Contract, at: datetime) -> UpdateFigures:
    """The figures for new minutes of this contract, which counts in none of them; one statement."""
    [facts] = facts_read([asked_of(contract)], at)
    requirement = facts.requirement(Profession(contract.profession))
    minimum = minimum_minutes(facts, requirement) if requirement is not None else None
    free = None if contract.provider_id is None else facts.staff - facts.active - facts.blocked
    return UpdateFigures(facts, requirement, minimum, free)


def reoffer_figures(contract: Contract, minutes: int, at: datetime) -> Figures:
    """What the same offer would meet today, with `minutes` a month."""
    offer = Offer(
        code=contract.code,
        workplace_id=contract.workplace_id,
        professional_id=contract.professional_id,
        minutes=minutes,
        provider_id=contract.provider_id,
        assignment_type=contract.assignment_type,
        profession=Profession(contract.profession),
    )
    return offer_figures(at, offer)


def short_count(provider_id: int) -> int:
    """How many of a provider's running contracts fall short of the law, counted to `COUNTED`; read from an index."""
    short = Contract.objects.filter(provider_id=provider_id, state=ContractState.ACTIVE, fit=Fitness.SHORT)
    return len(short.values_list("pk")[:COUNTED])
