"""The service contract: its mutable state in one row, its terms in inserted versions, its story in inserted acts."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from katip.core.rows import MY_PROFESSIONAL, MY_PROVIDERS, MY_WORKPLACES, Rows, seen_with
from katip.identity.models import Person
from katip.processes.models import Process
from katip.registry.models import Certificate, Professional, Provider, Workplace, choices
from katip.rules import (
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    EndReason,
    HazardClass,
    MonthReason,
    Profession,
)


class AssignmentType(models.TextChoices):
    """Tam or kısmi süreli."""

    FULL_TIME = "full_time", "Tam süreli"
    PART_TIME = "part_time", "Kısmi süreli"


class Fitness(models.TextChoices):
    """Whether the workplace's contracts of one profession are what the law asks, as last judged (`rules.Verdict`)."""

    UNKNOWN = "unknown", "unknown"
    """headcount or hazard class are not known, or nothing is in force"""
    FIT = "fit", "fit"
    ABOVE = "above", "above"
    SHORT = "short", "short"


class Contract(models.Model):
    """Hizmet sözleşmesi. `minutes` (a month) and `assignment_type` are the offered terms; running ones are versions.

    `provider` is None where the employer assigns own staff. `ends_on` is the last day served: announced while the
    contract is active, a fact once it is ended. `predecessor` is the contract that this one was offered anew after.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(
        f"workplace_id = {MY_WORKPLACES} OR provider_id = {MY_PROVIDERS} OR professional_id = {MY_PROFESSIONAL}"
    )

    code = models.PositiveSmallIntegerField()
    form = models.CharField(max_length=10, choices=choices(ContractForm), default=ContractForm.SERVICE)
    profession = models.CharField(max_length=30, choices=choices(Profession))
    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="contracts", db_index=False)
    """found by `contract_of_workplace`"""
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="contracts", db_index=False)
    """found by `contract_provider_newest`"""
    professional = models.ForeignKey(Professional, models.PROTECT, related_name="contracts", db_index=False)
    """found by `contract_of_professional`"""
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+", db_index=False)
    process = models.OneToOneField(Process, models.PROTECT, related_name="contract")
    minutes = models.PositiveIntegerField()
    assignment_type = models.CharField(max_length=10, choices=AssignmentType)
    state = models.CharField(max_length=24, choices=choices(ContractState))
    fit = models.CharField(max_length=8, choices=Fitness, default=Fitness.UNKNOWN)
    """in no index: a month judges very many anew, and a row whose indexed columns stay is rewritten in its own page"""
    active_from = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=choices(EndReason), blank=True, default="")
    end_note = models.CharField(max_length=200, blank=True, default="")
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    carried_over = models.BooleanField(default=False)
    """brought in from another register by the operator: its approval is not proved here"""
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
            models.CheckConstraint(
                condition=Q(form="service", provider__isnull=False) | Q(form="own_staff", provider__isnull=True),
                name="contract_form_fits",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workplace", "state", "-id"], name="contract_of_workplace"),
            models.Index(fields=["provider", "state", "-id"], name="contract_of_provider"),
            models.Index(fields=["professional", "state", "-id"], name="contract_of_professional"),
            models.Index(fields=["provider", "-id"], name="contract_provider_newest"),
            models.Index(
                fields=["provider", "-id"],
                name="contract_renumbered",
                condition=Q(end_reason="workplace_closed", state="ended"),
            ),
            models.Index(
                fields=["ends_on", "id"], name="contract_ending", condition=Q(state="active", ends_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}/{self.pk}"


class VersionBasis(models.TextChoices):
    """What put a version in force."""

    APPROVED = "approved", "approved"
    UPDATED = "updated", "updated"
    CARRIED = "carried", "carried"
    AUTOMATIC = "automatic", "automatic"
    """a month's figures, by the employer's consent in advance"""


class ContractVersion(models.Model):
    """The terms from a moment on, with the figures they were measured by. Inserted, never changed.

    A version holds until the next one's `valid_from`, or the contract's end. `process` is the one that agreed on it.
    `agreed_minutes` are those that were agreed above the legal minimum, below which a month never goes; 0 for none.
    Foreign keys are held by whoever inserts: a month writes very many at once.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("contracts_contract", "contract_id"))

    contract = models.ForeignKey(Contract, models.PROTECT, db_constraint=False, db_index=False, related_name="versions")
    """found by `version_once`"""
    no = models.PositiveIntegerField()
    basis = models.CharField(max_length=10, choices=VersionBasis, default=VersionBasis.APPROVED)
    process = models.ForeignKey(
        Process, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    valid_from = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    assignment_type = models.CharField(max_length=10, choices=AssignmentType)
    employees = models.PositiveIntegerField()
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    required_minutes = models.PositiveIntegerField()
    agreed_minutes = models.PositiveIntegerField(default=0, db_default=0)
    recorded_at = models.DateTimeField()

    class Meta:
        """Numbered within the contract."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["contract", "no"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.contract_id}.{self.no}"


class ContractAct(models.Model):
    """One thing done to a contract: folding a contract's acts in order gives its state. Inserted, never changed.

    `person` is None where the register or the operator acted. `detail` holds plain values without personal numbers.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("contracts_contract", "contract_id"))

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="acts", db_index=False)
    """found by `act_of_contract`"""
    action = models.CharField(max_length=16, choices=choices(ContractAction))
    role = models.CharField(max_length=16, choices=choices(ContractRole))
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    state_from = models.CharField(max_length=24, choices=choices(ContractState))
    state_to = models.CharField(max_length=24, choices=choices(ContractState))
    reason = models.CharField(max_length=200, blank=True, default="")
    detail = models.JSONField(default=dict)

    class Meta:
        """Read in the order in which they were done."""

        indexes: ClassVar = [
            models.Index(fields=["contract", "id"], name="act_of_contract"),
            BrinIndex(fields=["at"], name="act_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.action}"


class Carried(models.Model):
    """What the sheet of another register said of a carried-over contract, cell by cell, by field name of the sheet."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(seen_with("contracts_contract", "contract_id"))

    contract = models.OneToOneField(Contract, models.PROTECT, primary_key=True, related_name="carried")
    foreign_id = models.CharField(max_length=40, unique=True)
    """the contract's number there"""
    cells = models.JSONField()

    def __str__(self) -> str:
        return self.foreign_id


class DurationUpdate(models.Model):
    """Süre güncelleme: new minutes for a running contract; one side proposes, the other decides (process 9001).

    Where a month's figures proposed it, `run` is that month's (of `updates`), and `reason` why it did not come by
    itself: empty where only the employer's approval is missing.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(seen_with("contracts_contract", "contract_id"))

    contract = models.ForeignKey(Contract, models.PROTECT, db_constraint=False, related_name="updates")
    process = models.OneToOneField(Process, models.PROTECT, db_constraint=False, related_name="duration_update")
    minutes_before = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()
    run = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=20, choices=choices(MonthReason), blank=True, default="")
    is_open = models.BooleanField(default=True)

    class Meta:
        """One open update for a contract."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract"], condition=Q(is_open=True), name="update_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.minutes_before} → {self.minutes}"
