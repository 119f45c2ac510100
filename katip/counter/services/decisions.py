"""An officer decides an application: confirms, refuses, or asks a second officer to confirm in spite of something.

Each is one transaction with its proofing, code, review and audit event. The application's version decides who was
first: the slower of two finds `StaleStateError`, and nothing changed.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.counter.evidence import ChipSays, chip_says, chip_session_deciding
from katip.counter.models import OPEN_STATES, Application, ApplicationState, Review
from katip.counter.opening import Opened, identity_open
from katip.counter.permissions import Desk, require_desk, require_not_own
from katip.counter.selectors import names_differ
from katip.counter.telling import applicant_tell
from katip.identity.models import ChipSession, NoticeKind
from katip.identity.services.chip_session import Opened as ChipOpened
from katip.identity.services.chip_session import chip_session_open_desk
from katip.identity.step_up import require_fresh
from katip.rules import RuleViolation

REASON_LENGTH = range(10, 201)
CHECKS = frozenset({"photo", "number", "names", "valid"})
"""What an officer looks at: the photo is this person; number, names are the application's; the card is valid."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which application an officer decides, in the version that was shown."""

    application_id: int
    version: int


@use_case
def application_confirm(*, actor: Actor, at: datetime, address: str, seen: Seen, checks: Collection[str]) -> Opened:
    """The officer has seen the person and the card, and everything fits.

    Returns the application and the code to hand over, in clear the only time that it is known. Raises
    `PermissionRefusedError` as `require_desk`, and `second_step_old`, `own_application`; `StaleStateError` when
    somebody was faster; `RuleViolation` `application_over`, `counter_checks_missing`, `counter_chip_against`,
    `counter_names_differ`.
    """
    desk, application = _taken(actor, at, address, seen, ApplicationState.OPEN)
    if set(checks) != CHECKS:
        raise RuleViolation("counter_checks_missing")
    session = chip_session_deciding(application)
    if chip_says(session) == ChipSays.AGAINST:
        raise RuleViolation("counter_chip_against")
    if names_differ(application):  # a surname that changed, or somebody else's number
        raise RuleViolation("counter_names_differ")
    _swap(application, at, state=ApplicationState.CONFIRMED, officer_id=actor.person, branch=desk.branch)
    return _confirmed(actor, at, application, session)


@use_case
def application_override(
    *, actor: Actor, at: datetime, address: str, seen: Seen, checks: Collection[str], why: str
) -> Application:
    """The officer would confirm in spite of something: a second officer decides. Raises as `application_confirm`.

    `ValueError` where `why` is not 10 to 200 characters.
    """
    _require_reason(why)
    desk, application = _taken(actor, at, address, seen, ApplicationState.OPEN)
    session = chip_session_deciding(application)
    _swap(
        application,
        at,
        state=ApplicationState.AWAITING_SECOND,
        officer_id=actor.person,
        branch=desk.branch,
        override=why,
    )
    detail = {
        "branch": desk.branch.pk,
        "unmet": sorted(CHECKS - set(checks)),
        "chip": chip_says(session),
        "why": why,
        **_proof(actor),
    }
    record(actor, at, Happening("counter:application:override_asked", application.pk, detail))
    return application


@use_case
def application_second(*, actor: Actor, at: datetime, address: str, seen: Seen) -> Opened:
    """The second officer has seen person and card too, and confirms in spite of what the first one wrote.

    Raises as `application_confirm`, and `PermissionRefusedError` `same_officer` for the first one.
    """
    _desk, application = _taken(actor, at, address, seen, ApplicationState.AWAITING_SECOND)
    session = chip_session_deciding(application)
    _swap(application, at, state=ApplicationState.CONFIRMED, second_officer_id=actor.person)
    return _confirmed(actor, at, application, session)


