"""Setting up second steps, and changing them.

The first one is set up with a right that follows a proofing (`katip.identity.opening`), which it consumes; any other
change asks for a second step that was just shown, and not by a recovery code: whoever finds the paper may come in once,
but cannot make the account their own. Without a second step there is no way back but a counter, so the last one stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.db import IntegrityError

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Proof
from katip.core.errors import KatipError, PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.identity.factors import CODE_APP, PASSKEY, RECOVERY_CODES, SECOND_STEPS, has_second_step
from katip.identity.models import Enrolment, NoticeKind, Person
from katip.identity.opening import enrolment_of
from katip.identity.passkeys import NewPasskey, PasskeyRefusedError
from katip.identity.recovery import codes_make
from katip.identity.sign_in_ends import factors_close, sessions_close
from katip.identity.telling import tell

MOST_PASSKEYS = 10
CHANGED_BY = ("totp", "webauthn", "webauthn_alone")
"""The second steps that may change second steps, as `Proof.method` names them."""


class LastFactorError(KatipError):
    """The last second step stays: without one nobody comes in again but by way of a counter."""


class TooManyPasskeysError(KatipError):
    """There are as many passkeys as anybody needs."""


@dataclass(frozen=True, slots=True)
class Added:
    """A second step that was added. `codes`: new recovery codes in clear, to be shown once; or none."""

    id: int
    codes: tuple[str, ...]


def proof_changes_factors(proof: Proof | None, at: datetime) -> bool:
    """Whether the second step shown is of a kind, and young enough, to change second steps."""
    return (
        proof is not None
        and proof.method in CHANGED_BY
        and at - proof.at <= timedelta(minutes=settings.KATIP.step_up_minutes)
    )


@use_case
def passkey_add(
    *, actor: Actor, at: datetime, passkey: NewPasskey, name: str, session_key: str, enrolment_id: int | None = None
) -> Added:
    """Add a passkey under the person's own word for it. `session_key` is the session that stays open.

    `enrolment_id` is the right that was given in this session (`katip.identity.enrolment`), where there is one.

    Raises `PermissionRefusedError`, `StaleStateError` (someone was faster), `TooManyPasskeysError`, or
    `PasskeyRefusedError` where the passkey is known already.
    """
    person = _locked(actor)
    enrolment = _right(actor, at, person, enrolment_id)
    if enrolment is not None:
        _enrolment_use(actor, at, enrolment, session_key)
    mine = Authenticator.objects.filter(user=person, type=PASSKEY)
    if mine.count() >= MOST_PASSKEYS:
        raise TooManyPasskeysError
    data = {
        "name": name,
        "credential": passkey.credential,
        "credential_key": passkey.key,
        "counter": passkey.counter,
        "passwordless": passkey.verified and passkey.discoverable,
    }
    try:
        made = Authenticator.objects.create(user=person, type=PASSKEY, data=data, created_at=at)
    except IntegrityError as error:
        raise PasskeyRefusedError("known", person.pk) from error
    return _added(actor, at, made, name)


@use_case
def code_app_set(
    *, actor: Actor, at: datetime, secret: str, session_key: str, enrolment_id: int | None = None
) -> Added:
    """Set up a code app with `secret` (base32), whose code the person has just shown; an earlier one is replaced.

    Raises as `passkey_add`.
    """
    person = _locked(actor)
    enrolment = _right(actor, at, person, enrolment_id)
    if enrolment is not None:
        _enrolment_use(actor, at, enrolment, session_key)
    replaced = Authenticator.objects.filter(user=person, type=CODE_APP).first()
    if replaced is not None:
        _delete(actor, at, replaced)
        sessions_close(person.pk, keep=session_key)
    made = Authenticator.objects.create(user=person, type=CODE_APP, data={"secret": encrypt(secret)}, created_at=at)
    return _added(actor, at, made, "")


@use_case
def passkey_rename(*, actor: Actor, at: datetime, factor_id: int, name: str) -> None:
    """Give a passkey another name. Raises `PermissionRefusedError`, also for one that is not the person's."""
    _require_young_proof(actor, at)
    row = _mine(_locked(actor), factor_id, PASSKEY)
    before, row.data["name"] = row.data["name"], name
    row.save(update_fields=["data"])
    record(actor, at, Happening("identity:passkey:renamed", row.user_id, {"id": row.pk, "from": before, "to": name}))


