"""Declaring rows 6 and 7 of the workplace card: contact, place, and the standing consent to automatic updates."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.registry.consents import AUTO_UPDATE
from katip.registry.models import ContactDeclaration, District
from katip.registry.permissions import require_mandates
from katip.rules import parse_email, parse_phone


@dataclass(frozen=True, slots=True)
class CardFields:
    """What the form holds. `auto_update` None: the question was left open."""

    phone: str
    email: str
    postal_address: str
    kep: str
    district_id: int
    auto_update: bool | None
    consent_text: str


@use_case
def card_declare(*, actor: Actor, at: datetime, workplace_id: int, fields: CardFields) -> ContactDeclaration:
    """Add a dated declaration; earlier ones stay. Only an e-Bildirge user of the workplace may.

    Raises `PermissionRefusedError` without a mandate now or a second step, `FormatError` for a phone or e-mail that
    does not fit, `StaleStateError` when someone declared at the same moment.
    """
    if actor.proof is None or actor.capacity != Capacity.WORKPLACE or actor.organisation_id != workplace_id:
        raise PermissionRefusedError("no_mandate")
    require_mandates(actor, [workplace_id], at)
    if fields.consent_text not in AUTO_UPDATE:
        raise StaleStateError("the consent text changed")
    district = District.objects.get(pk=fields.district_id)
    last = ContactDeclaration.objects.filter(workplace_id=workplace_id).order_by("-no").first()
    try:
        declaration = ContactDeclaration.objects.create(
            workplace_id=workplace_id,
            no=last.no + 1 if last else 1,
            declared_by_id=actor.person,
            declared_at=at,
            phone=parse_phone(fields.phone),
            email=parse_email(fields.email),
            postal_address=fields.postal_address,
            kep=fields.kep,
            province_id=district.province_id,
            district=district,
            auto_update=fields.auto_update,
            consent_text=fields.consent_text,
        )
    except IntegrityError as error:
        raise StaleStateError("someone declared at the same moment") from error
    record(
        actor,
        at,
        Happening(
            "registry:card:declared",
            workplace_id,
            {"no": declaration.no, "auto_update": fields.auto_update, "consent_text": fields.consent_text},
        ),
    )
    return declaration
