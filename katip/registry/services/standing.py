"""Who may supply professionals, and who may serve: authorised, suspended and restored by the directorate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.identity.models import Person
from katip.registry.directory import professionals_seen, providers_seen
from katip.registry.models import (
    Certificate,
    District,
    Official,
    OfficialRole,
    Professional,
    Provider,
    Standing,
    StandingVerb,
    Workplace,
)
from katip.registry.permissions import require_office
from katip.rules import CertificateClass, Profession, RuleViolation, parse_phone, parse_sgk_number, parse_vkn

REASON_LENGTH = range(10, 201)


@dataclass(frozen=True, slots=True)
class ProviderFields:
    """What is known of a provider when it is authorised. `sgk_number` is its own workplace's, or empty."""

    kind: str
    title: str
    short_title: str
    authorisation_no: str
    vkn: str
    district_id: int
    contact_name: str
    contact_phone: str
    contact_hours: str
    sgk_number: str = ""


@dataclass(frozen=True, slots=True)
class CertificateFields:
    """What stands on a certificate; `valid_to` None is without end."""

    profession: Profession
    certificate_class: CertificateClass
    number: str
    valid_from: date
    valid_to: date | None


@use_case
def provider_authorise(*, actor: Actor, at: datetime, fields: ProviderFields) -> Provider:
    """Enter a new provider, which may make offers from now on.

    Raises `PermissionRefusedError` unless the actor is of the directorate, and of the provider's province where the
    office has one; `FormatError` for a tax number, phone or SGK number that does not fit; `RuleViolation`
    `authorisation_known`, `own_workplace_unknown`, `own_workplace_taken`.
    """
    office = _office(actor)
    district = District.objects.get(pk=fields.district_id)
    if office.province_id not in {None, district.province_id}:
        raise PermissionRefusedError("not_your_province")
    workplace = _own_workplace(fields.sgk_number)
    try:
        with transaction.atomic():
            provider = Provider.objects.create(
                kind=fields.kind,
                title=fields.title,
                short_title=fields.short_title,
                authorisation_no=fields.authorisation_no,
                vkn=parse_vkn(fields.vkn) if fields.vkn else "",
                province_id=district.province_id,
                district=district,
                contact_name=fields.contact_name,
                contact_phone=parse_phone(fields.contact_phone),
                contact_hours=fields.contact_hours,
                workplace=workplace,
            )
    except IntegrityError as error:
        raise RuleViolation("authorisation_known", facts={"authorisation_no": fields.authorisation_no}) from error
    _stand(actor, at, StandingVerb.AUTHORISED, "", provider=provider)
    return provider


@use_case
def professional_authorise(*, actor: Actor, at: datetime, national_id: str, fields: CertificateFields) -> Professional:
    """Enter a certificate of a person whom the register knows, who thereby is a professional, if not one already.

    Raises `PermissionRefusedError` unless the actor is of the directorate; `RuleViolation` `person_unknown`,
    `certificate_class_unfit` (a specialist's has a class, the others' none), `certificate_dates`, `certificate_known`.
    """
    _office(actor)
    with_class = fields.profession == Profession.SAFETY_SPECIALIST
    if with_class == (fields.certificate_class == CertificateClass.NONE):
        raise RuleViolation("certificate_class_unfit")
    if fields.valid_to is not None and fields.valid_to < fields.valid_from:
        raise RuleViolation("certificate_dates")
    person = Person.objects.find_by_national_id(national_id)
    if person is None:
        raise RuleViolation("person_unknown")
    professional, _made = Professional.objects.get_or_create(person=person)
    try:
        with transaction.atomic():
            Certificate.objects.create(
                professional=professional,
                profession=fields.profession,
                certificate_class=fields.certificate_class,
                number=fields.number,
                valid_from=fields.valid_from,
                valid_to=fields.valid_to,
            )
    except IntegrityError as error:
        raise RuleViolation("certificate_known", facts={"number": fields.number}) from error
    _stand(actor, at, StandingVerb.AUTHORISED, fields.number, professional=professional)
    return professional


