"""Counts of a day for officials, so that no page ever counts."""

from typing import ClassVar

from django.db import models

from katip.registry.models import Provider, Province, choices
from katip.rules import (
    HazardClass,
)


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
