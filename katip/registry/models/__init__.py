"""Who and what exists, as the outside sources say it, and what an employer declares on the workplace card."""

from katip.registry.models.people import Mandate, MandateCapacity, Official, OfficialRole, Standing, StandingVerb
from katip.registry.models.places import Activity, ActivityHazard, District, Headcount, Province, Workplace
from katip.registry.models.providers import Certificate, Professional, Provider, ProviderKind, StaffContract
from katip.registry.models.records import AdministrativeLeave, ContactDeclaration, ImportRun, Payment, PaymentState
from katip.registry.models.shared import INSERT_ONLY, UPSERT, choices, turkish

__all__ = [
    "INSERT_ONLY",
    "UPSERT",
    "Activity",
    "ActivityHazard",
    "AdministrativeLeave",
    "Certificate",
    "ContactDeclaration",
    "District",
    "Headcount",
    "ImportRun",
    "Mandate",
    "MandateCapacity",
    "Official",
    "OfficialRole",
    "Payment",
    "PaymentState",
    "Professional",
    "Provider",
    "ProviderKind",
    "Province",
    "StaffContract",
    "Standing",
    "StandingVerb",
    "Workplace",
    "choices",
    "turkish",
]
