"""What the public check answers: where a document stands, in the least of data; what an uploaded file is worth.

Whoever has a document's code may ask, signed in or not. What is told serves to compare it with the paper: people by
their initials, the workplace by its title and the end of its number. Nothing is kept of an uploaded file.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from katip.audit.log.proofs import Proof, proof_read
from katip.audit.log.tiles import BrokenLogError
from katip.contracts.models import Contract, ContractAct, ContractVersion
from katip.contracts.selectors import decision_of
from katip.core.codes import code_read
from katip.core.usecase import whole_register
from katip.documents.models import CODE_LENGTH, Document, DocumentFile, DocumentState, Occasion
from katip.documents.seal.check import SealFinding, SealState, seal_check
from katip.processes.models import Outcome, Step
from katip.rules import ContractAction, ContractState

log = logging.getLogger("katip.documents")

_NEXT = 50
"""how many later versions are looked at to find the one that came first"""
_STEPS = 10
"""steps of a process; it has a handful"""
_FILES = 10
"""files of one document; it has one, or two"""


class Standing(StrEnum):
    """What a document is worth at a moment."""

    VALID = "valid"
    """its terms are in force"""
    COMING = "coming"
    """its terms come into force later"""
    REPLACED = "replaced"
    """a later version took their place"""
    ENDED = "ended"
    """its terms held until the contract ended"""
    END = "end"
    """it tells of the end itself, which is a fact"""


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's act behind a document: the role (`PartyKind` or `ContractRole`), the masked name, the second step."""

    role: str
    name: str
    at: datetime
    method: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that there is, and what became of what it tells.

    `terms` are those that were approved, as they stand on the paper, whatever people and firms are called today.
    `since` is None where its version is not known; `until` is the moment from which a later version held. `proof` is
    None while no checkpoint of the log covers the event, and where the log does not hold (`log_broken`). `files` are
    the SHA-256 sums of its PDF, the newest first: a seal that got its time stamp later is another file.
    """

    document: Document
    standing: Standing
    version: ContractVersion | None
    terms: Mapping[str, Any]
    since: datetime | None
    until: datetime | None
    approvals: tuple[Approval, ...]
    ending: Approval | None
    files: tuple[str, ...]
    proof: Proof | None
    log_broken: bool

    @property
    def contract(self) -> Contract:
        """Of which the document tells, with its parties."""
        return self.document.contract

    @property
    def last_day(self) -> date | None:
        """The last day served: a fact once the contract is ended, announced before."""
        return self.contract.ends_on


@dataclass(frozen=True, slots=True)
class FileChecked:
    """What an uploaded file turned out to be, and the document that it is, if it is one of ours."""

    finding: SealFinding
    checked: Checked | None

    @property
    def is_ours(self) -> bool:
        """Whether it is, bit for bit, a file that this register issued.

        A file that is kept here says so by itself, whatever became of its key since; but a seal that was set when the
        key was no longer only ours is not believed.
        """
        return self.checked is not None and self.finding.state is not SealState.DOUBTED


def name_mask(name: str) -> str:
    """Initials only, whatever the length: `A*** Y***` of Ayşe Yılmaz."""
    return " ".join(f"{part[0]}***" for part in name.split())


def check_code(code: str, at: datetime) -> Checked | None:
    """The document with this code and where it stands at `at`; the code may be written in any case and grouping.

    For a code that nobody has, all is read of the newest document there is, and dropped: it takes as long.
    """
    with whole_register("a document tells whoever has its number where it stands"):
        document = _documents().filter(code=code_read(code, CODE_LENGTH) or "").first()
        newest = DocumentFile.objects.order_by("-pk").values("document_id")[:1]
        stand_in = _documents().filter(pk__in=newest).first()
        checked = _checked(document or stand_in, at)
        return checked if document else None


def check_file(content: bytes, at: datetime) -> FileChecked:
    """What the file is worth, and the document that it is. Nothing of it is kept."""
    with whole_register("a document tells whoever has its file where it stands"):
        kept = DocumentFile.objects.filter(sha256=hashlib.sha256(content).hexdigest()).defer("content").first()
        document = _documents().filter(pk=kept.document_id).first() if kept else None
        checked = _checked(document, at)
    return FileChecked(seal_check(content, issued_at=kept.sealed_at if kept else None), checked)


def _documents() -> QuerySet[Document]:
    """Those that there are, with what is told of them."""
    made = Document.objects.filter(state=DocumentState.MADE)
    return made.select_related("contract__workplace__province", "contract__process").defer("statement")


def _checked(document: Document | None, at: datetime) -> Checked | None:
    if document is None:
        return None
    contract_id = document.contract_id
    versions = _versions(contract_id, document.version_no)
    version = versions[0] if versions else None
    acts = ContractAct.objects.filter(contract_id=contract_id, action=ContractAction.END).select_related("person")
    ending = acts.order_by("-pk").first()
    files = DocumentFile.objects.filter(document_id=document.pk).order_by("-no").values_list("sha256", flat=True)
    since, until = _held(document, versions, at)
    proof, log_broken = _proof(document.event_id)
    return Checked(
        document=document,
        standing=_standing(document, since, until, at),
        version=version,
        terms=_terms(document, version),
        since=since,
        until=until,
        approvals=tuple(sorted(_approvals(_steps(document, version)), key=lambda one: one.at)),
        ending=_ending(ending) if ending else None,
        files=tuple(files[:_FILES]),
        proof=proof,
        log_broken=log_broken,
    )


def _proof(event_id: int | None) -> tuple[Proof | None, bool]:
    """The proof, and whether the log was found broken over it."""
    if event_id is None:
        return None, False
    try:
        return proof_read(event_id), False
    except BrokenLogError:
        log.exception("the proof of event %s", event_id)
        return None, True


def _versions(contract_id: int, no: int) -> list[ContractVersion]:
    """The version that a document tells of and those after it; of an end, the last one alone."""
    versions = ContractVersion.objects.filter(contract_id=contract_id, no__gte=no).select_related("process")
    if not no:
        return list(versions.order_by("-valid_from", "-no")[:1])
    return list(versions.order_by("no")[:_NEXT])


def _steps(document: Document, version: ContractVersion | None) -> list[Step]:
    """Those of the contract's process, and of the one that agreed on the version."""
    numbers = {document.contract.process_id, (version and version.process_id) or document.contract.process_id}
    steps = Step.objects.filter(process_id__in=numbers).select_related("decision__person")
    return list(steps.order_by("process_id", "no")[:_STEPS])


