"""The process, its steps and the decisions taken on them.

`Process` holds the mutable state with a version (compare-and-swap); `Step` says who is asked, in which order;
`Decision` is insert-only, one for a step, and is the approval itself.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, MY_PROVIDERS, MY_WORKPLACES, Rows, seen_with
from katip.identity.models import Person
from katip.registry.models import Provider, Workplace


class ProcessState(models.TextChoices):
    """Whether a process still waits."""

    OPEN = "open", "open"
    COMPLETED = "completed", "completed"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"
    LAPSED = "lapsed", "lapsed"


class PartyKind(models.TextChoices):
    """Who is asked at a step."""

    PROFESSIONAL = "professional", "professional"
    """the professional of a contract, by person"""
    EMPLOYER = "employer", "employer"
    """any e-Bildirge user of the workplace"""
    PROVIDER = "provider", "provider"
    """any responsible manager of the provider"""
    PERSON = "person", "person"
    """one person, in a process that is about themselves"""


class Process(models.Model):
    """Süreç: something that waits for named parties in order.

    `terms` is what is being approved, as it was offered, and `terms_hash` its SHA-256 (hex): what was shown is what is
    approved. The `waits_for_*` columns repeat the current step's party so that an inbox is one index read.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(
        f"workplace_id = {MY_WORKPLACES} OR provider_id = {MY_PROVIDERS} OR waits_for_person_id = {ME}"
        " OR katip_is_asked(id)"
    )

    code = models.PositiveSmallIntegerField()
    workplace = models.ForeignKey(
        Workplace, models.PROTECT, null=True, related_name="processes", db_index=False, db_constraint=False
    )
    """found by `process_of_workplace`, as the provider's by `process_of_provider`"""
    provider = models.ForeignKey(
        Provider, models.PROTECT, null=True, related_name="processes", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=10, choices=ProcessState, default=ProcessState.OPEN)
    version = models.PositiveIntegerField(default=1)
    current_step = models.PositiveSmallIntegerField(default=1)
    waits_for = models.CharField(max_length=12, choices=PartyKind, blank=True, default="")
    waits_for_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    waiting_since = models.DateTimeField()
    due_on = models.DateField(null=True)
    terms = models.JSONField()
    terms_hash = models.CharField(max_length=64)
    proposed_by = models.CharField(max_length=12, choices=PartyKind, default=PartyKind.PROVIDER)
    """the side that opened it and may take it back"""
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    """None where the operator's command brought it in"""
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """The inboxes: by workplace and by person, waiting ones only."""

        indexes: ClassVar = [
            models.Index(
                fields=["workplace", "due_on", "id"],
                name="waits_for_employer",
                condition=Q(state="open", waits_for="employer"),
            ),
            models.Index(
                fields=["waits_for_person", "due_on", "id"],
                name="waits_for_person",
                condition=Q(state="open", waits_for_person__isnull=False),
            ),
            models.Index(
                fields=["provider", "due_on", "id"],
                name="waits_for_provider",
                condition=Q(state="open", waits_for="provider"),
            ),
            models.Index(fields=["due_on", "id"], name="process_due", condition=Q(state="open", due_on__isnull=False)),
            models.Index(fields=["workplace", "-id"], name="process_of_workplace"),
            models.Index(fields=["provider", "-id"], name="process_of_provider"),
            models.Index(fields=["provider"], name="update_of_provider", condition=Q(code=9001, state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.pk}"


class Step(models.Model):
    """Adım: a party asked in its turn. `person` is set where one person alone may answer."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("processes_process", "process_id"))

    process = models.ForeignKey(Process, models.PROTECT, related_name="steps", db_index=False, db_constraint=False)
    """found by `step_once`"""
    no = models.PositiveSmallIntegerField()
    party = models.CharField(max_length=12, choices=PartyKind)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        """Steps of a process are numbered from 1."""

        ordering: ClassVar = ["no"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["process", "no"], name="step_once")]

    def __str__(self) -> str:
        return f"{self.process_id}.{self.no}"


class Outcome(models.TextChoices):
    """How a step was decided."""

    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class Decision(models.Model):
    """The one answer to a step: who, in which capacity, when, to which terms and text, by which second step."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME} OR {seen_with('processes_step', 'step_id')}")

    step = models.OneToOneField(Step, models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=200, blank=True, default="")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20)
    decided_at = models.DateTimeField()
    terms_hash = models.CharField(max_length=64)
    text_version = models.CharField(max_length=40)
    proof_method = models.CharField(max_length=20)
    proof_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.step_id}: {self.outcome}"
