"""Browsers from which a person has come in: guessing from elsewhere cannot lock those out."""

from typing import ClassVar

from django.db import models

from katip.core.rows import ALL, ME, Rows
from katip.identity.models.person import Person


class KnownDevice(models.Model):
    """A browser in which a person has signed in with two steps; its cookie is kept as a keyed hash."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}", door=ALL)

    person = models.ForeignKey(Person, models.PROTECT, related_name="devices")
    token_key = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        """A browser may be known to several people, to each once; listed newest first."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["token_key", "person"], name="device_once")]
        indexes: ClassVar = [models.Index(fields=["person", "-last_seen"], name="device_of")]

    def __str__(self) -> str:
        return self.label