def _terms(document: Document, version: ContractVersion | None) -> Mapping[str, Any]:
    process = version.process if version and version.process else document.contract.process
    terms: Mapping[str, Any] = process.terms
    return terms


def _approvals(steps: Sequence[Step]) -> Iterable[Approval]:
    for step in steps:
        decision = decision_of(step)
        if decision is not None and decision.outcome == Outcome.APPROVED:
            name = name_mask(decision.person.name)
            yield Approval(step.party, name, decision.decided_at, decision.proof_method)


def _ending(act: ContractAct) -> Approval:
    return Approval(act.role, name_mask(act.person.name) if act.person else "", act.at)


def _held(
    document: Document, versions: Sequence[ContractVersion], at: datetime
) -> tuple[datetime | None, datetime | None]:
    """From when its terms hold, and since when a later version's do."""
    if document.occasion == Occasion.ENDED or not versions or versions[0].no != document.version_no:
        return None, None
    mine, *later = versions
    order = (mine.valid_from, mine.no)
    replaced = [one.valid_from for one in later if (one.valid_from, one.no) > order and one.valid_from <= at]
    return mine.valid_from, min(replaced, default=None)


def _standing(document: Document, since: datetime | None, until: datetime | None, at: datetime) -> Standing:
    if document.occasion == Occasion.ENDED:
        return Standing.END
    if until is not None:
        return Standing.REPLACED
    if document.contract.state != ContractState.ACTIVE:
        return Standing.ENDED
    return Standing.COMING if since is not None and since > at else Standing.VALID