@use_case
def provider_suspend(*, actor: Actor, at: datetime, provider_id: int, reason: str) -> Standing:
    """From today the provider makes no new offers, and what waits is approved by nobody; what runs goes on, flagged.

    Raises `PermissionRefusedError` for others than the directorate or outside its province, `ValueError` for a reason
    that is not 10 to 200 characters, `StaleStateError` when the provider is suspended already.
    """
    provider = _provider(actor, provider_id)
    _require_reason(reason)
    _swap(Provider.objects.filter(pk=provider.pk, suspended_on__isnull=True).update(suspended_on=day_of(at)))
    return _stand(actor, at, StandingVerb.SUSPENDED, reason, provider=provider)


@use_case
def provider_restore(*, actor: Actor, at: datetime, provider_id: int, reason: str) -> Standing:
    """The provider may make offers again. Raises as `provider_suspend`; `StaleStateError` when nothing is suspended."""
    provider = _provider(actor, provider_id)
    _require_reason(reason)
    _swap(Provider.objects.filter(pk=provider.pk, suspended_on__isnull=False).update(suspended_on=None))
    return _stand(actor, at, StandingVerb.RESTORED, reason, provider=provider)


@use_case
def professional_suspend(*, actor: Actor, at: datetime, professional_id: int, reason: str) -> Standing:
    """From today the professional takes no new assignment; what runs goes on, flagged. Raises as `provider_suspend`."""
    professional = _professional(actor, professional_id)
    _require_reason(reason)
    _swap(Professional.objects.filter(pk=professional.pk, suspended_on__isnull=True).update(suspended_on=day_of(at)))
    return _stand(actor, at, StandingVerb.SUSPENDED, reason, professional=professional)


@use_case
def professional_restore(*, actor: Actor, at: datetime, professional_id: int, reason: str) -> Standing:
    """The professional may be assigned again. Raises as `provider_restore`."""
    professional = _professional(actor, professional_id)
    _require_reason(reason)
    _swap(Professional.objects.filter(pk=professional.pk, suspended_on__isnull=False).update(suspended_on=None))
    return _stand(actor, at, StandingVerb.RESTORED, reason, professional=professional)


def _office(actor: Actor) -> Official:
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    return require_office(actor, OfficialRole.DIRECTORATE)


def _provider(actor: Actor, provider_id: int) -> Provider:
    found = providers_seen(_office(actor)).filter(pk=provider_id).first()
    if found is None:
        raise PermissionRefusedError("not_your_province")
    return found


def _professional(actor: Actor, professional_id: int) -> Professional:
    found = professionals_seen(_office(actor)).filter(pk=professional_id).first()
    if found is None:
        raise PermissionRefusedError("not_your_province")
    return found


def _require_reason(reason: str) -> None:
    if len(reason) not in REASON_LENGTH:
        raise ValueError("a reason has 10 to 200 characters")


def _swap(changed: int) -> None:
    if not changed:
        raise StaleStateError("somebody was faster")


def _own_workplace(sgk_number: str) -> Workplace | None:
    if not sgk_number:
        return None
    workplace = Workplace.objects.filter(sgk_number=str(parse_sgk_number(sgk_number))).first()
    if workplace is None:
        raise RuleViolation("own_workplace_unknown")
    if Provider.objects.filter(workplace=workplace).exists():
        raise RuleViolation("own_workplace_taken")
    return workplace


def _stand(actor: Actor, at: datetime, verb: StandingVerb, reason: str, **of: Any) -> Standing:
    """Insert the act and record it; `of` names the provider or the professional."""
    standing = Standing.objects.create(
        verb=verb, effective_on=day_of(at), reason=reason, official_id=actor.person, at=at, **of
    )
    [(thing, subject)] = of.items()
    detail: Mapping[str, Any] = {"effective_on": standing.effective_on.isoformat(), "reason": reason}
    record(actor, at, Happening(f"official:{thing}:{verb}", subject.pk, detail))
    return standing
