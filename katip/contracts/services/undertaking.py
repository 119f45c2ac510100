"""Registering and ending an employer's own undertaking (process 9003)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.contracts.fitness import fitness_refresh
from katip.contracts.kinds.undertaking import OWN_UNDERTAKING, Asked, Judged, undertakings_judge
from katip.contracts.models import Undertaking, UndertakingState
from katip.contracts.people import person_named
from katip.contracts.permissions import require_employer, require_proof
from katip.contracts.services.end import NOTE_LENGTH
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.identity.models import Person
from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind
from katip.processes.services.open import process_open
from katip.registry.models import Headcount, Workplace
from katip.registry.permissions import require_mandates
from katip.rules import RuleViolation, UndertakerQuality


@use_case
def undertaking_register(
    *,
    actor: Actor,
    at: datetime,
    national_id: str,
    quality: UndertakerQuality,
    training_no: str,
    training_on: date,
    minutes: int,
) -> Undertaking:
    """Register that a person serves the actor's workplace personally, `minutes` a month; it then waits for them.

    `training_no` and `training_on` name the training and exam. Raises `PermissionRefusedError` unless the actor is
    e-Bildirge user of a workplace with a second step; `RuleViolation` `person_unknown`, `training_in_future`,
    `undertaking_exists` where one runs or waits, and what `kinds.undertaking` finds against it.
    """
    workplace_id = require_employer(actor, at)
    whole_from_here("a person is named, and judged by other workplaces they serve")
    person = person_named(national_id)
    if training_on > day_of(at):
        raise RuleViolation("training_in_future")
    Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    workplace = Workplace.objects.select_related("province").get(pk=workplace_id)
    asked = Asked(workplace, person.pk, quality, minutes)
    [judged] = undertakings_judge([asked], at)
    if judged.violation is not None:
        raise judged.violation
    process = process_open(
        actor=actor,
        at=at,
        kind=kind_get(OWN_UNDERTAKING),
        workplace_id=workplace.pk,
        person_id=person.pk,
        proposed_by=PartyKind.EMPLOYER,
        terms=_terms(asked, judged, person, training_no, training_on),
    )
    try:
        with transaction.atomic():
            undertaking = Undertaking.objects.create(
                workplace=workplace,
                person=person,
                process=process,
                quality=quality,
                training_no=training_no,
                training_on=training_on,
                minutes=minutes,
                created_at=at,
            )
    except IntegrityError as error:
        raise RuleViolation("undertaking_exists") from error
    detail = {"workplace": workplace.pk, "quality": quality, "minutes": minutes, "terms_hash": process.terms_hash}
    record(actor, at, Happening("contract:undertaking:registered", undertaking.pk, detail))
    return undertaking


@use_case
def undertaking_end(*, actor: Actor, at: datetime, undertaking_id: int, reason: str) -> Undertaking:
    """End an undertaking in force, from now; the employer's side may, and the person who undertook it.

    Raises `PermissionRefusedError` for others or without a second step, `ValueError` for a reason that is not 10 to 200
    characters, `RuleViolation` `undertaking_not_active`.
    """
    require_proof(actor)
    locked = Undertaking.objects.select_for_update(of=("self",), no_key=True)
    undertaking = locked.filter(pk=undertaking_id).first()
    if undertaking is None:
        raise PermissionRefusedError("not_yours")
    if actor.capacity == Capacity.WORKPLACE and actor.organisation_id == undertaking.workplace_id:
        require_mandates(actor, {undertaking.workplace_id}, at)
    elif actor.capacity != Capacity.INDIVIDUAL or actor.person_id != undertaking.person_id:
        raise PermissionRefusedError("not_yours")
    if len(reason) not in NOTE_LENGTH:
        raise ValueError("an end needs a reason of 10 to 200 characters")
    if undertaking.state != UndertakingState.ACTIVE:
        raise RuleViolation("undertaking_not_active")
    whole_from_here("what remains at the workplace is judged with what others do there")
    undertaking.state = UndertakingState.ENDED
    undertaking.ended_at, undertaking.ended_by_id, undertaking.end_reason = at, actor.person_id, reason
    undertaking.save(update_fields=["state", "ended_at", "ended_by", "end_reason"])
    fitness_refresh({undertaking.workplace_id}, at)
    detail = {"workplace": undertaking.workplace_id, "reason": reason}
    record(actor, at, Happening("contract:undertaking:ended", undertaking.pk, detail))
    return undertaking


def _terms(asked: Asked, judged: Judged, person: Person, training_no: str, training_on: date) -> dict[str, object]:
    """What the person reads and accepts, as plain JSON values. No personal number stands in it."""
    kind, workplace, allowed = kind_get(OWN_UNDERTAKING), asked.workplace, judged.allowed
    assert allowed is not None  # noqa: S101 -- what is not allowed was refused before
    period = Headcount.objects.filter(workplace=workplace).order_by("-period").values_list("period", flat=True)[0]
    return {
        "code": kind.code,
        "title": kind.title,
        "workplace": {
            "id": workplace.pk,
            "title": workplace.title,
            "sgk_number": workplace.sgk_number,
            "province": workplace.province.name,
        },
        "person": {"id": person.pk, "name": person.name},
        "quality": asked.quality,
        "training": {"no": training_no, "on": training_on.isoformat()},
        "minutes": asked.minutes,
        "requirement": {
            "employees": judged.employees,
            "period": period.isoformat(),
            "nace": workplace.activity_id,
            "hazard": judged.hazard,
            "minimum": allowed.minimum,
            "per_employee": allowed.per_employee,
            "citation": {
                "short": allowed.citation.short,
                "full": allowed.citation.full,
                "since": allowed.citation.since.isoformat(),
            },
        },
        "others": [{"title": title, "employees": employees} for title, employees in judged.others],
        "health_examinations_included": allowed.health_examinations_included,
        "start": "on_approval",
        "end": "open",
    }