@use_case
def application_refuse(*, actor: Actor, at: datetime, address: str, seen: Seen, reason: str) -> Application:
    """Refuse with a reason that the applicant is told; the second officer may, too. Raises as `application_confirm`.

    `ValueError` where the reason is not 10 to 200 characters.
    """
    _require_reason(reason)
    desk, application = _taken(actor, at, address, seen)
    first = application.state == ApplicationState.OPEN
    who: dict[str, Any] = (
        {"officer_id": actor.person, "branch": desk.branch} if first else {"second_officer_id": actor.person}
    )
    session = chip_session_deciding(application)
    _swap(application, at, state=ApplicationState.REFUSED, reason=reason, chip_session=session, **who)
    detail = {"branch": desk.branch.pk, "reason": reason, "chip": chip_says(session), **_proof(actor)}
    record(actor, at, Happening("counter:application:refused", application.pk, detail))
    applicant_tell(application, at, NoticeKind.APPLICATION_REFUSED, reason=reason)
    _draw(actor, at, application)
    return application


@use_case
def chip_open(*, actor: Actor, at: datetime, address: str, application_id: int) -> ChipOpened:
    """Open the reading of the card on the desk; its verdict is attached to the application when it is decided.

    Raises as `application_confirm`.
    """
    _desk, application = _taken(actor, at, address, Seen(application_id, 0))
    return chip_session_open_desk(actor, at, application_id=application.pk, national_id_key=application.national_id_key)


def _taken(
    actor: Actor, at: datetime, address: str, seen: Seen, state: ApplicationState | None = None
) -> tuple[Desk, Application]:
    """The officer's desk and the application as it was shown (version 0: as it is now), if they may decide it."""
    require_fresh(actor, at)
    desk = require_desk(actor, at, address)
    application = Application.objects.select_related("person", "branch").filter(pk=seen.application_id).first()
    if application is None:
        raise StaleStateError("no such application")
    require_not_own(actor, application)
    if application.state not in OPEN_STATES or (seen.version and application.version != seen.version):
        raise StaleStateError("somebody was faster")
    if state is not None and application.state != state:
        raise StaleStateError("somebody was faster")
    if application.state == ApplicationState.AWAITING_SECOND and application.officer_id == actor.person_id:
        raise PermissionRefusedError("same_officer")
    if application.expires_at <= at:
        raise RuleViolation("application_over")
    return desk, application


def _swap(application: Application, at: datetime, **changed: Any) -> None:
    """Move the application on, provided that it still has the version that was read. Raises `StaleStateError`."""
    asked = {**changed, "version": application.version + 1, "decided_at": at}
    if not Application.objects.filter(pk=application.pk, version=application.version).update(**asked):
        raise StaleStateError("somebody was faster")
    for name, value in asked.items():
        setattr(application, name, value)


def _confirmed(actor: Actor, at: datetime, application: Application, session: ChipSession | None) -> Opened:
    opened = identity_open(actor, at, application, session)
    detail = {
        "branch": application.branch_id,
        "person": opened.person.pk,
        "officer": application.officer_id,
        "second_officer": application.second_officer_id,
        "override": application.override,
        "chip": chip_says(session),
        **_proof(actor),
    }
    record(actor, at, Happening("counter:application:confirmed", application.pk, detail))
    branch = application.branch.name if application.branch else ""
    applicant_tell(application, at, NoticeKind.APPLICATION_CONFIRMED, branch=branch)
    _draw(actor, at, application)
    return opened


def _draw(actor: Actor, at: datetime, application: Application) -> None:
    """A share of what is decided is drawn for a supervisor; nobody knows which beforehand."""
    if secrets.randbelow(100) < settings.KATIP.review_percent:
        review = Review.objects.create(application=application, drawn_at=at)
        record(actor, at, Happening("counter:review:drawn", review.pk, {"application": application.pk}))


def _proof(actor: Actor) -> dict[str, Any]:
    proof = actor.proof
    return {"proof": {"method": proof.method, "at": proof.at.isoformat()} if proof else None}


def _require_reason(reason: str) -> None:
    if len(reason) not in REASON_LENGTH:
        raise ValueError("a reason has 10 to 200 characters")
