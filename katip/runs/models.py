"""Runs: what a person decided about many rows in one ceremony, and what came of each.

The rows and their outcomes are only ever inserted; the run itself holds how far it has come. Whatever is written about
the subjects themselves is written by the services of their own rooms.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, Rows, seen_with
from katip.identity.models import Person


class RunState(models.TextChoices):
    """Where a run stands."""

    DRAFT = "draft", "draft"
    """shown to its person and not yet confirmed: nothing of it happens"""
    WAITING = "waiting", "waiting"
    """confirmed; no row has been taken yet"""
    RUNNING = "running", "running"
    DONE = "done", "done"


UNFINISHED = (RunState.WAITING, RunState.RUNNING)


class Run(models.Model):
    """Toplu işlem: rows that one person saw together, and confirmed with one second step.

    `shown_hash` is the SHA-256 (hex) of the rows as they were shown (`katip.runs.hashes`). The rows are taken in their
    order; `reached` is the number of the last one that has an outcome, so that whoever goes on begins after it.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    kind = models.CharField(max_length=12)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    """found by `run_of_person`"""
    state = models.CharField(max_length=8, choices=RunState, default=RunState.DRAFT)
    shown_hash = models.CharField(max_length=64)
    text_versions = models.JSONField(default=list)
    """every distinct text that has to be ticked"""
    params = models.JSONField(default=dict)
    """what holds for all rows, by the kind: a last day, a note"""
    total = models.PositiveIntegerField()
    reached = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    again_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    """the run whose refused rows are taken up again"""
    made_at = models.DateTimeField()
    proof_method = models.CharField(max_length=20, blank=True, default="")
    proof_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    """when its person confirmed it"""
    moved_at = models.DateTimeField(null=True)
    """when the last rows were taken"""
    done_at = models.DateTimeField(null=True)

    class Meta:
        """Read by person, newest first; those that are not finished are looked for."""

        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="run_of_person"),
            models.Index(fields=["id"], name="run_unfinished", condition=Q(state__in=["waiting", "running"])),
            models.Index(fields=["made_at"], name="run_draft", condition=Q(state="draft")),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.pk}"

    @property
    def done(self) -> int:
        """Rows that were carried out."""
        return self.reached - self.refused


class RunRow(models.Model):
    """One row as it was shown: what it is about, in whose name, and the version that the person saw.

    `subject_id` is whatever the kind decides about (a process, a contract, a workplace); `organisation_id` the
    workplace or provider in whose name, according to `capacity`; `digest` the hash (hex) of what was shown of it.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("runs_run", "run_id"))

    run = models.ForeignKey(Run, models.PROTECT, related_name="rows", db_index=False, db_constraint=False)
    """found by `run_row_once`"""
    no = models.PositiveIntegerField()
    subject_id = models.BigIntegerField()
    capacity = models.CharField(max_length=20)
    organisation_id = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")
    params = models.JSONField(default=dict)

    class Meta:
        """Numbered from 1 within the run."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "no"], name="run_row_once")]

    def __str__(self) -> str:
        return f"{self.run_id}.{self.no}"

    @property
    def result(self) -> "RunOutcome | None":
        """What came of it, once it was taken; asks for it where it was not read along (`select_related`)."""
        return getattr(self, "outcome", None)


class RunOutcome(models.Model):
    """What came of one row, once and for all: written in the transaction of what it tells.

    `code` is empty where the row was carried out, else why not: a code of the statute (`RuleViolation`) or of
    `katip.runs.kinds.REASONS`; `facts` are its figures (`katip.runs.facts`). `result_id` is what was made, by the kind.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("runs_runrow", "row_id"))

    row = models.OneToOneField(RunRow, models.PROTECT, primary_key=True, related_name="outcome", db_constraint=False)
    code = models.CharField(max_length=40, blank=True, default="")
    facts = models.JSONField(default=dict)
    result_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.row_id}: {self.code or 'done'}"


from katip.runs.receipts.models import RunReceipt, RunReceiptFile  # noqa: E402, F401 -- models of this room, too
