"""A contract that a professional and an employer agree on: offered by a provider, or made with own staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from katip.contracts.acts import Act, contracts_move
from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.fitness import UNDERTAKEN
from katip.contracts.law import require_lawful
from katip.contracts.listeners import Change, changes_tell
from katip.contracts.models import AssignmentType, Contract, ContractVersion, Fitness
from katip.contracts.texts import SERVICE_APPROVAL
from katip.core.compiled import Compiled
from katip.processes.kinds import Cancelled, Moved, ProcessKind
from katip.processes.models import PartyKind, Process, ProcessState
from katip.rules import (
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    Profession,
    RuleViolation,
    judge_compliance,
)

_ROLE = {PartyKind.PROFESSIONAL: ContractRole.PROFESSIONAL, PartyKind.EMPLOYER: ContractRole.EMPLOYER}
_APPROVAL = {ContractRole.PROFESSIONAL: ContractAction.ACCEPT, ContractRole.EMPLOYER: ContractAction.APPROVE}
_PROPOSER = {ContractForm.SERVICE: ContractRole.MANAGER, ContractForm.OWN_STAFF: ContractRole.EMPLOYER}


def _locked(process_ids: list[int]) -> QuerySet[Contract]:
    contracts = Contract.objects.filter(process__pk__any=process_ids).select_related("professional")
    return contracts.order_by("professional_id", "pk").select_for_update(of=("professional",), no_key=True)


_LOCKED = Compiled(_locked, process_ids=list)


@dataclass(slots=True)
class Subject:
    """The contract of a process, and the facts it was judged by once it was."""

    contract: Contract
    facts: Facts | None = None


class ServiceContractKind(ProcessKind):
    """103, 140 and 177: alike but for the profession."""

    parties: Sequence[PartyKind] = (PartyKind.PROFESSIONAL, PartyKind.EMPLOYER)
    text_version = SERVICE_APPROVAL
    form = ContractForm.SERVICE

    def __init__(self, *, code: int, profession: Profession, title: str, short_title: str) -> None:
        self.code = code
        self.profession = profession
        self.title = title
        self.short_title = short_title

    def lock(self, processes: Sequence[Process]) -> Mapping[int, Subject]:
        """Read the contracts, locking their professionals by id: two approvals cannot spend the same minutes."""
        contracts = _LOCKED.rows(process_ids=[process.pk for process in processes])
        return {contract.process_id: Subject(contract) for contract in contracts}

    def check(self, subjects: Mapping[int, Subject], at: datetime) -> Mapping[int, RuleViolation]:
        """Put the statute to each contract, as the world is now and those approved before it in the batch make it."""
        asked = [
            Asked(
                workplace_id=subject.contract.workplace_id,
                professional_id=subject.contract.professional_id,
                provider_id=subject.contract.provider_id,
                certificate_id=subject.contract.certificate_id,
                profession=Profession(subject.contract.profession),
                contract_id=subject.contract.pk,
            )
            for subject in subjects.values()
        ]
        refused: dict[int, RuleViolation] = {}
        approved: list[Contract] = []
        for (process_id, subject), facts in zip(subjects.items(), facts_read(asked, at), strict=True):
            subject.facts = facts
            try:
                require_lawful(
                    _after(approved, subject.contract, facts),
                    profession=Profession(subject.contract.profession),
                    minutes=subject.contract.minutes,
                    assignment_type=subject.contract.assignment_type,
                    approving=True,
                    own_staff=self.form == ContractForm.OWN_STAFF,
                )
            except RuleViolation as violation:
                refused[process_id] = violation
                continue  # it takes nobody's minutes
            if self.form == ContractForm.OWN_STAFF or subject.contract.state == ContractState.AWAITING_EMPLOYER:
                approved.append(subject.contract)
        return refused

    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, Subject]) -> None:
        """Move the contracts on; what the last party approved is in force from that moment, as version 1."""
        acts = []
        for move in moved:
            role = _ROLE[PartyKind(move.process.waits_for)]
            action = _APPROVAL[role] if move.approved else ContractAction.REJECT
            contract = subjects[move.process.pk].contract
            acts.append(Act(contract, action, role, move.actor.person_id, move.at, move.reason))
        in_force = [(subjects[move.process.pk], move) for move in moved if move.final and move.approved]
        versions = [_first_version(subject, move) for subject, move in in_force]
        contracts_move(acts, fits_with([subject for subject, _ in in_force]), versions)
        changes_tell([Change(version.contract_id, version.no, version.valid_from) for version in versions])

    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, Subject]) -> None:
        """What was taken back, or fell, is over; it is offered anew."""
        acts = []
        for one in cancelled:
            contract = subjects[one.process.pk].contract
            withdrawn = one.how == ProcessState.WITHDRAWN
            role = _PROPOSER[self.form] if withdrawn else ContractRole.REGISTER
            action = ContractAction.WITHDRAW if withdrawn else ContractAction.LAPSE
            acts.append(Act(contract, action, role, one.actor.person_id, one.at, one.reason))
        contracts_move(acts)


class OwnStaffKind(ServiceContractKind):
    """9002: the employer assigns a certified employee of their own, who accepts."""

    parties = (PartyKind.PROFESSIONAL,)
    form = ContractForm.OWN_STAFF


def _after(approved: Sequence[Contract], contract: Contract, facts: Facts) -> Facts:
    """The facts once those approved before it in the same batch are in force: nobody's minutes are spent twice."""
    same = [one for one in approved if one.professional_id == contract.professional_id]
    taken = sum(one.minutes for one in same if one.provider_id == contract.provider_id)
    full_time = any(one.assignment_type == AssignmentType.FULL_TIME for one in same)
    return replace(facts, active=facts.active + taken, full_time_elsewhere=facts.full_time_elsewhere or full_time)


