"""What replaces a contract: the employer serves in person."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, MY_WORKPLACES, Rows
from katip.identity.models import Person
from katip.processes.models import Process
from katip.registry.models import Workplace, choices
from katip.rules import (
    UndertakerQuality,
)


class UndertakingState(models.TextChoices):
    """Where an own undertaking stands."""

    AWAITING = "awaiting", "awaiting"
    ACTIVE = "active", "active"
    REJECTED = "rejected", "rejected"
    WITHDRAWN = "withdrawn", "withdrawn"
    LAPSED = "lapsed", "lapsed"
    ENDED = "ended", "ended"


class Undertaking(models.Model):
    """The employer, or a deputy, takes the services on personally (process 9003); health examinations excluded."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"workplace_id = {MY_WORKPLACES} OR person_id = {ME}")

    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="undertakings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="undertakings")
    process = models.OneToOneField(Process, models.PROTECT, related_name="undertaking")
    quality = models.CharField(max_length=10, choices=choices(UndertakerQuality))
    training_no = models.CharField(max_length=40)
    training_on = models.DateField()
    minutes = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=UndertakingState, default=UndertakingState.AWAITING)
    active_from = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        """One live or open undertaking for a workplace."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workplace"], condition=Q(state__in=["awaiting", "active"]), name="undertaking_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "state"], name="undertaking_of_person")]

    def __str__(self) -> str:
        return f"{self.workplace_id}: {self.quality}"
