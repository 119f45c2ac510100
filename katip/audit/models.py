"""The event and its erasable detail.

The event row carries no personal data in clear: ids, a tag and a salted hash of the detail. The detail lies in a row of
its own, so that the law's deletion stays possible without touching the event.
"""

from typing import ClassVar

from django.db import models


class Event(models.Model):
    """One thing that happened. The application's login may insert and read it, nothing else."""

    grants: ClassVar[str] = "SELECT, INSERT"

    at = models.DateTimeField()
    tag = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    capacity = models.CharField(max_length=20)
    organisation_id = models.BigIntegerField(null=True)
    subject_id = models.BigIntegerField(null=True)
    detail_hash = models.BinaryField(max_length=32)

    class Meta:
        """Read newest first, by subject or by actor."""

        indexes: ClassVar = [
            models.Index(fields=["tag", "subject_id", "-id"], name="event_by_subject"),
            models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
            models.Index(fields=["organisation_id", "-id"], name="event_by_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.subject_id or ''}".rstrip()


class EventDetail(models.Model):
    """What the event's hash covers: `sha256(salt ‖ canonical JSON of body)`."""

    grants: ClassVar[str] = "SELECT, INSERT"

    event = models.OneToOneField(Event, models.DO_NOTHING, primary_key=True, related_name="detail")
    salt = models.BinaryField(max_length=16)
    body = models.JSONField()

    def __str__(self) -> str:
        return f"detail of event {self.pk}"
