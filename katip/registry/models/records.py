"""What is recorded beside: days of leave, payments, imports, and what an employer declared."""

from typing import ClassVar

from django.db import models

from katip.core.rows import MY_WORKPLACES, Rows
from katip.identity.models import Person
from katip.registry.models.places import District, Province, Workplace
from katip.registry.models.shared import INSERT_ONLY, UPSERT


class AdministrativeLeave(models.Model):
    """İdari izin: a day that the state declared free, no holiday by law. The operator's table; no working day."""

    grants: ClassVar[str] = UPSERT

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.day}"


class PaymentState(models.TextChoices):
    """How a bank transaction ended."""

    PAID = "paid", "Ödendi"
    REFUNDED = "refunded", "İade edildi"


class Payment(models.Model):
    """Banka işlemi: one line of row 5 of the workplace card. `amount` is in Turkish lira."""

    grants: ClassVar[str] = UPSERT
    visible: ClassVar[Rows] = Rows(f"workplace_id = {MY_WORKPLACES}")

    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=40, unique=True)
    paid_on = models.DateField()
    description = models.CharField(max_length=200)
    counterparty = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    state = models.CharField(max_length=10, choices=PaymentState)

    class Meta:
        """Read newest first, by workplace."""

        indexes: ClassVar = [models.Index(fields=["workplace", "-paid_on", "-id"], name="payment_of")]

    def __str__(self) -> str:
        return self.reference


class ImportRun(models.Model):
    """One finished import: which list, when, how much changed. Tells how fresh a source is."""

    grants: ClassVar[str] = INSERT_ONLY

    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    file_hash = models.CharField(max_length=64)
    rows = models.PositiveBigIntegerField()
    inserted = models.PositiveBigIntegerField()
    updated = models.PositiveBigIntegerField()

    class Meta:
        """The newest run of a kind is asked for."""

        indexes: ClassVar = [models.Index(fields=["kind", "-at"], name="import_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class ContactDeclaration(models.Model):
    """Rows 6 and 7 of the workplace card as one person declared them on one day. Never changed, only followed.

    `auto_update` is None where the question was left open. `consent_text` names the version of the text that stood
    beside the choice (see `katip.registry.consents`).
    """

    grants: ClassVar[str] = INSERT_ONLY
    visible: ClassVar[Rows] = Rows(f"workplace_id = {MY_WORKPLACES}")

    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="declarations")
    no = models.PositiveIntegerField()
    declared_by = models.ForeignKey(Person, models.PROTECT)
    declared_at = models.DateTimeField()
    phone = models.CharField(max_length=10)
    email = models.EmailField()
    postal_address = models.CharField(max_length=300, blank=True, default="")
    kep = models.CharField(max_length=120, blank=True, default="")
    province = models.ForeignKey(Province, models.PROTECT)
    district = models.ForeignKey(District, models.PROTECT)
    auto_update = models.BooleanField(null=True)
    consent_text = models.CharField(max_length=40)

    class Meta:
        """Numbered within the workplace: two declarations at once cannot both be the next."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["workplace", "no"], name="declaration_once")]

    def __str__(self) -> str:
        return f"{self.workplace_id}/{self.no}"
