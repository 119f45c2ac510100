"""Who and what exists, as the outside sources say it, and what an employer declares on the workplace card."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Func, Q

from katip.identity.models import Person
from katip.rules import CertificateClass, HazardClass, Profession

UPSERT = "SELECT, INSERT, UPDATE"
INSERT_ONLY = "SELECT, INSERT"


def choices(values: Any) -> list[tuple[str, str]]:
    """A plain enum as Django choices."""
    return [(value.value, value.name) for value in values]


def turkish(field: str, function: str) -> Any:
    """A stored generated column by which `field` is sorted or searched the Turkish way (see `core.turkish`)."""
    output = models.TextField(db_collation="C")
    return models.GeneratedField(
        expression=Func(F(field), function=function, output_field=output), output_field=output, db_persist=True
    )


class Province(models.Model):
    """İl. The key is the plate code, 1 to 81."""

    grants: ClassVar[str] = UPSERT

    code = models.SmallIntegerField(primary_key=True)
    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """İlçe."""

    grants: ClassVar[str] = UPSERT

    province = models.ForeignKey(Province, models.PROTECT, related_name="districts")
    name = models.CharField(max_length=40)

    class Meta:
        """A name is unique within its province."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["province", "name"], name="district_once")]

    def __str__(self) -> str:
        return self.name


class Activity(models.Model):
    """Faaliyet: a six-digit NACE code `22.22.43`. The description comes with the operator's import."""

    grants: ClassVar[str] = UPSERT

    code = models.CharField(max_length=8, primary_key=True)
    description = models.CharField(max_length=600, blank=True, default="")

    def __str__(self) -> str:
        return self.code


class ActivityHazard(models.Model):
    """The hazard class of a NACE code from a date on, with the gazette that says so."""

    grants: ClassVar[str] = UPSERT

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="hazards")
    hazard_class = models.CharField(max_length=20, choices=choices(HazardClass))
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=80)

    class Meta:
        """One class for a code and day."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["activity", "valid_from"], name="hazard_once")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.hazard_class}"


class Workplace(models.Model):
    """İşyeri: a place of work with an SGK registration number of its own (26 digits)."""

    grants: ClassVar[str] = UPSERT

    sgk_number = models.CharField(max_length=26, unique=True)
    title = models.CharField(max_length=300)
    title_sort = turkish("title", "katip_sort_key")
    title_search = turkish("title", "katip_search_key")
    vkn = models.CharField(max_length=10, blank=True, default="")
    province = models.ForeignKey(Province, models.PROTECT)
    district = models.ForeignKey(District, models.PROTECT)
    address = models.CharField(max_length=300, blank=True, default="")
    activity = models.ForeignKey(Activity, models.PROTECT)
    closed_on = models.DateField(null=True)
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    """the workplace that this one was before SGK gave it a new number; to the law this is a new workplace"""

    class Meta:
        """Closed ones are few, and asked for by themselves; officials go through a province in order."""

        indexes: ClassVar = [
            models.Index(fields=["closed_on"], name="workplace_closed", condition=Q(closed_on__isnull=False)),
            models.Index(fields=["province", "id"], name="workplace_of_province"),
        ]

    def __str__(self) -> str:
        return self.title


class Headcount(models.Model):
    """Çalışan sayısı of a month, as SGK reports it. `period` is the month's first day."""

    grants: ClassVar[str] = UPSERT

    workplace = models.ForeignKey(Workplace, models.PROTECT, related_name="headcounts")
    period = models.DateField()
    employees = models.PositiveIntegerField()

    class Meta:
        """One figure for a workplace and month."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["workplace", "period"], name="headcount_once")]
        indexes: ClassVar = [models.Index(fields=["workplace"], name="headcount_zero", condition=Q(employees=0))]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m}: {self.employees}"


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

    person = models.OneToOneField(Person, models.PROTECT, related_name="professional")
    suspended_on = models.DateField(null=True)
    """since when they may take no new assignment; `Standing` tells why and by whom"""

    def __str__(self) -> str:
        return self.person.name


class Certificate(models.Model):
    """Sertifika. `certificate_class` is A, B or C for a safety specialist, else `none`."""

    grants: ClassVar[str] = UPSERT

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


class MandateCapacity(models.TextChoices):
    """In which quality a mandate lets a person act."""

    E_BILDIRGE = "e_bildirge", "e-Bildirge kullanıcısı"
    RESPONSIBLE_MANAGER = "responsible_manager", "sorumlu müdür"


class Mandate(models.Model):
    """Yetki: a person may act for a workplace (as its e-Bildirge user) or a provider (as its responsible manager)."""

    grants: ClassVar[str] = UPSERT

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


class Official(models.Model):
    """Görevli: an inspector or a counter officer, for one province or for all."""

    grants: ClassVar[str] = UPSERT

    person = models.ForeignKey(Person, models.PROTECT, related_name="offices")
    role = models.CharField(max_length=12, choices=OfficialRole)
    province = models.ForeignKey(Province, models.PROTECT, null=True)

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
