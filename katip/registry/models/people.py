"""Who may act for whom: mandates, offices, and what officials did to an authorisation."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import ME, MY_PROVIDERS, MY_WORKPLACES, Rows
from katip.identity.models import Person
from katip.registry.models.places import Province, Workplace
from katip.registry.models.providers import Professional, Provider
from katip.registry.models.shared import INSERT_ONLY, UPSERT


class MandateCapacity(models.TextChoices):
    """In which quality a mandate lets a person act."""

    E_BILDIRGE = "e_bildirge", "e-Bildirge kullanıcısı"
    RESPONSIBLE_MANAGER = "responsible_manager", "sorumlu müdür"


class Mandate(models.Model):
    """Yetki: a person may act for a workplace (as its e-Bildirge user) or a provider (as its responsible manager)."""

    grants: ClassVar[str] = UPSERT
    visible: ClassVar[Rows] = Rows(
        f"person_id = {ME} OR workplace_id = {MY_WORKPLACES} OR provider_id = {MY_PROVIDERS}"  # noqa: S608 -- texts of ours
        f" OR provider_id IN (SELECT id FROM registry_provider AS own WHERE own.workplace_id = {MY_WORKPLACES})"
    )
    """managers also to the provider's own workplace, whose e-Bildirge user appoints them"""

    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates")
    capacity = models.CharField(max_length=20, choices=MandateCapacity)
    workplace = models.ForeignKey(Workplace, models.PROTECT, null=True, related_name="mandates")
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="mandates")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        """A person has one mandate for an organisation; it names exactly one."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "workplace"], name="mandate_workplace_once"),
            models.UniqueConstraint(fields=["person", "provider"], name="mandate_provider_once"),
            models.CheckConstraint(
                condition=Q(capacity="e_bildirge", workplace__isnull=False, provider__isnull=True)
                | Q(capacity="responsible_manager", workplace__isnull=True, provider__isnull=False),
                name="mandate_one_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.get_capacity_display()


class OfficialRole(models.TextChoices):
    """What an official does."""

    INSPECTOR = "inspector", "müfettiş"
    DIRECTORATE = "directorate", "yetkilendirme görevlisi"
    COUNTER = "counter", "gişe görevlisi"
    SUPERVISOR = "supervisor", "gişe denetmeni"
    OPERATOR = "operator", "işletmeci"


class Official(models.Model):
    """Görevli: an inspector, one who authorises, someone at a counter, or one who runs the installation.

    For one province or for all (`province` None). `ended_on` is the day on which the office ended, at once.
    """

    grants: ClassVar[str] = UPSERT
    visible: ClassVar[Rows] = Rows(f"person_id = {ME}")

    person = models.ForeignKey(Person, models.PROTECT, related_name="offices")
    role = models.CharField(max_length=12, choices=OfficialRole)
    province = models.ForeignKey(Province, models.PROTECT, null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        """A person holds an office once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "role"], name="office_once")]

    def __str__(self) -> str:
        return self.get_role_display()


class StandingVerb(models.TextChoices):
    """What an official did to a provider or a professional."""

    AUTHORISED = "authorised", "authorised"
    SUSPENDED = "suspended", "suspended"
    RESTORED = "restored", "restored"


class Standing(models.Model):
    """One official's act on the authorisation of a provider or a professional, with its reason. Never changed."""

    grants: ClassVar[str] = INSERT_ONLY
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS} OR katip_knows_professional(professional_id)")

    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="standings")
    professional = models.ForeignKey(Professional, models.PROTECT, null=True, related_name="standings")
    verb = models.CharField(max_length=12, choices=StandingVerb)
    effective_on = models.DateField()
    reason = models.CharField(max_length=200)
    official = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Names a provider or a professional, never both; read newest first."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(provider__isnull=False, professional__isnull=True)
                | Q(provider__isnull=True, professional__isnull=False),
                name="standing_of_one",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider", "-id"], name="standing_of_provider"),
            models.Index(fields=["professional", "-id"], name="standing_of_professional"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.effective_on}"
