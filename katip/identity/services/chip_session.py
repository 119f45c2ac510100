"""The reading of a card's chip: opened beside a page, claimed by a reader, told of, given up.

Whoever is signed in with the password opens a session and gets a pairing code; the reader gets the challenge and a
token of its own for the code. Code and token are kept as keyed hashes. What the card showed is taken by
`katip.identity.services.chip_evidence`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.codes import code_draw, code_read
from katip.core.crypto import lookup_key
from katip.core.errors import KatipError, PermissionRefusedError
from katip.core.usecase import use_case
from katip.identity.chip_selectors import chip_closed_why
from katip.identity.models import ChipSession, ChipState, Person

CODE_LENGTH = 8
"""Signs of a pairing code: 39 bits, for three minutes."""
CHALLENGE_LENGTH = 8
"""Bytes; ICAO Doc 9303-11, 6.1.2."""
LASTS = timedelta(minutes=3)
_TOKEN_BYTES = 32
READER = Actor(None)
"""Nobody known: the program that reads a card acts by its code or token alone."""


class ChipStage(StrEnum):
    """What a reader says that it is doing."""

    CONNECTING = "connecting"
    ACCESS = "access"
    READING = "reading"
    SIGNING = "signing"


class GivenUp(StrEnum):
    """Why a reader gives up."""

    NO_CARD = "no_card"
    WRONG_DATA = "wrong_data"
    READ_ERROR = "read_error"


class ChipSessionError(KatipError):
    """The code or the token opens nothing. `code`: `unknown_code`, `expired`, `used`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and its pairing code in clear, the only time that it is known."""

    session: ChipSession
    code: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a reader gets for a pairing code: its token, the challenge for the card, and when both end."""

    token: str
    challenge: bytes
    expires_at: datetime


@use_case
def chip_session_open(*, actor: Actor, at: datetime) -> Opened:
    """Open a session for the actor's own card. One that they had open before ends.

    Raises `PermissionRefusedError`: `has_second_step`, `had_second_step`; then only a counter helps.
    """
    person = Person.objects.select_for_update().get(pk=actor.person)
    closed = chip_closed_why(person.pk)
    if closed:
        raise PermissionRefusedError(closed)
    return _insert(actor, at, person_id=person.pk, national_id_key=person.national_id_key)


def chip_session_open_desk(actor: Actor, at: datetime, *, application_id: int, national_id_key: str) -> Opened:
    """Open a session at an officer's desk, for the card of whoever applied. One that the officer had open ends.

    Called inside the counter's use case, which asks for the permission. What the card shows is attached to the session
    and opens nothing by itself.
    """
    return _insert(actor, at, application_id=application_id, national_id_key=national_id_key)


@use_case
def chip_session_claim(*, actor: Actor, at: datetime, code: str) -> Claimed:
    """Exchange a pairing code, as someone typed it, for a token. It works once.

    Raises `ChipSessionError`.
    """
    del actor
    key = _code_key(code_read(code, CODE_LENGTH) or "")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    mine = ChipSession.objects.filter(code_key=key)
    changed = mine.filter(state=ChipState.WAITING, expires_at__gt=at).update(
        state=ChipState.CLAIMED, token_key=_token_key(token)
    )
    session = mine.first()
    if session is None:
        raise ChipSessionError("unknown_code")
    if not changed:
        raise ChipSessionError("expired" if session.state == ChipState.WAITING else "used")
    _record(at, "claimed", session)
    return Claimed(token, bytes(session.challenge), session.expires_at)


@use_case
def chip_session_stage(*, actor: Actor, at: datetime, token: str, stage: ChipStage) -> None:
    """Keep what the reader says that it is doing; only for the page to show. Raises `ChipSessionError`."""
    del actor
    if not chip_session_of(token, at).update(stage=stage):
        raise chip_session_error(token, at)


@use_case
def chip_session_abandon(*, actor: Actor, at: datetime, token: str, why: GivenUp) -> None:
    """The reader gives up; the page says why. Raises `ChipSessionError`."""
    del actor
    if not chip_session_of(token, at).update(state=ChipState.ABANDONED, reasons=[why]):
        raise chip_session_error(token, at)
    _record(at, "abandoned", ChipSession.objects.get(token_key=_token_key(token)), reason=why)


def chip_session_of(token: str, at: datetime) -> QuerySet[ChipSession]:
    """The one session that is open to this token, as rows to update; none where the token opens nothing."""
    return ChipSession.objects.filter(
        token_key=_token_key(token), state=ChipState.CLAIMED, consumed_at=None, expires_at__gt=at
    )


def chip_session_require(token: str, at: datetime) -> None:
    """Raise `ChipSessionError` where nothing is open to the token."""
    if not chip_session_of(token, at).exists():
        raise chip_session_error(token, at)


def chip_session_error(token: str, at: datetime) -> ChipSessionError:
    """Why `chip_session_of` has nothing."""
    session = ChipSession.objects.filter(token_key=_token_key(token)).first()
    if session is None:
        return ChipSessionError("unknown_code")
    used = session.consumed_at is not None or session.state != ChipState.CLAIMED
    return ChipSessionError("used" if used or session.expires_at > at else "expired")


def _insert(
    actor: Actor, at: datetime, *, national_id_key: str, person_id: int | None = None, application_id: int | None = None
) -> Opened:
    older = ChipSession.objects.filter(opener_id=actor.person, consumed_at=None, expires_at__gt=at)
    older.update(expires_at=at)
    code = code_draw(CODE_LENGTH)
    session = ChipSession.objects.create(
        person_id=person_id,
        national_id_key=national_id_key,
        opener_id=actor.person,
        application=application_id,
        code_key=_code_key(code),
        challenge=secrets.token_bytes(CHALLENGE_LENGTH),
        created_at=at,
        expires_at=at + LASTS,
    )
    detail = {"session": session.pk, "application": application_id}
    record(actor, at, Happening("identity:chip_session:opened", person_id, detail))
    return Opened(session, code)


def _record(at: datetime, verb: str, session: ChipSession, **detail: str) -> None:
    """A reader's act stands on whoever carried the code to it."""
    about = {"session": session.pk, "application": session.application, **detail}
    record(Actor(session.opener_id), at, Happening(f"identity:chip_session:{verb}", session.person_id, about))


def _code_key(code: str) -> str:
    return lookup_key(f"chip-code:{code}")


def _token_key(token: str) -> str:
    return lookup_key(f"chip-token:{token}")
