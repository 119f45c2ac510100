"""The documents of a contract as a page shows them: each version's, and the end's, whether made or not."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from katip.contracts.models import Contract, ContractVersion
from katip.core.codes import code_shown
from katip.documents.models import Document, DocumentState, Urgency
from katip.documents.selectors import documents_of
from katip.rules import ContractState

Row = dict[str, Any]


def document_rows(contract: Contract, versions: Sequence[ContractVersion]) -> list[Row]:
    """A row for each version in force at some time, and for the end, the newest first; one statement."""
    if not versions:
        return []
    found = {document.version_no: document for document in documents_of([contract.pk])}
    rows = [_row(contract, version.no, version.valid_from, found.get(version.no)) for version in versions]
    if contract.state == ContractState.ENDED:
        rows.append(_row(contract, 0, contract.ended_at, found.get(0)))
    return rows[::-1]


def _row(contract: Contract, version_no: int, at: Any, document: Document | None) -> Row:
    if not version_no:
        label = _("Sona erme belgesi")
    elif version_no == 1:
        label = _("Sözleşme belgesi")
    else:
        label = _("%(no)s. sürümün belgesi") % {"no": version_no}
    made = document is not None and document.state == DocumentState.MADE
    return {
        "label": label,
        "at": at,
        "contract": contract.pk,
        "version_no": version_no,
        "no": document.pk if document and made else 0,
        "code": code_shown(document.code) if document and made else "",
        "waits": document is not None and not made,
        "soon": bool(document and not made and not document.fault and document.urgency >= Urgency.USUAL),
    }
