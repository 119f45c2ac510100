"""What the public check answers about a receipt: that there is one, of what, and whether a file is it.

Whoever has its code may ask. The person is told by their initials, the rows by their number alone.
"""

import hashlib
import logging
from dataclasses import dataclass

from django.db.models import QuerySet

from katip.audit.log.proofs import Proof, proof_read
from katip.audit.log.tiles import BrokenLogError
from katip.core.codes import code_read
from katip.core.usecase import whole_register
from katip.documents.checking import name_mask
from katip.documents.models import CODE_LENGTH
from katip.documents.seal.check import SealFinding, seal_check
from katip.registry.models import Workplace
from katip.runs.models import Run, RunRow
from katip.runs.receipts.models import RunReceipt, RunReceiptFile

log = logging.getLogger("katip.runs")


@dataclass(frozen=True, slots=True)
class ReceiptChecked:
    """A receipt that there is. `name` is the initials of who confirmed; `sha256` the sum of its PDF.

    `workplace` is the title of the one that a single declaration is of, else ''.

    `proof` is None where the log does not hold (`log_broken`). `finding` is what a file that was handed in turned out
    to be, None where a code was asked.
    """

    receipt: RunReceipt
    name: str
    workplace: str
    sha256: str
    proof: Proof | None
    log_broken: bool
    finding: SealFinding | None = None

    @property
    def run(self) -> Run:
        """Of which it tells."""
        return self.receipt.run


def receipt_check_code(code: str) -> ReceiptChecked | None:
    """The receipt with this code, however it is written; None where none has it, or it is not made yet."""
    with whole_register("a receipt tells whoever has its number where it stands"):
        file = _files().filter(receipt__code=code_read(code, CODE_LENGTH) or "").first()
        return _checked(file) if file else None


def receipt_check_file(content: bytes) -> ReceiptChecked | None:
    """The receipt that a file is, bit for bit; None where it is none of ours. Nothing of it is kept."""
    with whole_register("a receipt tells whoever has its file where it stands"):
        file = _files().filter(sha256=hashlib.sha256(content).hexdigest()).first()
        return _checked(file, seal_check(content, issued_at=file.sealed_at)) if file else None


def _files() -> QuerySet[RunReceiptFile]:
    return RunReceiptFile.objects.select_related("receipt__run__person").defer("content")


def _checked(file: RunReceiptFile, finding: SealFinding | None = None) -> ReceiptChecked:
    receipt = file.receipt
    try:
        proof, log_broken = proof_read(receipt.event_id) if receipt.event_id else None, False
    except BrokenLogError:
        log.exception("the proof of receipt %s", receipt)
        proof, log_broken = None, True
    name, workplace = name_mask(receipt.run.person.name), _workplace(receipt) if receipt.is_own else ""
    return ReceiptChecked(receipt, name, workplace, file.sha256, proof, log_broken, finding)


def _workplace(receipt: RunReceipt) -> str:
    rows = RunRow.objects.filter(run_id=receipt.run_id, no=receipt.first_no)
    return Workplace.objects.values_list("title", flat=True).get(pk__in=rows.values("subject_id"))
