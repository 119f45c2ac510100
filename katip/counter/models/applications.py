"""Applications to be verified face to face, and the review of a drawn share of what was decided."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ALL, ME, NONE, Rows
from katip.counter.models.branches import Branch
from katip.identity.models import ChipSession, Person, Proofing

_KEPT = "SELECT, INSERT, UPDATE"


class Purpose(models.TextChoices):
    """What the applicant asks for."""

    ACCOUNT = "account", "account"
    """a first password, or a new one in place of a forgotten one; with a second step"""
    SECOND_STEP = "second_step", "second_step"
    """a second step, having a password"""
    LOST_FACTOR = "lost_factor", "lost_factor"
    """a new second step in place of a lost one: only ever at a counter"""
    BOTH_LOST = "both_lost", "both_lost"
    """a new password and a new second step"""


OPEN_STATES = ("open", "awaiting_second")
"""of an application that is not decided yet"""


class ApplicationState(models.TextChoices):
    """How far an application has come."""

    OPEN = "open", "open"
    AWAITING_SECOND = "awaiting_second", "awaiting_second"
    """an officer wants to confirm in spite of something: a second officer decides"""
    CONFIRMED = "confirmed", "confirmed"
    REFUSED = "refused", "refused"
    CANCELLED = "cancelled", "cancelled"
    EXPIRED = "expired", "expired"


class Application(models.Model):
    """Başvuru: someone wants to be verified at a counter; any branch finds it by its code.

    Who applies without being signed in is known by what was typed alone (`person` is None until an officer confirms);
    whether the number belongs to anybody is told to nobody but the officer. The code is found by its keyed hash, and
    kept sealed too, because the applicant may print it again until the end.
    """

    grants: ClassVar[str] = _KEPT
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}", door=ALL)

    purpose = models.CharField(max_length=12, choices=Purpose)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="applications")
    national_id_key = models.CharField(max_length=64)
    national_id_sealed = models.BinaryField()
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True, default="")
    code_key = models.CharField(max_length=64, unique=True)
    code_sealed = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=ApplicationState, default=ApplicationState.OPEN)
    version = models.PositiveIntegerField(default=1)
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    second_officer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    override = models.CharField(max_length=200, blank=True, default="")
    """why it should be confirmed in spite of something; asks for a second officer"""
    reason = models.CharField(max_length=200, blank=True, default="")
    """why it was refused"""
    decided_at = models.DateTimeField(null=True)
    chip_session = models.ForeignKey(ChipSession, models.PROTECT, null=True, related_name="+")
    proofing = models.OneToOneField(Proofing, models.PROTECT, null=True, related_name="application")
    early_reminded_at = models.DateTimeField(null=True)
    late_reminded_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)
    """when it was looked whether the typed number belongs to somebody, who then was told; null: not yet"""

    class Meta:
        """One open application for a person and purpose; the open ones are asked for by their end."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(state__in=["open", "awaiting_second"], person__isnull=False),
                name="application_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "cancelled", "expired"]) | Q(officer__isnull=False),
                name="application_decided_by",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                name="application_open",
                condition=Q(state__in=["open", "awaiting_second"]),
            ),
            models.Index(fields=["person", "-id"], name="application_of"),
            models.Index(fields=["branch", "-decided_at"], name="application_of_branch"),
            models.Index(fields=["officer", "-decided_at"], name="application_of_officer"),
            models.Index(fields=["national_id_key", "-id"], name="application_of_number"),
            models.Index(fields=["id"], name="application_unnoticed", condition=Q(noticed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"


class ReviewOutcome(models.TextChoices):
    """What a supervisor found."""

    AGREED = "agreed", "agreed"
    OBJECTED = "objected", "objected"


class Review(models.Model):
    """A decided application that was drawn for a supervisor to look at again."""

    grants: ClassVar[str] = _KEPT
    visible: ClassVar[Rows] = Rows(NONE)

    application = models.OneToOneField(Application, models.PROTECT, related_name="review")
    drawn_at = models.DateTimeField()
    supervisor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=ReviewOutcome, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField(null=True)

    class Meta:
        """Those that wait are few, the oldest first; objections are few, the newest first."""

        indexes: ClassVar = [
            models.Index(fields=["drawn_at"], name="review_waits", condition=Q(outcome="")),
            models.Index(fields=["-at"], name="review_objected", condition=Q(outcome="objected")),
        ]

    def __str__(self) -> str:
        return self.outcome or "waits"
