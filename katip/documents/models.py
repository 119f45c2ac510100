"""The documents of contracts: what is to be made, what was made, and the sealed files.

A contract has a document for each version of its terms, from the one that made it active, and one for its end.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.contracts.models import Contract
from katip.core.rows import Rows, seen_with
from katip.documents.tally import CheckTally

__all__ = [
    "CODE_LENGTH",
    "CheckTally",
    "Document",
    "DocumentFile",
    "DocumentState",
    "MonthDocuments",
    "Occasion",
    "Urgency",
]

CODE_LENGTH = 20
"""signs of a document's code, each worth nearly 5 bits: 98 bits, which nobody guesses"""


class Occasion(models.TextChoices):
    """What a document says of its contract."""

    ACTIVE = "active", "active"
    """it came into force"""
    VERSION = "version", "version"
    """its terms changed"""
    ENDED = "ended", "ended"


class DocumentState(models.TextChoices):
    """Whether the document can be had yet."""

    WAITING = "waiting", "waiting"
    MADE = "made", "made"


class Urgency(models.IntegerChoices):
    """What is made first."""

    MONTH = 0, "month"
    """what a month's figures changed, and what an operator asks for afterwards: very many at once"""
    USUAL = 1, "usual"
    ASKED = 2, "asked"
    """somebody waits for it"""


class Document(models.Model):
    """Belge: one dated statement of the register about a contract, as a sealed PDF and as JSON for machines.

    Written, waiting, in the transaction that gives the occasion; made afterwards, once the audit log has the event.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(seen_with("contracts_contract", "contract_id"))

    contract = models.ForeignKey(
        Contract, models.PROTECT, db_constraint=False, db_index=False, related_name="documents"
    )
    """found by `document_once`"""
    occasion = models.CharField(max_length=8, choices=Occasion)
    version_no = models.PositiveIntegerField(default=0)
    """the version that it tells of; 0 for an end"""
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    """what it is checked by, drawn; shown in groups of four (`core.codes`)"""
    at = models.DateTimeField()
    """the moment of what it tells"""
    state = models.CharField(max_length=8, choices=DocumentState, default=DocumentState.WAITING)
    urgency = models.PositiveSmallIntegerField(choices=Urgency, default=Urgency.USUAL)
    due_at = models.DateTimeField()
    """not to be tried before: where it could not be made, or while somebody makes it"""
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=80, blank=True, default="")
    """the name of what went wrong last"""
    event_id = models.BigIntegerField(null=True)
    """the audit event of the occasion, once the log has it: of the last approval, of the end, of a month's chunk"""
    made_at = models.DateTimeField(null=True)
    statement = models.TextField(blank=True, default="")
    """the same for machines, signed: a JWS in compact form whose payload is canonical JSON (`seal.statement`)"""

    class Meta:
        """One for an occasion; those that wait, in the order in which they are made."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "occasion", "version_no"], name="document_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["-urgency", "id"], name="document_waits", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.occasion} {self.version_no}"


class DocumentFile(models.Model):
    """The sealed PDF. A seal that gets its time stamp later is a further file; earlier ones stay, and stay valid."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("documents_document", "document_id"))

    document = models.ForeignKey(Document, models.PROTECT, db_index=False, related_name="files")
    """found by `document_file_once`"""
    no = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    sealed_at = models.DateTimeField()
    level = models.CharField(max_length=8)
    """of PAdES: `B-B`, or `B-T` with a time stamp"""
    is_timestamped = models.BooleanField(default=False)
    key_id = models.CharField(max_length=80)

    class Meta:
        """Numbered within the document."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["document", "no"], name="document_file_once")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.no}"


class MonthDocuments(models.Model):
    """A month's chunk whose documents are still to be asked for, one row for thousands of contracts."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    run = models.BigIntegerField()
    chunk = models.PositiveIntegerField()
    at = models.DateTimeField()
    is_open = models.BooleanField(default=True)

    class Meta:
        """One for a chunk."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "chunk"], name="month_documents_once")]
        indexes: ClassVar = [models.Index(fields=["id"], name="month_documents_open", condition=Q(is_open=True))]

    def __str__(self) -> str:
        return f"{self.run}.{self.chunk}"
