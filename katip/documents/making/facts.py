"""What a document says, read from the register for several documents at once.

Terms are those that were approved (`Process.terms`), not what the register calls people and firms today; a version that
a month made follows the terms of its contract.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from katip.audit.log.proofs import Proof, proof_read
from katip.audit.models import Event, EventDetail, LogEntry
from katip.contracts.models import Contract, ContractAct, ContractVersion, MonthChange, VersionBasis
from katip.contracts.selectors import decision_of, steps_by_process
from katip.core.clock import day_of
from katip.documents.making.month_path import MonthLeaf, MonthLeaves
from katip.documents.models import Document, Occasion
from katip.processes.models import Decision, Outcome, Process, Step
from katip.registry.models import ContactDeclaration
from katip.rules import ContractAction, HazardClass, MonthOutcome, Profession, Requirement, required_minutes

_APPROVED = "process:step:approved"
_ENDED = ("contract:end:made", "contract:end:came")
_CHUNK = "month:chunk:written"
_CARRIED = "contract:sheet:carried"


@dataclass(frozen=True, slots=True)
class Approval:
    """One party's approval: what was decided, the party asked, and the event that tells of it."""

    decision: Decision
    party: str
    process: Process
    event: Event | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a document tells. `before` is the version that it follows, `end` the act that ended the contract.

    `event` is the one of the occasion and `proof` its place in the log, None until it has one. `month` stands where a
    month's figures did it, `consent` what the employer declared beforehand.
    """

    document: Document
    contract: Contract
    version: ContractVersion
    before: ContractVersion | None
    terms: Mapping[str, Any]
    approvals: Sequence[Approval]
    end: ContractAct | None
    month: MonthLeaf | None
    consent: ContactDeclaration | None
    event: Event | None
    detail: EventDetail | None
    proof: Proof | None

    @property
    def requirement(self) -> Requirement | None:
        """How the law's minutes of this version came about; None where the figures of that day lead elsewhere."""
        return _requirement(self.version, Profession(self.contract.profession))


def _requirement(version: ContractVersion, profession: Profession) -> Requirement | None:
    for full_time_physician in (False, True):
        found = required_minutes(
            profession,
            hazard=HazardClass(version.hazard_class),
            employees=version.employees,
            as_of=day_of(version.valid_from),
            full_time_physician=full_time_physician,
        )
        if found.minutes == version.required_minutes:
            return found
    return None


