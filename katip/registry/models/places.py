"""Where people work: provinces, activities with their hazard classes, workplaces and their headcounts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.registry.models.shared import UPSERT, choices, turkish
from katip.rules import HazardClass


class Province(models.Model):
    """İl. The key is the plate code, 1 to 81."""

    grants: ClassVar[str] = UPSERT

    code = models.SmallIntegerField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """İlçe."""

    grants: ClassVar[str] = UPSERT

    province = models.ForeignKey(Province, models.PROTECT, related_name="districts")
    name = models.CharField(max_length=40)

    class Meta:
        """A name is unique within its province."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["province", "name"], name="district_once")]

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """Faaliyet: a six-digit NACE code `22.22.43`. The description comes with the operator's import."""

    grants: ClassVar[str] = UPSERT

    code = models.CharField(max_length=8, primary_key=True)
    description = models.CharField(max_length=600, blank=True, default="")

    def __str__(self) -> str:
        return self.code


class ActivityHazard(models.Model):
    """The hazard class of a NACE code from a date on, with the gazette that says so."""

    grants: ClassVar[str] = UPSERT

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="hazards")
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=80)

    class Meta:
        """One class for a code and day."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["activity", "valid_from"], name="hazard_once")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.hazard_class}"


class Workplace(models.Model):
    """İşyeri: a place of work with an SGK registration number of its own (26 digits)."""

    grants: ClassVar[str] = UPSERT

    sgk_number = models.CharField(max_length=26, unique=True)
    title = models.CharField(max_length=300)
    title_sort = turkish("title", "katip_sort_key")
    title_search = turkish("title", "katip_search_key")
    vkn = models.CharField(max_length=10, blank=True, default="")
    province = models.ForeignKey(Province, models.PROTECT)
    district = models.ForeignKey(District, models.PROTECT)
    address = models.CharField(max_length=300, blank=True, default="")
    activity = models.ForeignKey(Activity, models.PROTECT, db_index=False)
    """in no index: a feed moves many, and a row whose indexed columns stay is rewritten in its own page"""
    closed_on = models.DateField(null=True)
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    """the workplace that this one was before SGK gave it a new number; to the law this is a new workplace"""

    class Meta:
        """Closed ones are few, and asked for by themselves; officials go through a province in order."""

        indexes: ClassVar = [
            models.Index(fields=["closed_on"], name="workplace_closed", condition=Q(closed_on__isnull=False)),
            models.Index(fields=["province", "id"], name="workplace_of_province"),
        ]

    def __str__(self) -> str:
        return self.title


class Headcount(models.Model):
    """Çalışan sayısı and activity of a workplace from a month on, as SGK reports them; kept where one of them changes.

    `period` is the first day of the first month for which the figures were told; they hold until the next row. `feed`
    is the delivery that told them (of `updates`, a plain value), None for what was there before. `activity` is the one
    known where the sender did not tell it, None in rows from before feeds. Foreign keys are held by set, when a feed is
    taken.
    """

    grants: ClassVar[str] = UPSERT

    workplace = models.ForeignKey(
        Workplace, models.PROTECT, db_constraint=False, db_index=False, related_name="headcounts"
    )
    """found by `headcount_once`"""
    period = models.DateField()
    employees = models.PositiveIntegerField()
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    feed = models.BigIntegerField(null=True)

    class Meta:
        """One row for a workplace and month; what a feed changed is asked for by the month's plan."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["workplace", "period"], name="headcount_once")]
        indexes: ClassVar = [models.Index(fields=["feed", "workplace"], name="headcount_of_feed")]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m}: {self.employees}"
