"""The address to which a person is told what happens to their sign-in."""

from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.identity.models import NoticeKind, Person
from katip.identity.step_up import require_fresh
from katip.identity.telling import message_to, prove, tell


@use_case
def email_set(*, actor: Actor, at: datetime, email: str) -> bool:
    """Set the actor's own address, or none; both the old and the new one are told. Returns whether it changed.

    The new one is asked to confirm; typed once more before it did, it is asked again.

    Raises `PermissionRefusedError` without a recent second step.
    """
    require_fresh(actor, at)
    person = Person.objects.select_for_update().get(pk=actor.person)
    old = person.email
    if email == old:
        if person.email_unproved:
            prove(person.pk, email, at)
        return False
    person.email, person.email_unproved = email, bool(email)
    person.save(update_fields=["email", "email_unproved"])
    detail = {"had": bool(old), "has": bool(email)}
    record(actor, at, Happening("identity:email:set", person.pk, detail))
    tell(person.pk, at, NoticeKind.EMAIL_SET)
    if old:
        message_to(old, at, NoticeKind.EMAIL_SET, person_id=person.pk)
    if email:
        prove(person.pk, email, at)
    return True
