"""The service contract: its mutable state in one row, its terms in inserted versions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.processes.models import Process
from katip.registry.models import Certificate, Professional, Provider, Workplace, choices
from katip.rules import ContractState, HazardClass, Profession


class AssignmentType(models.TextChoices):
    """Tam or kısmi süreli."""

    FULL_TIME = "full_time", "Tam süreli"
    PART_TIME = "part_time", "Kısmi süreli"


class Contract(models.Model):
    """Hizmet sözleşmesi. `minutes` (a month) and `assignment_type` are the offered terms; running ones are versions."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    code = models.PositiveSmallIntegerField()
    profession = models.CharField(max_length=30, choices=choices(Profession))
    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="contracts")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="contracts")
    professional = models.ForeignKey(Professional, models.PROTECT, related_name="contracts")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    process = models.OneToOneField(Process, models.PROTECT, related_name="contract")
    minutes = models.PositiveIntegerField()
    assignment_type = models.CharField(max_length=10, choices=AssignmentType)
    state = models.CharField(max_length=24, choices=choices(ContractState))
    active_from = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        """One live contract for a workplace, professional and profession; open offers likewise."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workplace", "professional", "profession"],
                condition=Q(state="active"),
                name="contract_live_once",
            ),
            models.UniqueConstraint(
                fields=["workplace", "professional", "profession"],
                condition=Q(state__in=["awaiting_professional", "awaiting_employer"]),
                name="contract_offered_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workplace", "state", "-id"], name="contract_of_workplace"),
            models.Index(fields=["provider", "state", "-id"], name="contract_of_provider"),
            models.Index(fields=["professional", "state", "-id"], name="contract_of_professional"),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.pk}"


class ContractVersion(models.Model):
    """The terms from a moment on, with the figures they were measured by. Inserted, never changed."""

    grants: ClassVar[str] = "SELECT, INSERT"

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="versions")
    no = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    assignment_type = models.CharField(max_length=10, choices=AssignmentType)
    employees = models.PositiveIntegerField()
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    required_minutes = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        """Numbered within the contract."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "no"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.contract_id}.{self.no}"
