"""Which account at a provider belongs to which person here."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ALL, ME, Rows
from katip.identity.models.person import Person


class ProviderLink(models.Model):
    """An account at an OpenID Connect provider (`issuer`, `subject`), from its first sign-in here on.

    Neither belongs to a second one of the other: whoever comes with another account is not let in until an operator has
    ended the link (`ended_at`).
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}", door=ALL)

    person = models.ForeignKey(Person, models.PROTECT, related_name="provider_links")
    issuer = models.CharField(max_length=2048)
    subject = models.CharField(max_length=255)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One person an account, one account a person, at each issuer, as long as it lasts."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=Q(ended_at__isnull=True), name="link_of_subject"
            ),
            models.UniqueConstraint(
                fields=["person", "issuer"], condition=Q(ended_at__isnull=True), name="link_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.made_at:%Y-%m-%d}"
