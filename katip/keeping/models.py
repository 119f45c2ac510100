"""What was destroyed, what people asked about their data, and to whom the privacy notice was shown."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, Rows
from katip.identity.models import Person


class Destruction(models.Model):
    """İmha kaydı: rows of one rule that were destroyed in one transaction. Written by the owner's function alone."""

    grants: ClassVar[str] = "SELECT"

    rule = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()
    until = models.DateTimeField()
    """what came to an end before this moment"""
    at = models.DateTimeField()

    class Meta:
        """Read newest first."""

        indexes: ClassVar = [models.Index(fields=["rule", "-id"], name="destruction_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.rows}"


class Mark(models.Model):
    """How far a rule has gone through the events, by their numbers. Written by the owner's function alone."""

    grants: ClassVar[str] = "SELECT"

    rule = models.CharField(max_length=40, primary_key=True)
    event = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.rule}: {self.event}"


class RetentionRun(models.Model):
    """All rules were gone through: how much was destroyed, and by which version of the table (SHA-256, hex)."""

    grants: ClassVar[str] = "SELECT, INSERT"

    at = models.DateTimeField()
    rows = models.PositiveBigIntegerField()
    rules_hash = models.CharField(max_length=64)

    class Meta:
        """The newest is asked for."""

        indexes: ClassVar = [models.Index(fields=["-at"], name="retention_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.rows}"


class Right(models.TextChoices):
    """What the law lets a person ask (6698 m.11/1)."""

    KNOW = "a", "a"
    """whether personal data are processed"""
    INFORMATION = "b", "b"
    """information about it"""
    PURPOSE = "c", "c"
    """the purpose, and whether they are used accordingly"""
    RECIPIENTS = "ch", "ç"
    """third parties to whom they are given"""
    CORRECT = "d", "d"
    """correction of what is missing or wrong"""
    ERASE = "e", "e"
    """deletion or destruction (m.7)"""
    TELL_OTHERS = "f", "f"
    """that those who had them are told of (d) and (e)"""
    AUTOMATED = "g", "g"
    """objection to a result of automated analysis alone"""
    DAMAGES = "gh", "ğ"
    """compensation for damage by unlawful processing"""


class RequestState(models.TextChoices):
    """How far a request has come."""

    OPEN = "open", "open"
    MET = "met", "met"
    PARTLY = "partly", "partly"
    REFUSED = "refused", "refused"
    WITHDRAWN = "withdrawn", "withdrawn"


class DataRequest(models.Model):
    """İlgili kişi başvurusu: what a person asks of the controller by 6698 m.11, and the answer (m.13).

    `due_on` is the last day for the answer. `outcome` is in `state`; a refusal says why in `answer`.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    person = models.ForeignKey(Person, models.PROTECT, related_name="data_requests")
    right = models.CharField(max_length=2, choices=Right)
    text = models.CharField(max_length=2000)
    made_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    answer = models.CharField(max_length=4000, blank=True, default="")
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    """when those who answer were told that the last day is near"""
    overdue_at = models.DateTimeField(null=True)
    """when both sides were told that it has passed"""

    class Meta:
        """The open ones by their last day; a person's own, newest first."""

        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], name="data_request_open", condition=Q(state="open")),
            models.Index(fields=["person", "-id"], name="data_request_of"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"]) | (Q(answered_by__isnull=False) & ~Q(answer="")),
                name="data_request_answered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.right} {self.state}"


class NoticeShown(models.Model):
    """Which version of the privacy notice a person opened, and when. It says that it was shown, never more."""

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    person = models.ForeignKey(Person, models.PROTECT, related_name="notices_shown")
    version = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        """Once for a person and version."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "version"], name="notice_shown_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.at:%Y-%m-%d}"
