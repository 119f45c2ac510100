"""The service contract: its mutable state in one row, its terms in inserted versions, its story in inserted acts.

Beside it stand what becomes or changes a contract (drafts, sheets of offers, duration updates) and what replaces one
(the employer's own undertaking).
"""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from katip.identity.models import Person
from katip.processes.models import Process
from katip.registry.models import Certificate, Professional, Provider, Province, Workplace, choices
from katip.rules import (
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    EndReason,
    HazardClass,
    Profession,
    UndertakerQuality,
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

    code = models.PositiveSmallIntegerField()
    form = models.CharField(max_length=10, choices=choices(ContractForm), default=ContractForm.SERVICE)
    profession = models.CharField(max_length=30, choices=choices(Profession))
    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="contracts")
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="contracts", db_index=False)
    """found by `contract_provider_newest`"""
    professional = models.ForeignKey(Professional, models.PROTECT, related_name="contracts")
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="+")
    process = models.OneToOneField(Process, models.PROTECT, related_name="contract")
    minutes = models.PositiveIntegerField()
    assignment_type = models.CharField(max_length=10, choices=AssignmentType)
    state = models.CharField(max_length=24, choices=choices(ContractState))
    fit = models.CharField(max_length=8, choices=Fitness, default=Fitness.UNKNOWN)
    active_from = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=choices(EndReason), blank=True, default="")
    end_note = models.CharField(max_length=200, blank=True, default="")
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
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
            models.Index(fields=["provider", "-id"], name="contract_short", condition=Q(state="active", fit="short")),
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


class ContractVersion(models.Model):
    """The terms from a moment on, with the figures they were measured by. Inserted, never changed.

    A version holds until the next one's `valid_from`, or the contract's end. `process` is the one that agreed on it.
    """

    grants: ClassVar[str] = "SELECT, INSERT"

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="versions")
    no = models.PositiveIntegerField()
    basis = models.CharField(max_length=10, choices=VersionBasis, default=VersionBasis.APPROVED)
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="+")
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


class ContractAct(models.Model):
    """One thing done to a contract: folding a contract's acts in order gives its state. Inserted, never changed.

    `person` is None where the register or the operator acted. `detail` holds plain values without personal numbers.
    """

    grants: ClassVar[str] = "SELECT, INSERT"

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="acts")
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

    contract = models.OneToOneField(Contract, models.PROTECT, primary_key=True, related_name="carried")
    foreign_id = models.CharField(max_length=40, unique=True)
    """the contract's number there"""
    cells = models.JSONField()

    def __str__(self) -> str:
        return self.foreign_id


class DurationUpdate(models.Model):
    """Süre güncelleme: new minutes for a running contract; one side proposes, the other decides (process 9001)."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="updates")
    process = models.OneToOneField(Process, models.PROTECT, related_name="duration_update")
    minutes_before = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()
    is_open = models.BooleanField(default=True)

    class Meta:
        """One open update for a contract."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract"], condition=Q(is_open=True), name="update_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.minutes_before} → {self.minutes}"


class DraftState(models.TextChoices):
    """Where a draft of an offer stands."""

    DRAFT = "draft", "Taslak"
    OFFERED = "offered", "offered"
    DELETED = "deleted", "Silindi"


class OfferDraft(models.Model):
    """An offer being written: what was typed so far, whether it is right or not. Kept for the whole provider."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="drafts")
    code = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=DraftState, default=DraftState.DRAFT)
    fields = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    contract = models.OneToOneField(Contract, models.PROTECT, null=True, related_name="draft")
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        """Read newest first, open ones only."""

        indexes: ClassVar = [
            models.Index(fields=["provider", "-id"], name="draft_of_provider", condition=Q(state="draft"))
        ]

    def __str__(self) -> str:
        return f"{self.code} #{self.pk}"


class SheetState(models.TextChoices):
    """Where a sheet of offers stands."""

    CHECKED = "checked", "checked"
    OFFERED = "offered", "offered"
    DROPPED = "dropped", "dropped"


class OfferSheet(models.Model):
    """Offers for many workplaces from one file: its rows as read and, once offered, the contract of each."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="offer_sheets")
    file_name = models.CharField(max_length=120)
    file_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=SheetState, default=SheetState.CHECKED)
    rows = models.JSONField()
    results = models.JSONField(default=list)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """Read newest first."""

        indexes: ClassVar = [models.Index(fields=["provider", "-id"], name="offer_sheet_of")]

    def __str__(self) -> str:
        return self.file_name


class UndertakingState(models.TextChoices):
    """Where an own undertaking stands."""

    AWAITING = "awaiting", "awaiting"
    ACTIVE = "active", "active"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"
    LAPSED = "lapsed", "lapsed"
    ENDED = "ended", "ended"


class Undertaking(models.Model):
    """The employer, or a deputy, takes the services on personally (process 9003); health examinations excluded."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="undertakings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="undertakings")
    process = models.OneToOneField(Process, models.PROTECT, related_name="undertaking")
    quality = models.CharField(max_length=10, choices=choices(UndertakerQuality))
    training_no = models.CharField(max_length=40)
    training_on = models.DateField()
    minutes = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=UndertakingState, default=UndertakingState.AWAITING)
    active_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        """One live or open undertaking for a workplace."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workplace"], condition=Q(state__in=["awaiting", "active"]), name="undertaking_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "state"], name="undertaking_of_person")]

    def __str__(self) -> str:
        return f"{self.workplace_id}: {self.quality}"


class Coverage(models.Model):
    """How a province's workplaces of one hazard class are served on a day: counted by the sweep, never by a page."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    day = models.DateField()
    province = models.ForeignKey(Province, models.PROTECT, related_name="+")
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    workplaces = models.PositiveIntegerField()
    employees = models.PositiveIntegerField()
    served = models.PositiveIntegerField(default=0)
    """by a specialist and a physician, or by the employer's own undertaking"""
    with_specialist = models.PositiveIntegerField()
    with_physician = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    short = models.PositiveIntegerField()

    class Meta:
        """One row for a day, province and class."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "province", "hazard_class"], name="coverage_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.province_id} {self.hazard_class}"


class ProviderCoverage(models.Model):
    """What a provider's contracts at the workplaces of a province and hazard class are worth, as last counted."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    province = models.ForeignKey(Province, models.PROTECT, related_name="+")
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    counted_on = models.DateField()
    workplaces = models.PositiveIntegerField()
    active = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    short = models.PositiveIntegerField()

    class Meta:
        """One row for a provider, province and class."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "province", "hazard_class"], name="provider_coverage_once")
        ]
        indexes: ClassVar = [models.Index(fields=["province", "provider"], name="provider_coverage_of_province")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.province_id} {self.hazard_class}"


class OfferFunnel(models.Model):
    """What became of the offers made in the days before `counted_on` to workplaces of a province and hazard class.

    `_first` fell while the professional was asked, `_second` while the employer was. What is missing still waits.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    province = models.ForeignKey(Province, models.PROTECT, related_name="+")
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    counted_on = models.DateField()
    offered = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    approved = models.PositiveIntegerField()
    rejected_first = models.PositiveIntegerField()
    rejected_second = models.PositiveIntegerField()
    lapsed_first = models.PositiveIntegerField()
    lapsed_second = models.PositiveIntegerField()
    withdrawn_first = models.PositiveIntegerField()
    withdrawn_second = models.PositiveIntegerField()

    class Meta:
        """One row for a province and class."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["province", "hazard_class"], name="funnel_once")]

    def __str__(self) -> str:
        return f"{self.province_id} {self.hazard_class}"
