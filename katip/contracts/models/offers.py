"""What becomes a contract: drafts of single offers, and sheets of many."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.contracts.models.contract import Contract
from katip.core.rows import MY_PROVIDERS, Rows
from katip.identity.models import Person
from katip.registry.models import Provider


class DraftState(models.TextChoices):
    """Where a draft of an offer stands."""

    DRAFT = "draft", "Taslak"
    OFFERED = "offered", "offered"
    DELETED = "deleted", "Silindi"


class OfferDraft(models.Model):
    """An offer being written: what was typed so far, whether it is right or not. Kept for the whole provider."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS}")

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
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS}")

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
