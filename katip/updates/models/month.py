"""A month: its plan in chunks, how far it is carried out, and what it came to."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, MY_PROVIDERS, MY_WORKPLACES, NONE, Rows
from katip.identity.models import Person
from katip.registry.models import Provider, Province, Workplace, choices
from katip.rules import HazardClass, Profession


class RunState(models.TextChoices):
    """Where a month's run stands."""

    PLANNING = "planning", "planning"
    PLANNED = "planned", "planned"
    """a dry run ends here; nothing of it is in force"""
    APPLYING = "applying", "applying"
    CLOSING = "closing", "closing"
    """all chunks are written; figures and digests are being made"""
    DONE = "done", "done"
    DROPPED = "dropped", "dropped"
    """a plan that was never carried out"""


class MonthRun(models.Model):
    """One planning of a month, and its carrying out. `period` is the month's first day.

    `at` is the moment from which everything that the run changes is in force; it is fixed when carrying out begins.
    `summary` holds the counts of the plan, `totals` what was really written (plain numbers by name).
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    period = models.DateField()
    state = models.CharField(max_length=8, choices=RunState, default=RunState.PLANNING)
    begun_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    """None where the operator's command began it"""
    planned_at = models.DateTimeField()
    """the moment of the snapshot"""
    mark = models.DateTimeField()
    """what was done to contracts from here on may be missing in the snapshot, and is looked at again"""
    at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    chunks = models.PositiveIntegerField(default=0)
    groups = models.PositiveBigIntegerField(default=0)
    """workplaces and professions that the plan speaks of"""
    summary = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)

    class Meta:
        """One month at a time is carried out."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(state__in=["applying", "closing"]), name="month_one_at_a_time"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-period", "-id"], name="month_newest")]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} {self.state}"


class ChunkState(models.TextChoices):
    """Whether a chunk is written."""

    OPEN = "open", "open"
    DONE = "done", "done"


class MonthChunk(models.Model):
    """The plan for a range of workplaces: carried out in one transaction, by whoever takes it first.

    `plan` holds the lines as an Arrow file (see `updates.plan`), `plan_hash` its SHA-256 (hex).
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(NONE)

    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="parts")
    no = models.PositiveIntegerField()
    workplace_from = models.BigIntegerField()
    workplace_to = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    plan = models.BinaryField()
    plan_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=4, choices=ChunkState, default=ChunkState.OPEN)
    done_at = models.DateTimeField(null=True)
    written_by = models.BigIntegerField(null=True)
    """the number of the transaction that wrote it"""
    totals = models.JSONField(default=dict)
    """plain numbers by name, read while the month runs"""
    shares = models.JSONField(default=dict)
    """the same by province and class, and by provider: added up once, when the month closes"""

    class Meta:
        """Numbered within the run; the open ones are looked for."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "no"], name="month_chunk_once")]
        indexes: ClassVar = [models.Index(fields=["run", "no"], name="month_chunk_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.run_id}.{self.no}"


class MonthFigure(models.Model):
    """What a month came to in a province and hazard class (as it is after the month); counted once, when it closes."""

    grants: ClassVar[str] = "SELECT, INSERT"

    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="figures")
    province = models.ForeignKey(Province, models.PROTECT, related_name="+")
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    workplaces = models.PositiveIntegerField()
    """whose contracts the month touched"""
    amended = models.PositiveIntegerField()
    asked = models.PositiveIntegerField()
    conflicts = models.PositiveIntegerField()
    ended = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    minutes_before = models.BigIntegerField()
    minutes_after = models.BigIntegerField()

    class Meta:
        """One row for a province and class."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "province", "hazard_class"], name="month_figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.province_id} {self.hazard_class}"


class MonthProvider(models.Model):
    """What a month came to for a provider: contracts by outcome; counted once, when the month closes."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS}")

    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="providers")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    amended = models.PositiveIntegerField()
    asked = models.PositiveIntegerField()
    conflicts = models.PositiveIntegerField()
    ended = models.PositiveIntegerField()
    minutes_before = models.BigIntegerField()
    minutes_after = models.BigIntegerField()

    class Meta:
        """One row for a provider."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "provider"], name="month_provider_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.provider_id}"


class Missing(models.Model):
    """A workplace that owes a profession since this month, and has nobody for it."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(f"workplace_id = {MY_WORKPLACES}")

    run = models.ForeignKey(MonthRun, models.PROTECT, related_name="missing")
    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="+")
    profession = models.CharField(max_length=30, choices=choices(Profession))

    class Meta:
        """Once for a workplace and profession."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "workplace", "profession"], name="month_missing_once")
        ]
        indexes: ClassVar = [models.Index(fields=["workplace", "-run"], name="month_missing_of")]

    def __str__(self) -> str:
        return f"{self.workplace_id} {self.profession}"


class Digest(models.Model):
    """What one person is told of a month, once, whatever the number of contracts.

    `body` holds the counts by capacity and a few examples (see `updates.digests`); the words stand where it is shown or
    sent. `told_at` is when it was handed to the mail; a person without an address reads it here. Made by set: foreign
    keys hold by the statement that makes them.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    run = models.ForeignKey(MonthRun, models.PROTECT, db_constraint=False, db_index=False, related_name="digests")
    person = models.ForeignKey(
        Person, models.PROTECT, db_constraint=False, db_index=False, related_name="month_digests"
    )
    """found by `digest_once`"""
    body = models.JSONField()
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        """One for a person and run."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "run"], name="digest_once")]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="digest_untold", condition=Q(told_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.person_id}"
