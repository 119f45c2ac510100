"""Activation codes: handed over face to face, used once, taken back.

A code is found by its keyed hash together with the person it is for: another's code is no code at all.
"""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.codes import code_read
from katip.core.errors import KatipError, PermissionRefusedError
from katip.core.usecase import use_case
from katip.identity.models import ActivationCode, Enrolment, NoticeKind, Person, Proofing, ProofingWay
from katip.identity.opening import CODE_LENGTH, code_insert, code_key, enrolment_insert, proofing_insert
from katip.identity.sign_in_ends import factors_close, sessions_close
from katip.identity.telling import tell


class CodeRefusedError(KatipError):
    """The code does not work (any more). Nothing says whether it is wrong, used, over, or another's."""


def code_find(national_id_key: str, typed: str, at: datetime) -> ActivationCode | None:
    """The open code that someone typed, whatever its case and dashes. One query, whoever asks for whatever."""
    code = code_read(typed, CODE_LENGTH) or "?"
    open_codes = ActivationCode.objects.filter(used_at=None, revoked_at=None, expires_at__gt=at)
    return (
        open_codes.filter(code_key=code_key(code), person__national_id_key=national_id_key, person__is_active=True)
        .select_related("person")
        .first()
    )


@use_case
def activation_issue(*, actor: Actor, at: datetime, person_id: int, lost: bool = False) -> tuple[str, ActivationCode]:
    """The operator has seen the person and their ID card: a code for a password and a second step.

    `lost`: the second steps that there are close when the code is used. Returns the code in clear, the only time that
    it is known, and its row. Raises `PermissionRefusedError` for anyone but the operator.
    """
    _require_operator(actor)
    proofing = proofing_insert(actor, at, Proofing(person_id=person_id, way=ProofingWay.OPERATOR))
    return code_insert(actor, at, proofing, opens_password=True, opens_second_step=True, resets=lost)


@use_case
def activation_revoke(*, actor: Actor, at: datetime, person_id: int) -> int:
    """Take back what is open: a code that was not used, a right to set up a second step. Returns how many.

    Raises `PermissionRefusedError` for anyone but the operator.
    """
    _require_operator(actor)
    revoked = sum(
        table.objects.filter(person_id=person_id, used_at=None, revoked_at=None, expires_at__gt=at).update(
            revoked_at=at
        )
        for table in (ActivationCode, Enrolment)
    )
    if revoked:
        record(actor, at, Happening("identity:activation_code:revoked", person_id))
    return revoked


@use_case
def activation_use(*, actor: Actor, at: datetime, code_id: int, password: str | None) -> Person:
    """Use a code that was found: it is consumed, and what it opens is open; every session of the person ends.

    The actor is the person whom the code is for. A code that opens a password needs one; one that does not leaves the
    password as it is, and the page has asked for it. Returns the person. Raises `CodeRefusedError` when the code was
    used or ended meanwhile, `django.core.exceptions.ValidationError` when the password does not do.
    """
    if ActivationCode.objects.filter(pk=code_id, opens_password=password is None).exists():
        raise CodeRefusedError
    return _use(actor, at, code_id, password, keep="")


@use_case
def activation_second_step(*, actor: Actor, at: datetime, code_id: int, keep: str) -> Person:
    """The same for someone who has signed in with the password: only the second step; session `keep` goes on."""
    if ActivationCode.objects.filter(pk=code_id, opens_second_step=False).exists():
        raise CodeRefusedError
    return _use(actor, at, code_id, None, keep=keep)


@use_case
def activation_refused(*, actor: Actor, at: datetime, person_id: int | None, limited: bool = False) -> None:
    """Keep that a code was tried in vain; `limited`: it was not even looked at."""
    record(actor, at, Happening(f"identity:activation_code:{'refused' if limited else 'failed'}", person_id))


def _use(actor: Actor, at: datetime, code_id: int, password: str | None, *, keep: str) -> Person:
    code = _consumed(actor, at, code_id)
    person: Person = code.person
    detail = {"password": password is not None, "second_step": code.opens_second_step, "resets": code.resets}
    record(actor, at, Happening("identity:activation_code:used", person.pk, detail))
    if code.resets:
        factors_close(actor, at, person.pk)
    if password is not None:
        validate_password(password, person)
        person.set_password(password)
        person.save(update_fields=["password"])
        record(actor, at, Happening("identity:password:set", person.pk))
        tell(person.pk, at, NoticeKind.PASSWORD_SET)
    if code.opens_second_step:
        enrolment_insert(actor, at, code.proofing, resets=code.resets)
    sessions_close(person.pk, keep=keep)
    return person


def _consumed(actor: Actor, at: datetime, code_id: int) -> ActivationCode:
    """The actor's code, used up now: the row decides who was first.

    No join in the update: of two at once, the second looks again at the row's own columns only.
    """
    code = ActivationCode.objects.filter(pk=code_id, person_id=actor.person)
    if not code.filter(used_at=None, revoked_at=None, expires_at__gt=at).update(used_at=at):
        raise CodeRefusedError
    found = code.select_related("person", "proofing").get()
    if not found.person.is_active:
        raise CodeRefusedError
    return found


def _require_operator(actor: Actor) -> None:
    if actor.capacity != Capacity.OPERATOR:
        raise PermissionRefusedError("operator_only")
