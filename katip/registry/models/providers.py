"""Who serves: providers, professionals, their certificates and their own minutes."""

from typing import ClassVar

from django.db import models

from katip.core.rows import ME, MY_PROFESSIONAL, MY_PROVIDERS, Rows
from katip.identity.models import Person
from katip.registry.models.places import District, Province, Workplace
from katip.registry.models.shared import UPSERT, choices, turkish
from katip.rules import CertificateClass, Profession


class ProviderKind(models.TextChoices):
    """Who may supply professionals."""

    OSGB = "osgb", "OSGB"
    TSM = "tsm", "TSM"
    ISGB = "isgb", "İSGB"


class Provider(models.Model):
    """Hizmet veren kurum, with the contact that customers call about their assignments."""

    grants: ClassVar[str] = UPSERT

    authorisation_no = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=8, choices=ProviderKind)
    title = models.CharField(max_length=300)
    short_title = models.CharField(max_length=80)
    title_sort = turkish("title", "katip_sort_key")
    title_search = turkish("title", "katip_search_key")
    vkn = models.CharField(max_length=10, blank=True, default="")
    province = models.ForeignKey(Province, models.PROTECT)
    district = models.ForeignKey(District, models.PROTECT)
    contact_name = models.CharField(max_length=120)
    contact_phone = models.CharField(max_length=10)
    contact_hours = models.CharField(max_length=80)
    workplace = models.OneToOneField(Workplace, models.PROTECT, null=True, related_name="is_provider")
    """the provider's own SGK workplace: its e-Bildirge user appoints the responsible manager"""
    suspended_on = models.DateField(null=True)
    """since when it may make no new offers; `Standing` tells why and by whom"""

    def __str__(self) -> str:
        return self.title


class Professional(models.Model):
    """İSG profesyoneli: a person with at least one certificate."""

    grants: ClassVar[str] = UPSERT
    visible: ClassVar[Rows] = Rows(f"person_id = {ME} OR katip_knows_professional(id)")

    person = models.OneToOneField(Person, models.PROTECT, related_name="professional")
    suspended_on = models.DateField(null=True)
    """since when they may take no new assignment; `Standing` tells why and by whom"""

    def __str__(self) -> str:
        return self.person.name


class Certificate(models.Model):
    """Sertifika. `certificate_class` is A, B or C for a safety specialist, else `none`."""

    grants: ClassVar[str] = UPSERT
    visible: ClassVar[Rows] = Rows(f"professional_id = {MY_PROFESSIONAL} OR katip_knows_professional(professional_id)")

    professional = models.ForeignKey(Professional, models.PROTECT, related_name="certificates")
    profession = models.CharField(max_length=30, choices=choices(Profession))
    certificate_class = models.CharField(max_length=4, choices=choices(CertificateClass))
    number = models.CharField(max_length=30, unique=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        """Found by professional and profession."""

        indexes: ClassVar = [models.Index(fields=["professional", "profession"], name="certificate_of")]

    def __str__(self) -> str:
        return self.number


class StaffContract(models.Model):
    """Personel sözleşmesi: a professional's own minutes a month with a provider, the source of capacity."""

    grants: ClassVar[str] = UPSERT
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS} OR professional_id = {MY_PROFESSIONAL}")

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="staff")
    professional = models.ForeignKey(Professional, models.PROTECT, related_name="staff_contracts")
    minutes = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        """One contract for a provider, professional and first day."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "professional", "valid_from"], name="staff_contract_once")
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"
