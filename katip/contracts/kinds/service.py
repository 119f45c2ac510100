"""A service contract between a provider and a private workplace: the professional accepts, the employer approves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.law import require_lawful
from katip.contracts.models import Contract, ContractVersion
from katip.contracts.texts import SERVICE_APPROVAL
from katip.processes.kinds import Moved, ProcessKind
from katip.processes.models import PartyKind, Process
from katip.rules import ContractAction, ContractRole, ContractState, Profession, RuleViolation, next_state

_ROLE = {PartyKind.PROFESSIONAL: ContractRole.PROFESSIONAL, PartyKind.EMPLOYER: ContractRole.EMPLOYER}
_APPROVAL = {ContractRole.PROFESSIONAL: ContractAction.ACCEPT, ContractRole.EMPLOYER: ContractAction.APPROVE}


@dataclass(slots=True)
class Subject:
    """The contract of a process, and the facts it was judged by once it was."""

    contract: Contract
    facts: Facts | None = None


class ServiceContractKind(ProcessKind):
    """103, 140 and 177: alike but for the profession."""

    parties = (PartyKind.PROFESSIONAL, PartyKind.EMPLOYER)
    text_version = SERVICE_APPROVAL

    def __init__(self, *, code: int, profession: Profession, title: str, short_title: str) -> None:
        self.code = code
        self.profession = profession
        self.title = title
        self.short_title = short_title

    def lock(self, processes: Sequence[Process]) -> Mapping[int, Subject]:
        """Read the contracts, locking their professionals by id: two approvals cannot spend the same minutes."""
        contracts = (
            Contract.objects.filter(process__in=[process.pk for process in processes])
            .select_related("professional")
            .order_by("professional_id", "pk")
            .select_for_update(of=("professional",), no_key=True)
        )
        return {contract.process_id: Subject(contract) for contract in contracts}

    def check(self, subjects: Mapping[int, Subject], at: datetime) -> Mapping[int, RuleViolation]:
        """Put the statute to each contract, as the world is now."""
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
        for (process_id, subject), facts in zip(subjects.items(), facts_read(asked, at), strict=True):
            subject.facts = facts
            try:
                require_lawful(
                    facts,
                    profession=Profession(subject.contract.profession),
                    minutes=subject.contract.minutes,
                    assignment_type=subject.contract.assignment_type,
                    approving=True,
                )
            except RuleViolation as violation:
                refused[process_id] = violation
        return refused

    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, Subject]) -> None:
        """Move the contracts on; what the last party approved is in force from that moment, as version 1."""
        targets: dict[ContractState, list[Contract]] = {}
        for move in moved:
            contract = subjects[move.process.pk].contract
            role = _ROLE[PartyKind(move.process.waits_for)]
            action = _APPROVAL[role] if move.approved else ContractAction.REJECT
            targets.setdefault(next_state(ContractState(contract.state), action, role), []).append(contract)
        for state, contracts in targets.items():
            active_from = moved[0].at if state == ContractState.ACTIVE else None
            Contract.objects.filter(pk__in=[contract.pk for contract in contracts]).update(
                state=state, active_from=active_from
            )
        ContractVersion.objects.bulk_create(
            _first_version(subjects[move.process.pk], move.at) for move in moved if move.final and move.approved
        )


def _first_version(subject: Subject, at: datetime) -> ContractVersion:
    contract, facts = subject.contract, subject.facts
    assert facts is not None  # noqa: S101 -- an approval was checked before
    requirement = facts.requirement(Profession(contract.profession))
    assert requirement is not None  # noqa: S101 -- as above
    assert facts.employees is not None and facts.hazard is not None  # noqa: S101, PT018 -- a requirement knows both
    return ContractVersion(
        contract=contract,
        no=1,
        valid_from=at,
        minutes=contract.minutes,
        assignment_type=contract.assignment_type,
        employees=facts.employees,
        hazard_class=facts.hazard,
        required_minutes=requirement.minutes,
        recorded_at=at,
    )
