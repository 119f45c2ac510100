"""What a person is told about their own sign-in: in the register, and by every channel that is known."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ALL, ME, Rows
from katip.identity.models.person import Person


class NoticeKind(models.TextChoices):
    """What happened to someone's sign-in; the words stand where they are shown or sent."""

    CODE_ISSUED = "code_issued", "code_issued"
    PASSWORD_SET = "password_set", "password_set"
    PROOFED = "proofed", "proofed"
    CHIP_REFUSED = "chip_refused", "chip_refused"
    FACTOR_ADDED = "factor_added", "factor_added"
    FACTOR_REMOVED = "factor_removed", "factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made", "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used", "recovery_code_used"
    NEW_DEVICE = "new_device", "new_device"
    DEVICE_FORGOTTEN = "device_forgotten", "device_forgotten"
    SESSION_ENDED = "session_ended", "session_ended"
    PROVIDER_LINKED = "provider_linked", "provider_linked"
    EMAIL_SET = "email_set", "email_set"
    APPLICATION_MADE = "application_made", "application_made"
    APPLICATION_REMINDER = "application_reminder", "application_reminder"
    APPLICATION_CONFIRMED = "application_confirmed", "application_confirmed"
    APPLICATION_REFUSED = "application_refused", "application_refused"
    APPLICATION_CANCELLED = "application_cancelled", "application_cancelled"
    APPLICATION_EXPIRED = "application_expired", "application_expired"
    REVIEW_OBJECTED = "review_objected", "review_objected"
    MONTH_DIGEST = "month_digest", "month_digest"
    """not of the sign-in: a month's digest can be read; sent outside only"""
    DATA_REQUEST_MADE = "data_request_made", "data_request_made"
    """nor these: what became of a request about personal data"""
    DATA_REQUEST_ANSWERED = "data_request_answered", "data_request_answered"
    DATA_REQUEST_DUE = "data_request_due", "data_request_due"
    """told to those who answer"""
    DATA_REQUEST_OVERDUE = "data_request_overdue", "data_request_overdue"


class SecurityNotice(models.Model):
    """One thing that a person was told in the register. `detail` holds plain values for the words; no secret."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}", door=ALL)

    person = models.ForeignKey(Person, models.PROTECT, related_name="security_notices")
    kind = models.CharField(max_length=24, choices=NoticeKind)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        """Read newest first, by person; how many are unread is asked for with every page."""

        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="notice_of"),
            models.Index(fields=["person"], name="notice_unseen", condition=Q(seen_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
