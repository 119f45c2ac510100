"""What opens sign-in: codes that are handed over, and the right to set up a second step."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ALL, ME, Rows
from katip.identity.models.person import Person
from katip.identity.models.proofing import Proofing


class ActivationCode(models.Model):
    """A code handed over to one person, face to face: it works once, until its end, and is kept as a keyed hash.

    It may open a (new) password, a second step, or both; `resets` closes the factors that were there before.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}", door=ALL)

    person = models.ForeignKey(Person, models.PROTECT, related_name="activation_codes")
    code_key = models.CharField(max_length=64, unique=True)
    opens_password = models.BooleanField()
    opens_second_step = models.BooleanField()
    resets = models.BooleanField(default=False)
    proofing = models.ForeignKey(Proofing, models.PROTECT, related_name="codes")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """A person has one code at a time; one that opens nothing makes no sense."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(used_at__isnull=True, revoked_at__isnull=True), name="code_one_open"
            ),
            models.CheckConstraint(
                condition=Q(opens_password=True) | Q(opens_second_step=True), name="code_opens_something"
            ),
        ]

    def __str__(self) -> str:
        return f"code of person {self.person_id}"


class Enrolment(models.Model):
    """The right to set up a second step without having one: follows a proofing, works once, for a short time."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}", door=ALL)

    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    proofing = models.ForeignKey(Proofing, models.PROTECT, related_name="enrolments")
    resets = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """A person has one right at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(used_at__isnull=True, revoked_at__isnull=True), name="enrolment_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"enrolment of person {self.person_id}"
