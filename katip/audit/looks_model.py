"""Who looked at whom: the rows by which a person finds the events about reading their data."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from katip.core.rows import ME, Rows


class Look(models.Model):
    """One person's share in an event `person:data:read`: who looked at them, in which capacity, on what occasion.

    It repeats what the event and its detail say, so that a person's own page is one index scan. Ids only.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME} OR actor_id = {ME}", written=f"actor_id = {ME}")

    person_id = models.BigIntegerField()
    event_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    capacity = models.CharField(max_length=20)
    organisation_id = models.BigIntegerField(null=True)
    occasion = models.CharField(max_length=20)
    reason = models.CharField(max_length=20, blank=True, default="")
    """the category that an official gave; empty where none is asked for"""

    class Meta:
        """Read newest first by person; the same index tells whether the same look was recorded lately.

        What has been kept long enough is found by its moment.
        """

        indexes: ClassVar = [
            models.Index(fields=["person_id", "-at", "-event_id"], name="look_by_person"),
            BrinIndex(fields=["at"], name="look_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.person_id}"
