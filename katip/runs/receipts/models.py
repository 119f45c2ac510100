"""What receipts there are to be made, and the sealed files."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import Rows, seen_with
from katip.documents.models import CODE_LENGTH
from katip.runs.models import Run


class RunReceipt(models.Model):
    """Makbuz: of the rows `first_no` to `last_no` of a run that is over; made once the log has its events.

    `is_own` tells that it is of one row alone and says in full what was declared there.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(seen_with("runs_run", "run_id"))

    run = models.ForeignKey(Run, models.PROTECT, related_name="receipts", db_index=False)
    """found by `run_receipt_once`"""
    no = models.PositiveIntegerField()
    """from 1 within the run; those of single rows after those that list"""
    is_own = models.BooleanField(default=False)
    first_no = models.PositiveIntegerField()
    last_no = models.PositiveIntegerField()
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    """what it is checked by, drawn; of the same shape as a document's"""
    due_at = models.DateTimeField()
    """not to be tried before: where it could not be made, or while somebody makes it"""
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=80, blank=True, default="")
    """the name of what went wrong last"""
    event_id = models.BigIntegerField(null=True)
    """the audit event that it rests on: of the run's end, or of its row"""
    made_at = models.DateTimeField(null=True)

    class Meta:
        """Numbered within the run; those that wait, in the order in which they are made."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "no"], name="run_receipt_once")]
        indexes: ClassVar = [
            models.Index(fields=["is_own", "id"], name="run_receipt_waits", condition=Q(made_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.no}"


class RunReceiptFile(models.Model):
    """The sealed PDF of a receipt."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("runs_runreceipt", "receipt_id"))

    receipt = models.OneToOneField(RunReceipt, models.PROTECT, primary_key=True, related_name="file")
    sha256 = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    sealed_at = models.DateTimeField()
    level = models.CharField(max_length=8)
    """of PAdES: `B-B`, or `B-T` with a time stamp"""
    key_id = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"file of receipt {self.receipt_id}"