@use_case
def factor_remove(*, actor: Actor, at: datetime, factor_id: int, session_key: str) -> None:
    """Remove a passkey or the code app; the person's other sessions end.

    Raises `PermissionRefusedError`, also for one that is not the person's, or `LastFactorError`.
    """
    _require_young_proof(actor, at)
    person = _locked(actor)
    row = _mine(person, factor_id, *SECOND_STEPS)
    if not Authenticator.objects.filter(user=person, type__in=SECOND_STEPS).exclude(pk=row.pk).exists():
        raise LastFactorError
    _delete(actor, at, row)
    sessions_close(person.pk, keep=session_key)


@use_case
def recovery_codes_renew(*, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Make new recovery codes; the earlier ones are worth nothing any more. Returns them, to be shown once.

    Raises `PermissionRefusedError`.
    """
    _require_young_proof(actor, at)
    return _codes_make(actor, at, _locked(actor))


def _locked(actor: Actor) -> Person:
    """The acting person, so that two changes at one moment wait for each other."""
    return Person.objects.select_for_update().get(pk=actor.person)


def _mine(person: Person, factor_id: int, *kinds: str) -> Any:
    row = Authenticator.objects.filter(user=person, pk=factor_id, type__in=kinds).first()
    if row is None:
        raise PermissionRefusedError("not_yours")
    return row


def _require_young_proof(actor: Actor, at: datetime) -> None:
    if not proof_changes_factors(actor.proof, at):
        raise PermissionRefusedError("no_second_step")


def _right(actor: Actor, at: datetime, person: Person, enrolment_id: int | None) -> Enrolment | None:
    """The right by which a second step is added: one that a proofing gave (returned), or the second step shown.

    Someone whose sign-in has a second step comes in with it, unless the proofing was for one that is lost.
    """
    if proof_changes_factors(actor.proof, at):
        return None
    enrolment = enrolment_of(person.pk, at)
    if enrolment is None or enrolment.pk != enrolment_id:
        raise PermissionRefusedError("no_second_step")
    if not enrolment.resets and has_second_step(person.pk):
        raise PermissionRefusedError("has_second_step")
    return enrolment


def _enrolment_use(actor: Actor, at: datetime, enrolment: Enrolment, session_key: str) -> None:
    """Consume the right; where it was given for lost second steps, those go, and whoever is in by them goes too."""
    mine = Enrolment.objects.filter(pk=enrolment.pk, used_at=None, revoked_at=None, expires_at__gt=at)
    if not mine.update(used_at=at):
        raise StaleStateError
    record(actor, at, Happening("identity:enrolment:used", enrolment.person_id, {"resets": enrolment.resets}))
    if enrolment.resets:
        factors_close(actor, at, enrolment.person_id)
        sessions_close(enrolment.person_id, keep=session_key)


def _added(actor: Actor, at: datetime, made: Any, name: str) -> Added:
    detail = {"method": made.type, **({"name": name} if name else {})}
    record(actor, at, Happening("identity:second_step:opened", made.user_id, {**detail, "id": made.pk}))
    tell(made.user_id, at, NoticeKind.FACTOR_ADDED, **detail)
    codes: Sequence[str] = ()
    if not Authenticator.objects.filter(user_id=made.user_id, type=RECOVERY_CODES).exists():
        codes = _codes_make(actor, at, made.user)
    return Added(made.pk, tuple(codes))


def _delete(actor: Actor, at: datetime, row: Any) -> None:
    detail = {"method": row.type, **({"name": row.data["name"]} if row.type == PASSKEY else {})}
    record(actor, at, Happening("identity:second_step:removed", row.user_id, {**detail, "id": row.pk}))
    tell(row.user_id, at, NoticeKind.FACTOR_REMOVED, **detail)
    row.delete()


def _codes_make(actor: Actor, at: datetime, person: Person) -> tuple[str, ...]:
    codes, kept = codes_make()
    Authenticator.objects.update_or_create(
        user=person,
        type=RECOVERY_CODES,
        defaults={"data": kept, "created_at": at, "last_used_at": None},
    )
    record(actor, at, Happening("identity:recovery_codes:made", person.pk, {"count": len(codes)}))
    tell(person.pk, at, NoticeKind.RECOVERY_CODES_MADE, count=len(codes))
    return tuple(codes)