class Reading:
    """What several documents need, read at once by about ten statements; then each document's facts by its proof."""

    def __init__(self, documents: Sequence[Document]) -> None:
        ids = {document.contract_id for document in documents}
        self.contracts = (
            Contract.objects.select_related(
                "process",
                "certificate",
                "professional__person",
                "provider",
                "workplace__province",
                "ended_by",
                "carried",
            )
            .prefetch_related(None)
            .in_bulk(ids)
        )
        self.versions: dict[int, list[ContractVersion]] = {}
        for version in (
            ContractVersion.objects.filter(contract__in=ids).select_related("process").order_by("contract_id", "no")
        ):
            self.versions.setdefault(version.contract_id, []).append(version)
        processes = {contract.process_id: contract.process for contract in self.contracts.values()}
        for versions in self.versions.values():
            processes |= {one.process_id: one.process for one in versions if one.process_id and one.process}
        self.processes = processes
        self.steps = steps_by_process(processes)
        self.approvals = _approval_events(processes)
        ended = {document.contract_id for document in documents if document.occasion == Occasion.ENDED}
        acts = ContractAct.objects.filter(contract__in=ended, action=ContractAction.END).select_related("person")
        self.ends = {act.contract_id: act for act in acts.order_by("pk")}
        events = Event.objects.filter(tag__in=_ENDED, subject_id__in=ended).select_related("detail")
        self.end_events = {event.subject_id: event for event in events.order_by("pk")}
        self.leaves = MonthLeaves()
        self.positions = _positions([event.pk for event in self.approvals.values()])
        self.changes = list(MonthChange.objects.filter(contract__in=ids, outcome__in=_BY_ITSELF).order_by("pk"))

    def facts(self, document: Document) -> Facts:
        """The facts of one of the documents. Raises whatever the register lacks: another document's are not touched."""
        contract, versions = self.contracts[document.contract_id], self.versions[document.contract_id]
        ended = document.occasion == Occasion.ENDED
        version = versions[-1] if ended else next(one for one in versions if one.no == document.version_no)
        before = next((one for one in reversed(versions) if one.no < version.no), None)
        change = self._change(contract.pk, None if ended else version.no)
        month = self.leaves.leaf_read(change) if change else None
        approvals = self._approvals(contract, version)
        event = self._event(document, version, approvals, month)
        automatic = version.basis == VersionBasis.AUTOMATIC and not ended
        return Facts(
            document=document,
            contract=contract,
            version=version,
            before=before,
            terms=(version.process or contract.process).terms,
            approvals=approvals,
            end=self.ends.get(contract.pk) if ended else None,
            month=month,
            consent=_consent(contract.workplace_id, version.valid_from) if automatic else None,
            event=event,
            detail=_detail(event),
            proof=proof_read(event.pk) if event else None,
        )

    def _change(self, contract_id: int, version_no: int | None) -> MonthChange | None:
        mine = [one for one in self.changes if one.contract_id == contract_id]
        if version_no is None:
            return next((one for one in mine if one.outcome == MonthOutcome.ENDED), None)
        return next((one for one in mine if one.version_no == version_no), None)

    def _approvals(self, contract: Contract, version: ContractVersion) -> list[Approval]:
        """Those of the contract, then those of the version where another process agreed on it."""
        processes = dict.fromkeys([contract.process_id, *([version.process_id] if version.process_id else [])])
        approvals = []
        for process_id in processes:
            for step in self.steps.get(process_id, ()):
                decision = decision_of(step)
                if decision is not None and decision.outcome == Outcome.APPROVED:
                    approvals.append(self._approval(step, decision))
        return approvals

    def _approval(self, step: Step, decision: Decision) -> Approval:
        event = self.approvals.get((step.process_id, decision.decided_at, decision.person_id))
        position = self.positions.get(event.pk) if event else None
        return Approval(decision, step.party, self.processes[step.process_id], event, position)

    def _event(
        self, document: Document, version: ContractVersion, approvals: Sequence[Approval], month: MonthLeaf | None
    ) -> Event | None:
        if month is not None:
            return month.event
        if document.occasion == Occasion.ENDED:
            return self.end_events.get(document.contract_id)
        if version.basis == VersionBasis.CARRIED:
            return Event.objects.filter(tag=_CARRIED, at=version.recorded_at).select_related("detail").first()
        mine = [one for one in approvals if one.process.pk == version.process_id]
        return mine[-1].event if mine else None


_BY_ITSELF = (MonthOutcome.AMENDED, MonthOutcome.ENDED)


def _approval_events(processes: Collection[int]) -> dict[tuple[int | None, datetime, int | None], Event]:
    events = Event.objects.filter(tag=_APPROVED, subject_id__in=processes).select_related("detail")
    return {(event.subject_id, event.at, event.actor_id): event for event in events}


def _positions(event_ids: Iterable[int]) -> dict[int, int]:
    return dict(LogEntry.objects.filter(event_id__in=list(event_ids)).values_list("event_id", "position"))


def _detail(event: Event | None) -> EventDetail | None:
    """None where the law had it erased."""
    return getattr(event, "detail", None) if event else None


def _consent(workplace_id: int, at: datetime) -> ContactDeclaration | None:
    """What the employer had declared when a month was carried out."""
    declared = ContactDeclaration.objects.filter(workplace=workplace_id, declared_at__lte=at).order_by("-no")
    return declared.select_related("declared_by").first()
