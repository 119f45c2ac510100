"""What a month's figures did to contracts: one row for a contract that changed, was asked about, or ended."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.contracts.models.contract import Contract
from katip.core.rows import MY_PROFESSIONAL, MY_PROVIDERS, MY_WORKPLACES, Rows
from katip.processes.models import Process
from katip.registry.models import Professional, Provider, Workplace, choices
from katip.rules import HazardClass, MonthOutcome, MonthReason, Profession


class MonthChange(models.Model):
    """One contract's month. Inserted, never changed; its `leaf` is covered by the audit event of its chunk.

    `run` and `chunk` are those of `updates`, as plain values. Figures before are those of the version in force until
    then, after those that the feed told. `leaf` is SHA-256 of the row's content (`contracts.month.proof`), and `place`
    its place among the leaves of the chunk. Foreign keys of this table are held by set when a chunk is written.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(
        f"workplace_id = {MY_WORKPLACES} OR provider_id = {MY_PROVIDERS} OR professional_id = {MY_PROFESSIONAL}"
    )

    run = models.BigIntegerField()
    chunk = models.PositiveIntegerField()
    place = models.PositiveIntegerField()
    leaf = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=choices(MonthOutcome))
    reason = models.CharField(max_length=20, choices=choices(MonthReason), blank=True, default="")
    contract = models.ForeignKey(Contract, models.PROTECT, db_constraint=False, related_name="month_changes")
    workplace = models.ForeignKey(Workplace, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    provider = models.ForeignKey(
        Provider, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    """found by `month_change_provider`"""
    professional = models.ForeignKey(
        Professional, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    profession = models.CharField(max_length=30, choices=choices(Profession))
    minutes_before = models.PositiveIntegerField()
    minutes_after = models.PositiveIntegerField()
    """what is in force, or what is asked for; the minutes before where nothing changes"""
    employees_before = models.PositiveIntegerField()
    employees_after = models.PositiveIntegerField()
    hazard_before = models.CharField(max_length=20, choices=choices(HazardClass))
    hazard_after = models.CharField(max_length=20, choices=choices(HazardClass))
    required_before = models.PositiveIntegerField()
    """minutes a month that the law asked of the workplace and profession"""
    required_after = models.PositiveIntegerField()
    version_no = models.PositiveIntegerField(null=True)
    """the version that came of it, or None"""
    process = models.ForeignKey(
        Process, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    """what waits because of it, or None"""

    class Meta:
        """Read by contract, and by provider and run; officials go through a run."""

        indexes: ClassVar = [
            models.Index(fields=["provider", "run", "id"], name="month_change_provider"),
            models.Index(fields=["run", "chunk", "place"], name="month_change_run"),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.contract_id}: {self.outcome}"


class Shortage(models.Model):
    """Görevlendirme ihtiyacı: minutes alone cannot answer what a month brought; a person must be found (process 9006).

    For one workplace and profession; `provider` is who is asked, None where the workplace serves itself.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"workplace_id = {MY_WORKPLACES} OR provider_id = {MY_PROVIDERS}")

    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="shortages")
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="shortages")
    profession = models.CharField(max_length=30, choices=choices(Profession))
    reason = models.CharField(max_length=20, choices=choices(MonthReason))
    process = models.OneToOneField(Process, models.PROTECT, related_name="shortage")
    run = models.BigIntegerField()
    is_open = models.BooleanField(default=True)

    class Meta:
        """One open for a workplace, profession and provider."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workplace", "profession", "provider"],
                condition=Q(is_open=True),
                nulls_distinct=False,
                name="shortage_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.workplace_id} {self.profession}: {self.reason}"
