"""9001, süre güncelleme: new minutes for a running contract, proposed by one side and decided by the other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from katip.contracts.acts import Act, contracts_move
from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.fitness import fitness_refresh
from katip.contracts.law import require_lawful
from katip.contracts.listeners import Change, changes_tell
from katip.contracts.models import Contract, ContractVersion, DurationUpdate, VersionBasis
from katip.contracts.texts import UPDATE_APPROVAL
from katip.processes.kinds import Cancelled, Moved, ProcessKind
from katip.processes.models import PartyKind, Process
from katip.rules import ContractAction, ContractRole, ContractState, Profession, RuleViolation

DURATION_UPDATE = 9001
_ROLE = {PartyKind.PROVIDER: ContractRole.MANAGER, PartyKind.EMPLOYER: ContractRole.EMPLOYER}


@dataclass(slots=True)
class UpdateSubject:
    """An update, its contract, the version in force and the facts that the new minutes were judged by."""

    update: DurationUpdate
    asked: str
    """who decides now (`PartyKind`)"""
    contract: Contract
    current: ContractVersion
    month: Mapping[str, Any]
    """what a month's figures said, of the update's terms; empty where a side proposed it"""
    agreed: int
    """the minutes below which a later month must not go"""
    facts: Facts | None = None


class DurationUpdateKind(ProcessKind):
    """The side that did not propose decides: the employer, or the provider."""

    code = DURATION_UPDATE
    title = "Hizmet sözleşmesinin süresinin güncellenmesi"
    short_title = "Süre güncelleme"
    parties: Sequence[PartyKind] = (PartyKind.EMPLOYER,)
    text_version = UPDATE_APPROVAL

    def lock(self, processes: Sequence[Process]) -> Mapping[int, UpdateSubject]:
        """Read the updates, locking professional and contract, in the order that an approval takes."""
        contracts = {
            contract.pk: contract
            for contract in Contract.objects.filter(updates__process__in=[process.pk for process in processes])
            .select_related("professional")
            .order_by("professional_id", "pk")
            .select_for_update(of=("professional", "self"), no_key=True)
        }
        updates = DurationUpdate.objects.filter(process__in=[process.pk for process in processes])
        newest = ContractVersion.objects.filter(contract__in=contracts).order_by("contract_id", "-no")
        versions = {version.contract_id: version for version in newest.distinct("contract_id")}
        of = {process.pk: process for process in processes}
        return {
            update.process_id: UpdateSubject(
                update,
                of[update.process_id].waits_for,
                contracts[update.contract_id],
                versions[update.contract_id],
                of[update.process_id].terms.get("month", {}),
                of[update.process_id].terms.get("agreed", 0),
            )
            for update in updates
        }

    def check(self, subjects: Mapping[int, UpdateSubject], at: datetime) -> Mapping[int, RuleViolation]:
        """The contract still runs, and the new minutes are lawful as the world is now.

        Refuses `consent_withdrawn` where only the provider is asked and the employer no longer consents in advance.
        What updates before it in the same batch take of a professional's minutes is taken already.
        """
        refused = {process_id: RuleViolation("consent_withdrawn") for process_id in _without_consent(subjects)}
        taken: dict[tuple[int, int | None], int] = defaultdict(int)
        read = facts_read([asked_of(subject.contract) for subject in subjects.values()], at)
        for (process_id, subject), facts in zip(subjects.items(), read, strict=True):
            subject.facts = facts
            contract, before, minutes = subject.contract, subject.current.minutes, subject.update.minutes
            whose = contract.professional_id, contract.provider_id
            facts = replace(facts, active=facts.active + taken[whose])  # noqa: PLW2901 -- the same facts, in a batch
            share = _still_measured(subject.month, facts)
            try:
                require_update_lawful(contract, facts, before, minutes, share=share)
            except RuleViolation as violation:
                refused[process_id] = violation
            if process_id not in refused:
                taken[whose] += max(0, minutes - before)
        return refused

    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, UpdateSubject]) -> None:
        """What was approved is the next version, in force from that moment; the one before ends with it."""
        approved = [move for move in moved if move.approved and move.final]
        closed = [subjects[move.process.pk].update.pk for move in moved if move.final]
        DurationUpdate.objects.filter(pk__in=closed).update(is_open=False)
        versions = [_next_version(subjects[move.process.pk], move) for move in approved]
        contracts_move([_act(subjects[move.process.pk], move) for move in approved], versions=versions)
        changes_tell([Change(version.contract_id, version.no, version.valid_from) for version in versions])
        if approved:
            fitness_refresh({subjects[move.process.pk].contract.workplace_id for move in approved}, approved[0].at)

    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, UpdateSubject]) -> None:
        """The contract goes on as it is."""
        closed = [subjects[one.process.pk].update.pk for one in cancelled]
        DurationUpdate.objects.filter(pk__in=closed).update(is_open=False)


def asked_of(contract: Contract) -> Asked:
    """The question to put to the facts about a contract that exists."""
    return Asked(
        contract.workplace_id,
        contract.professional_id,
        contract.provider_id,
        contract.certificate_id,
        Profession(contract.profession),
        contract.pk,
    )


def require_update_lawful(contract: Contract, facts: Facts, before: int, minutes: int, *, share: bool = False) -> None:
    """Raise `RuleViolation` where the running contract may not go from `before` to `minutes` a month.

    A `share` of what a month's figures ask of several contracts together need not reach the minimum by itself.
    """
    over = contract.ends_on is not None and contract.ends_on < facts.day  # its day came, the sweep not yet
    if contract.state != ContractState.ACTIVE or over:
        raise RuleViolation("contract_not_running")
    require_lawful(
        facts,
        profession=Profession(contract.profession),
        minutes=minutes,
        assignment_type=contract.assignment_type,
        approving=True,
        own_staff=contract.provider_id is None,
        update=True,
        lower=minutes <= before,
        share=share,
    )


# A process is moved on before it is checked: where the employer is asked next, it is open still.
_WITHOUT_CONSENT = """
SELECT process.id FROM processes_process AS process
WHERE process.id = ANY(%s) AND process.state <> 'open'
  AND NOT COALESCE((SELECT auto_update FROM registry_contactdeclaration
                    WHERE workplace_id = process.workplace_id ORDER BY no DESC LIMIT 1), false)
