"""Taking documents away: one, or those of a list in one archive. Whoever may see a contract may; it is recorded."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.db.models import QuerySet

from katip.audit.looks import Given, Occasion, looks_record
from katip.audit.services.record import Happening, record
from katip.contracts.models import Contract
from katip.contracts.seen import contract_seen
from katip.core.actor import Actor
from katip.core.clock import ISTANBUL
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as, use_case
from katip.documents.models import Document, DocumentFile, DocumentState
from katip.documents.selectors import documents_newest
from katip.processes.models import Decision

MOST_FILES = 500
"""in one archive: some 40 MB"""
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """A file to hand out."""

    name: str
    content: bytes
    content_type: str


@use_case
def document_take(
    *, actor: Actor, at: datetime, document_id: int, statement: bool = False, given: Given | None = None
) -> Taken:
    """The newest sealed PDF of a document, or its signed statement (JWS), for a person who may see the contract.

    `given` is the reason that an official gave for looking.
    Raises `PermissionRefusedError` for strangers, and where there is no such document or it is not made yet.
    """
    document = Document.objects.select_related("contract__professional").filter(pk=document_id).first()
    if document is None or document.state != DocumentState.MADE:
        raise PermissionRefusedError("not_yours")
    contract = contract_seen(actor.person, document.contract_id, at)
    if contract is None:
        raise PermissionRefusedError("not_yours")
    form = "statement" if statement else "pdf"
    record(actor, at, Happening("document:file:taken", document.pk, {"contract": contract.pk, "form": form}))
    looks_record(actor, at, _named([contract.pk]), Occasion.DOCUMENT, given)
    name = file_name(document)
    if statement:
        return Taken(f"{name}.jws", document.statement.encode("ascii"), "application/jose")
    file = DocumentFile.objects.filter(document=document).order_by("-no")[0]
    return Taken(f"{name}.pdf", bytes(file.content), "application/pdf")


def file_name(document: Document) -> str:
    """What the file is called, without its ending: contract, what it tells, the end of its code. It names nobody."""
    what = f"surum-{document.version_no}" if document.version_no else "sona-erme"
    return f"sozlesme-{document.contract_id}-{what}-{document.code[-4:].lower()}"


@use_case
def documents_take(
    *, actor: Actor, at: datetime, contracts: QuerySet[Contract], asked: Mapping[str, object]
) -> Sequence[int]:
    """The newest made document of each of these contracts, which the actor may see: at most `MOST_FILES` ids.

    `contracts` are those of a list, filtered by who asks. Recorded is how many and what was `asked` for, in plain
    values that name nobody. `archive` writes them.
    """
    documents = documents_newest(contracts, limit=MOST_FILES)
    detail = {"documents": len(documents), "asked": dict(asked)}
    record(actor, at, Happening("document:files:taken", None, detail))
    looks_record(actor, at, _named([document.contract_id for document in documents]), Occasion.DOCUMENT)
    return [document.pk for document in documents]


def _named(contract_ids: Collection[int]) -> set[int]:
    """The persons whom documents of these contracts name."""
    contracts = Contract.objects.filter(pk__in=contract_ids)
    named = set(contracts.values_list("professional__person_id", flat=True))
    approvals = Decision.objects.filter(step__process__in=contracts.values("process_id"))
    return named | set(approvals.values_list("person_id", flat=True))


class _Pipe:
    """What a ZIP is written to: kept until it is fetched."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits but what `fetch` takes."""

    def fetch(self) -> bytes:
        content = b"".join(self.parts)
        self.parts.clear()
        return content


def archive(actor: Actor, document_ids: Sequence[int]) -> Iterator[bytes]:
    """The files of these documents as a ZIP, part by part: a few lie in memory. Nothing is packed twice.

    Each part is read in a transaction of its own, as the actor: the request's are over when the first is sent.
    """
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_STORED) as zipped:  # type: ignore[call-overload] # a stream: written to, never read
        for start in range(0, len(document_ids), _AT_ONCE):
            files = DocumentFile.objects.filter(document__in=document_ids[start : start + _AT_ONCE])
            newest = files.order_by("document_id", "-no").distinct("document_id").select_related("document")
            with acting_as(actor):
                part = list(newest)
            for file in part:
                made = file.sealed_at.astimezone(ISTANBUL)
                info = ZipInfo(f"{file_name(file.document)}.pdf", made.timetuple()[:6])
                zipped.writestr(info, bytes(file.content))
                yield pipe.fetch()
    yield pipe.fetch()
