"""What is asked about the reading of a card: how far it has come, and whether this way is open to somebody at all."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.db.models import Case, Q, When

from katip.audit.models import Event
from katip.core.actor import Actor
from katip.identity.models import ActivationCode, ChipSession, ChipState, Enrolment, NoticeKind, SecurityNotice

SHOWN_FOR = timedelta(minutes=30)
"""Afterwards nobody waits for the page of a reading any more."""


class ChipPhase(StrEnum):
    """How far a reading has come, as its page tells it."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    CONNECTING = "connecting"
    ACCESS = "access"
    READING = "reading"
    SIGNING = "signing"
    VERIFYING = "verifying"
    PROVED = "proved"
    CHIP_ONLY = "chip_only"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    EXPIRED = "expired"


ENDS = frozenset({ChipPhase.PROVED, ChipPhase.CHIP_ONLY, ChipPhase.REFUSED, ChipPhase.ABANDONED, ChipPhase.EXPIRED})
"""Nothing more will come of a reading in these."""
_VERDICTS = {"chip_with_clone_check": ChipPhase.PROVED, "chip_only": ChipPhase.CHIP_ONLY}


def chip_phase(session: ChipSession, at: datetime) -> ChipPhase:
    """How far the reading has come at `at`."""
    if session.state == ChipState.DONE:
        return _VERDICTS.get(session.verdict, ChipPhase.REFUSED)
    if session.state == ChipState.ABANDONED:
        return ChipPhase.ABANDONED
    if session.expires_at <= at:
        return ChipPhase.EXPIRED
    if session.consumed_at is not None:
        return ChipPhase.VERIFYING
    if session.state == ChipState.CLAIMED:
        return ChipPhase(session.stage or ChipPhase.CLAIMED)
    return ChipPhase.WAITING


def chip_session_find(actor: Actor, at: datetime) -> ChipSession | None:
    """The actor's newest reading of their own card, while anybody may still look at it; or nothing."""
    return (
        ChipSession.objects.filter(opener_id=actor.person, person_id=actor.person, created_at__gt=at - SHOWN_FOR)
        .order_by("-id")
        .first()
    )


def chip_session_of_application(application_id: int) -> ChipSession | None:
    """The newest reading at a desk for an application, or nothing. Whoever asks has asked for the permission."""
    return ChipSession.objects.filter(application=application_id, person=None).order_by("-id").first()


def chip_session_counted(application_id: int, technical: Collection[str]) -> ChipSession | None:
    """The newest reading at a desk for an application that decides something; where none does, the newest.

    Those decide nothing that did not come to their end, or were refused for `technical` reasons alone.
    """
    unclear = Q(verdict="refused", reasons__contained_by=sorted(technical))
    decides = Case(When(Q(state=ChipState.DONE) & ~unclear, then=1), default=0)
    readings = ChipSession.objects.filter(application=application_id, person=None)
    return readings.alias(decides=decides).order_by("-decides", "-id").first()


def chip_closed_why(person_id: int) -> str:
    """Why the chip opens nothing for this person: `has_second_step`, `had_second_step`; empty where it may.

    The card is found with its holder or with whoever stole it: what was lost is never replaced by the chip alone. That
    somebody had a second step is known from its traces, which nobody can delete.
    """
    if Authenticator.objects.filter(user_id=person_id).exists():
        return "has_second_step"
    had = (
        Enrolment.objects.filter(Q(used_at__isnull=False) | Q(resets=True), person_id=person_id),
        ActivationCode.objects.filter(person_id=person_id, resets=True),
        SecurityNotice.objects.filter(person_id=person_id, kind=NoticeKind.FACTOR_ADDED),
        Event.objects.filter(tag="identity:second_step:opened", subject_id=person_id),
    )
    return "had_second_step" if any(rows.exists() for rows in had) else ""
