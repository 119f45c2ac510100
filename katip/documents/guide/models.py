"""The links of guides that providers made for their customers."""

from typing import ClassVar

from django.db import models

from katip.core.rows import MY_PROVIDERS, Rows
from katip.identity.models import Person
from katip.processes.models import Process
from katip.registry.models import Provider, Workplace


class GuideLink(models.Model):
    """Kılavuz bağlantısı: whoever has it sees what a provider's offers to a workplace are, and how they are approved.

    `token_key` finds it, `token_sealed` shows it to the provider again. With `process`, it is about that offer alone.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS}")

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", db_index=False)
    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="+", db_index=False)
    process = models.ForeignKey(Process, models.PROTECT, null=True, related_name="+", db_constraint=False)
    token_key = models.CharField(max_length=64, unique=True)
    token_sealed = models.BinaryField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Asked for by the provider for one of its customers."""

        indexes: ClassVar = [models.Index(fields=["provider", "workplace", "-id"], name="guide_of_customer")]

    def __str__(self) -> str:
        return f"{self.provider_id} → {self.workplace_id}"
