"""Where people go: branches, when they are open, and which officer sits in which."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from katip.core.rows import Rows, seen_with
from katip.registry.models import District, Official, Province

_KEPT = "SELECT, INSERT, UPDATE"


class Branch(models.Model):
    """Şube (gişe). `networks` holds the networks (CIDR, one a line) from which its officers may work; empty: any."""

    grants: ClassVar[str] = _KEPT

    name = models.CharField(max_length=120, unique=True)
    province = models.ForeignKey(Province, models.PROTECT)
    district = models.ForeignKey(District, models.PROTECT)
    address = models.CharField(max_length=300)
    phone = models.CharField(max_length=10, blank=True, default="")
    networks = models.TextField(blank=True, default="")
    closed_on = models.DateField(null=True)

    class Meta:
        """People look for one in their province."""

        indexes: ClassVar = [models.Index(fields=["province", "id"], name="branch_of_province")]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """One stretch of one weekday (1 Monday … 7 Sunday) in which a branch is open; `dropped_at` takes it back."""

    grants: ClassVar[str] = _KEPT

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        """A stretch ends after it begins."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="hours_forward"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="hours_weekday"),
            models.UniqueConstraint(
                fields=["branch", "weekday", "opens"], condition=Q(dropped_at__isnull=True), name="hours_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class BranchClosure(models.Model):
    """A day on which a branch is closed though its hours say otherwise; public holidays need no row."""

    grants: ClassVar[str] = _KEPT

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="closures")
    day = models.DateField()
    reason = models.CharField(max_length=120)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        """A day once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["branch", "day"], condition=Q(dropped_at__isnull=True), name="closure_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Posting(models.Model):
    """An officer's (or supervisor's) place: one branch at a time. `until` is the first day that it no longer holds."""

    grants: ClassVar[str] = _KEPT
    visible: ClassVar[Rows] = Rows(seen_with("registry_official", "official_id"))

    official = models.ForeignKey(Official, models.PROTECT, related_name="postings")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="postings")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        """One open posting for an official."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["official"], condition=Q(until__isnull=True), name="posting_one_open")
        ]

    def __str__(self) -> str:
        return f"{self.official_id} {self.branch_id}"
