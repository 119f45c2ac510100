"""How often the public check was asked, and what it answered: figures of an hour, of nobody and of no document."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class CheckTally(models.Model):
    """So many checks of an hour that went one way and had one outcome.

    No code, no document, no network and no person stands here. `recorded` is how many of them an audit event tells of.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    hour = models.DateTimeField()
    way = models.CharField(max_length=12)
    outcome = models.CharField(max_length=12)
    count = models.PositiveIntegerField()
    recorded = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        """One row for an hour, way and outcome; those that no event tells of yet."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["hour", "way", "outcome"], name="check_tally_once")]
        indexes: ClassVar = [
            models.Index(fields=["hour"], name="check_tally_open", condition=Q(count__gt=F("recorded")))
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.way} {self.outcome}: {self.count}"