"""


def _without_consent(subjects: Mapping[int, UpdateSubject]) -> set[int]:
    """A month's updates that the provider alone decides, by a consent that was withdrawn since they were opened."""
    by_provider = [one for one, subject in subjects.items() if subject.month and subject.asked == PartyKind.PROVIDER]
    if not by_provider:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_CONSENT, [by_provider])
        return {row[0] for row in cursor.fetchall()}


def _still_measured(month: Mapping[str, Any], facts: Facts) -> bool:
    """Whether a month's update still answers the figures it was made for; by others it is judged as any update is."""
    return bool(month) and (month["employees_after"], month["hazard_after"]) == (facts.employees, facts.hazard)


def _act(subject: UpdateSubject, move: Moved) -> Act:
    role = _ROLE[PartyKind(move.process.waits_for)]
    detail = {"before": subject.current.minutes, "minutes": subject.update.minutes, "process": move.process.pk}
    return Act(subject.contract, ContractAction.UPDATE, role, move.actor.person_id, move.at, detail=detail)


def _next_version(subject: UpdateSubject, move: Moved) -> ContractVersion:
    facts, contract = subject.facts, subject.contract
    assert facts is not None  # noqa: S101 -- an approval was checked before
    requirement = facts.requirement(Profession(contract.profession))
    assert requirement is not None  # noqa: S101 -- as above
    assert facts.employees is not None and facts.hazard is not None  # noqa: S101, PT018 -- a requirement knows both
    return ContractVersion(
        contract=contract,
        no=subject.current.no + 1,
        basis=VersionBasis.UPDATED,
        process=move.process,
        valid_from=move.at,
        minutes=subject.update.minutes,
        assignment_type=subject.current.assignment_type,
        employees=facts.employees,
        hazard_class=facts.hazard,
        required_minutes=requirement.minutes,
        agreed_minutes=subject.agreed,
        recorded_at=move.at,
    )
