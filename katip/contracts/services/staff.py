"""Proposing and ending a staff contract between provider and professional (process 9004)."""

from datetime import date, datetime

from django.db.models import Q

from katip.audit.services.record import Happening, record
from katip.contracts.kinds.staff import STAFF_CONTRACT, StaffTerms, minutes_needed, require_staff_lawful
from katip.contracts.people import professional_named
from katip.contracts.permissions import require_proof
from katip.contracts.services.offer import require_manager
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.processes.kinds import kind_get
from katip.processes.models import Process, ProcessState
from katip.processes.services.open import process_open
from katip.registry.models import Certificate, Professional, Provider, StaffContract
from katip.registry.permissions import require_provider_mandate, valid_on
from katip.rules import FULL_TIME_MONTH_MINUTES, RuleViolation


@use_case
def staff_propose(
    *,
    actor: Actor,
    at: datetime,
    national_id: str,
    minutes: int,
    first_day: date,
    last_day: date | None = None,
    replace: bool = False,
) -> Process:
    """Propose a staff contract of `minutes` a month to a professional; it then waits for them.

    With `replace`, the one that runs on the first day ends the day before: so minutes change while contracts need them.
    Raises `PermissionRefusedError` unless the actor manages a provider with a second step; `RuleViolation`
    `person_unknown`, `not_certified`, `first_day_in_past`, `staff_proposed` where one waits already, and what
    `kinds.staff` finds against it.
    """
    require_proof(actor)
    provider_id = require_manager(actor, at)
    whole_from_here("a staff contract is judged by those with other providers")
    named = professional_named(national_id)
    locked = Professional.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    professional = locked.get(pk=named.pk)
    if first_day < day_of(at):
        raise RuleViolation("first_day_in_past")
    provider = Provider.objects.select_related("province").get(pk=provider_id)
    replaced = _running(provider, professional, first_day) if replace else None
    terms = StaffTerms(provider, professional, minutes, first_day, last_day, replaced.pk if replaced else None)
    require_staff_lawful(terms, at)
    waiting = Process.objects.filter(
        code=STAFF_CONTRACT,
        state=ProcessState.OPEN,
        provider=provider,
        waits_for_person_id=professional.person_id,
    )
    if waiting.exists():
        raise RuleViolation("staff_proposed")
    process = process_open(
        actor=actor,
        at=at,
        kind=kind_get(STAFF_CONTRACT),
        provider_id=provider.pk,
        person_id=professional.person_id,
        terms=_terms(terms, replaced, at),
    )
    detail = {"provider": provider.pk, "minutes": minutes, "terms_hash": process.terms_hash}
    record(actor, at, Happening("contract:staff:proposed", process.pk, detail))
    return process


@use_case
def staff_end(*, actor: Actor, at: datetime, staff_id: int, last_day: date) -> StaffContract:
    """End a staff contract with `last_day`, today or later; provider and professional each may.

    Raises `PermissionRefusedError` for others or without a second step; `RuleViolation` `end_in_past`,
    `staff_not_begun` (fact: first_day), `end_announced` (ends_on) where it ends by then anyway, `staff_minutes_needed`
    (active, remaining, short_by) while contracts run that need its minutes.
    """
    require_proof(actor)
    staff = StaffContract.objects.filter(pk=staff_id).select_related("professional").first()
    if staff is None:
        raise PermissionRefusedError("not_yours")
    if actor.capacity == Capacity.PROVIDER and actor.organisation_id == staff.provider_id:
        require_provider_mandate(actor, staff.provider_id, at)
    elif actor.capacity != Capacity.INDIVIDUAL or actor.person_id != staff.professional.person_id:
        raise PermissionRefusedError("not_yours")
    whole_from_here("minutes are not taken away that contracts need")
    # The same lock that an approval takes: no contract comes into force on minutes that are being taken away.
    Professional.objects.select_for_update(of=("self",), no_key=True).get(pk=staff.professional_id)
    staff = StaffContract.objects.select_for_update(of=("self",), no_key=True).get(pk=staff_id)
    _require_may_end(staff, last_day, at)
    before = staff.valid_to.isoformat() if staff.valid_to else None
    staff.valid_to = last_day
    staff.save(update_fields=["valid_to"])
    detail = {"provider": staff.provider_id, "before": before, "after": last_day.isoformat()}
    record(actor, at, Happening("registry:staff:ended", staff.pk, detail))
    return staff


def _require_may_end(staff: StaffContract, last_day: date, at: datetime) -> None:
    if last_day < day_of(at):
        raise RuleViolation("end_in_past", facts={"last_day": last_day, "today": day_of(at)})
    if last_day < staff.valid_from:
        raise RuleViolation("staff_not_begun", facts={"first_day": staff.valid_from})
    if staff.valid_to is not None and last_day >= staff.valid_to:
        raise RuleViolation("end_announced", facts={"ends_on": staff.valid_to})
    active, remaining = minutes_needed(staff, last_day, at)
    if active > remaining:
        facts = {"active": active, "remaining": remaining, "short_by": active - remaining}
        raise RuleViolation("staff_minutes_needed", facts=facts)


def _running(provider: Provider, professional: Professional, first_day: date) -> StaffContract | None:
    """The staff contract that began before this day and still runs on it."""
    rows = StaffContract.objects.filter(provider=provider, professional=professional, valid_from__lt=first_day)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first_day)).order_by("valid_from").first()


def _terms(terms: StaffTerms, replaced: StaffContract | None, at: datetime) -> dict[str, object]:
    """What the professional reads and accepts, as plain JSON values. No personal number stands in it."""
    kind, provider, professional = kind_get(STAFF_CONTRACT), terms.provider, terms.professional
    certificates = Certificate.objects.filter(valid_on(at), professional=professional)
    elsewhere = StaffContract.objects.filter(valid_on(at), professional=professional).exclude(provider=provider)
    return {
        "code": kind.code,
        "title": kind.title,
        "provider": provider_terms(provider),
        "professional": {"id": professional.pk, "name": professional.person.name},
        "certificates": [
            {
                "profession": one.profession,
                "class": one.certificate_class,
                "number": one.number,
                "valid_to": one.valid_to.isoformat() if one.valid_to else None,
            }
            for one in certificates.order_by("profession", "certificate_class", "pk")
        ],
        "minutes": terms.minutes,
        "full_time_minutes": FULL_TIME_MONTH_MINUTES,
        "first_day": terms.first_day.isoformat(),
        "last_day": terms.last_day.isoformat() if terms.last_day else None,
        "replaces": {"id": replaced.pk, "minutes": replaced.minutes} if replaced else None,
        "elsewhere": [
            {"provider": one.provider.title, "minutes": one.minutes}
            for one in elsewhere.select_related("provider").order_by("pk")
        ],
    }


def provider_terms(provider: Provider) -> dict[str, object]:
    """Who proposes: the provider, whose province must have been read with it."""
    return {
        "id": provider.pk,
        "title": provider.title,
        "kind": provider.kind,
        "authorisation_no": provider.authorisation_no,
        "province": provider.province.name,
    }
