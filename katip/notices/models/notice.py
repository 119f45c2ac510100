"""What people were told in the register, how they want to be told outside, and what they reported of strangers."""

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, MY_WORKPLACES, Rows
from katip.identity.models import Person
from katip.notices.models.delivery import Channel
from katip.registry.models import Provider, Workplace

QUIET_FROM, QUIET_TO = time(21), time(8)
"""nothing optional leaves between these, by the clock of Turkey, unless the person says otherwise"""


class Notice(models.Model):
    """One thing that one addressee was told: a person, or the addresses that stand on a workplace's card.

    `at` is when it happened. `detail` holds plain values for the words (`katip.notices.kinds`). `once_key` names the
    addressee and the occasion: whatever is read or swept again tells nothing twice.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="notices", db_index=False)
    """found by `told_of`; None for the card's addresses, which see nothing in the register"""
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    capacity = models.CharField(max_length=10)
    """in which it concerns them, as in `core.actor`, with `organisation_id`"""
    organisation_id = models.BigIntegerField(null=True)
    process_id = models.BigIntegerField(null=True)
    contract_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    once_key = models.CharField(max_length=80, unique=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        """Read newest first by person; unread ones are counted with every page, and closed with their process."""

        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="told_of"),
            models.Index(fields=["person"], name="told_unseen", condition=Q(seen_at__isnull=True)),
            models.Index(fields=["process_id", "id"], name="told_process", condition=Q(process_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Preference(models.Model):
    """Whether a group of kinds goes out by a channel: a person's own choice, or that of an address on a card.

    Where no row stands, the group's own default holds.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    address_key = models.CharField(max_length=64, default="")
    """the keyed hash of an address (`katip.core.crypto.lookup_key`), where no person is meant"""
    group = models.CharField(max_length=12)
    channel = models.CharField(max_length=5, choices=Channel)
    is_on = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        """One choice for each."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "group", "channel"], condition=Q(person__isnull=False), name="preference_of_person"
            ),
            models.UniqueConstraint(
                fields=["address_key", "group", "channel"],
                condition=Q(person__isnull=True),
                name="preference_of_address",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, address_key="") | (Q(person__isnull=True) & ~Q(address_key="")),
                name="preference_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.channel}"


class Rhythm(models.TextChoices):
    """How often e-mails come."""

    AT_ONCE = "at_once", "at_once"
    DAILY = "daily", "daily"


class Language(models.TextChoices):
    """In which language e-mails are written."""

    BOTH = "both", "both"
    TURKISH = "tr", "tr"
    ENGLISH = "en", "en"


class Habit(models.Model):
    """When and in which language a person is told outside. `quiet_from` = `quiet_to`: at any hour."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="+")
    rhythm = models.CharField(max_length=8, choices=Rhythm, default=Rhythm.AT_ONCE)
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_to = models.TimeField(default=QUIET_TO)
    language = models.CharField(max_length=4, choices=Language, default=Language.BOTH)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rhythm} {self.language}"


class Round(models.Model):
    """How far a day's reminders have come: to which process, by its last day (where it has one) and its number."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    name = models.CharField(max_length=12)
    day = models.DateField()
    reached_on = models.DateField(null=True)
    reached = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """One for each day."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "day"], name="round_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"


class Objection(models.Model):
    """*Bu OSGB’yi tanımıyorum*: an employer's side does not know the provider that offered contracts for a workplace.

    What waited for the employer was rejected with it; what still waited for the professional then is rejected when its
    turn comes, by the same second step (`proof_method`, `proof_at`). An official looks into it and closes it.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"workplace_id = {MY_WORKPLACES}")

    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="+", db_index=False)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True, default="")
    proof_method = models.CharField(max_length=20)
    proof_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """Officials read the open ones first."""

        indexes: ClassVar = [
            models.Index(fields=["workplace", "provider", "-id"], name="objection_of"),
            models.Index(fields=["-id"], name="objection_open", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.workplace_id} {self.provider_id}"
