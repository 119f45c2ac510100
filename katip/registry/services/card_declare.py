"""Declaring rows 6 and 7 of the workplace card: contact, place, and the standing consent to automatic updates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.registry.consents import AUTO_UPDATE
from katip.registry.models import ContactDeclaration, District
from katip.registry.permissions import mandates_held
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
    if actor.organisation_id != workplace_id:
        raise PermissionRefusedError("no_mandate")
    made, refused = cards_declare_each(actor, at, {workplace_id: fields})
    if refused:
        raise refused[workplace_id]
    return made[workplace_id]


Refusal = PermissionRefusedError | StaleStateError


def cards_declare_each(
    actor: Actor, at: datetime, fields_of: Mapping[int, CardFields]
) -> tuple[dict[int, ContactDeclaration], dict[int, Refusal]]:
    """Add a declaration to each workplace's card, by set: a part of the calling use case.

    Returns the declarations and the refusals by workplace. All mandates are asked for at once. Raises
    `PermissionRefusedError` without a second step, `FormatError` for a phone or e-mail that does not fit.
    """
    if actor.proof is None or actor.capacity != Capacity.WORKPLACE:
        raise PermissionRefusedError("no_mandate")
    held = mandates_held(actor, fields_of, at)
    provinces = _provinces({fields.district_id for fields in fields_of.values()})
    newest = ContactDeclaration.objects.filter(workplace__in=fields_of).order_by("workplace_id", "-no")
    last = dict(newest.distinct("workplace_id").values_list("workplace_id", "no"))
    refused: dict[int, Refusal] = {}
    declarations = []
    for workplace_id, fields in fields_of.items():
        if workplace_id not in held:
            refused[workplace_id] = PermissionRefusedError("mandate_ended")
        elif fields.consent_text not in AUTO_UPDATE:
            refused[workplace_id] = StaleStateError("the consent text changed")
        else:
            declarations.append(
                ContactDeclaration(
                    workplace_id=workplace_id,
                    no=last.get(workplace_id, 0) + 1,
                    declared_by_id=actor.person,
                    declared_at=at,
                    phone=parse_phone(fields.phone),
                    email=parse_email(fields.email),
                    postal_address=fields.postal_address,
                    kep=fields.kep,
                    province_id=provinces[fields.district_id],
                    district_id=fields.district_id,
                    auto_update=fields.auto_update,
                    consent_text=fields.consent_text,
                )
            )
    made = _insert(actor, at, declarations)
    faster = {one.workplace_id for one in declarations} - made.keys()
    refused |= {workplace_id: StaleStateError("someone declared at the same moment") for workplace_id in faster}
    if made:
        record(actor, at, *(_happening(one) for one in made.values()))
    return made, refused


def _provinces(district_ids: Collection[int]) -> dict[int, int]:
    """The province of each district. Raises `District.DoesNotExist` for a number that is none."""
    provinces = dict(District.objects.filter(pk__in=district_ids).values_list("pk", "province_id"))
    if len(provinces) < len(district_ids):
        raise District.DoesNotExist
    return provinces


_INSERT = """
INSERT INTO registry_contactdeclaration
    (workplace_id, no, declared_by_id, declared_at, phone, email, postal_address, kep, province_id, district_id,
     auto_update, consent_text)
SELECT workplace_id, no, %(by)s, %(at)s, phone, email, postal_address, kep, province_id, district_id, auto_update,
       consent_text
FROM unnest(%(workplace_id)s::bigint[], %(no)s::int[], %(phone)s::text[], %(email)s::text[],
            %(postal_address)s::text[], %(kep)s::text[], %(province_id)s::bigint[], %(district_id)s::bigint[],
            %(auto_update)s::boolean[], %(consent_text)s::text[])
    AS given (workplace_id, no, phone, email, postal_address, kep, province_id, district_id, auto_update, consent_text)
ORDER BY workplace_id
ON CONFLICT (workplace_id, no) DO NOTHING RETURNING workplace_id, id
"""
_GIVEN = (
    *("workplace_id", "no", "phone", "email", "postal_address", "kep"),
    *("province_id", "district_id", "auto_update", "consent_text"),
)


def _insert(actor: Actor, at: datetime, declarations: Sequence[ContactDeclaration]) -> dict[int, ContactDeclaration]:
    """Insert them, by workplace; one whose number somebody else took at the same moment is left out."""
    if not declarations:
        return {}
    given: dict[str, Any] = {name: [getattr(one, name) for one in declarations] for name in _GIVEN}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, given | {"by": actor.person, "at": at})
        ids = dict(cursor.fetchall())
    made = {one.workplace_id: one for one in declarations if one.workplace_id in ids}
    for workplace_id, one in made.items():
        one.pk = ids[workplace_id]
    return made


def _happening(one: ContactDeclaration) -> Happening:
    detail = {"no": one.no, "auto_update": one.auto_update, "consent_text": one.consent_text}
    return Happening("registry:card:declared", one.workplace_id, detail, one.workplace_id)