def fits_with(in_force: Sequence[Subject]) -> dict[tuple[int, str], str]:
    """What each workplace's contracts of a profession are worth once these are in force, by the facts just read."""
    groups: dict[tuple[int, str], list[Subject]] = {}
    for subject in in_force:
        groups.setdefault((subject.contract.workplace_id, subject.contract.profession), []).append(subject)
    fits: dict[tuple[int, str], str] = {}
    for (workplace_id, word), group in groups.items():
        profession, facts = Profession(word), group[0].facts
        requirement = facts.requirement(profession) if facts else None
        if facts is None or requirement is None:
            continue
        added = [one.contract for one in group]
        full_time = sum(one.assignment_type == AssignmentType.FULL_TIME for one in added)
        part_time = [one.minutes for one in added if one.assignment_type == AssignmentType.PART_TIME]
        judged = judge_compliance(
            requirement,
            part_time=[*facts.part_time, *part_time],
            full_time_persons=facts.full_time_persons + full_time,
        )
        undertaken = facts.undertaken and profession in UNDERTAKEN
        fits[workplace_id, word] = Fitness.ABOVE if undertaken else Fitness(str(judged.verdict))
        if full_time and profession is Profession.WORKPLACE_PHYSICIAN:
            fits[workplace_id, Profession.OTHER_HEALTH_PERSONNEL] = Fitness.ABOVE  # no longer asked for, so never short
    return fits


def _first_version(subject: Subject, move: Moved) -> ContractVersion:
    contract, facts = subject.contract, subject.facts
    assert facts is not None  # noqa: S101 -- an approval was checked before
    requirement = facts.requirement(Profession(contract.profession))
    assert requirement is not None  # noqa: S101 -- as above
    assert facts.employees is not None and facts.hazard is not None  # noqa: S101, PT018 -- a requirement knows both
    return ContractVersion(
        contract=contract,
        no=1,
        process=move.process,
        valid_from=move.at,
        minutes=contract.minutes,
        assignment_type=contract.assignment_type,
        employees=facts.employees,
        hazard_class=facts.hazard,
        required_minutes=requirement.minutes,
        recorded_at=move.at,
    )
