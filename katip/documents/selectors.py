"""Reading documents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from katip.contracts.models import Contract
from katip.core.codes import code_read
from katip.documents.models import CODE_LENGTH, Document, DocumentState

MOST_OF_CONTRACT = 200
"""documents of one contract that a page tells; it has a handful"""


def document_of_code(code: str) -> Document | None:
    """The document with this code, in whatever case and grouping it is written; with its contract."""
    read = code_read(code, CODE_LENGTH)
    if read is None:
        return None
    return Document.objects.filter(code=read).select_related("contract").defer("statement").first()


def documents_of(contract_ids: Collection[int]) -> list[Document]:
    """The documents of these contracts, made or waiting, each contract's oldest first; without their statements."""
    found = Document.objects.filter(contract__in=contract_ids).defer("statement").order_by("contract_id", "at", "pk")
    return list(found[: MOST_OF_CONTRACT * max(1, len(contract_ids))])


def documents_newest(contracts: QuerySet[Contract], *, limit: int) -> Sequence[Document]:
    """Of each of these contracts the newest document that is made, the newest contracts first; at most `limit`."""
    made = Document.objects.filter(state=DocumentState.MADE, contract__in=contracts.order_by().values("pk"))
    newest = made.order_by("-contract_id", "-at", "-pk").distinct("contract_id").defer("statement")
    return list(newest[:limit])


@dataclass(frozen=True, slots=True)
class Counted:
    """Of a list's contracts: how many have a document to take, how many wait for one; each counted to a limit."""

    made: int
    waiting: int


def documents_counted(contracts: QuerySet[Contract], *, limit: int) -> Counted:
    """How many contracts of a list have a document; counted no further than `limit` + 1."""
    among = contracts.order_by().values("pk")

    def count(state: DocumentState) -> int:
        found = Document.objects.filter(state=state, contract__in=among).values("contract_id").distinct()
        return len(found[: limit + 1])

    return Counted(count(DocumentState.MADE), count(DocumentState.WAITING))
