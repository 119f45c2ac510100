"""Signing in at a provider: whose account it is, the first link between both, and what was refused."""

from datetime import datetime

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor, Capacity
from katip.core.crypto import lookup_key
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.identity.models import NoticeKind, Person, ProviderLink
from katip.identity.oidc.client import Recognised
from katip.identity.oidc.providers import Provider
from katip.identity.oidc.reasons import ProviderRefusedError, Reason
from katip.identity.telling import tell


@use_case
def provider_accept(
    *, actor: Actor, at: datetime, provider: Provider, seen: Recognised, person_id: int | None = None
) -> Person:
    """Return the person whom `provider` recognised, linked to their account there from the first time on.

    `person_id` is who must show themselves once more, if that is why they were sent there. Raises
    `ProviderRefusedError`: `person_unknown` (a closed account is none), `other_person`, `other_subject`,
    `subject_of_another`.
    """
    key = lookup_key(seen.national_id)
    person = Person.objects.select_for_update().filter(national_id_key=key).first()
    if person is None or not person.is_active:
        raise ProviderRefusedError(Reason.PERSON_UNKNOWN, person.pk if person else None)
    if person_id not in {None, person.pk}:
        raise ProviderRefusedError(Reason.OTHER_PERSON, person_id)
    _link(person, provider, seen.subject, at)
    detail = {"provider": provider.number, "two_steps": provider.counts_as_two_steps, "again": person_id is not None}
    record(actor, at, Happening("identity:provider:accepted", person.pk, detail))
    return person


def _link(person: Person, provider: Provider, subject: str, at: datetime) -> None:
    """Hold the person's row: two first sign-ins of one person cannot make two links."""
    live = ProviderLink.objects.filter(issuer=provider.issuer, ended_at=None)
    known = live.filter(person=person).first()
    if known is not None:
        if known.subject != subject:
            raise ProviderRefusedError(Reason.OTHER_SUBJECT, person.pk)
        return
    try:
        with transaction.atomic():
            ProviderLink.objects.create(person=person, issuer=provider.issuer, subject=subject, made_at=at)
    except IntegrityError as error:
        raise ProviderRefusedError(Reason.SUBJECT_OF_ANOTHER, person.pk) from error
    record(Actor(person.pk), at, Happening("identity:provider:linked", person.pk, {"provider": provider.number}))
    tell(person.pk, at, NoticeKind.PROVIDER_LINKED, provider=provider.name)


@use_case
def provider_refuse(*, actor: Actor, at: datetime, provider: int, refused: ProviderRefusedError, again: bool) -> None:
    """Record that somebody who came from a provider was not let in, and why; never what the provider sent."""
    detail = {"provider": provider, "reason": refused.reason.value, "again": again}
    record(actor, at, Happening("identity:provider:refused", refused.person_id, detail))


@use_case
def provider_link_end(*, actor: Actor, at: datetime, person_id: int) -> int:
    """End a person's links to accounts at providers; the next sign-in there links anew. Return how many there were.

    Raises `PermissionRefusedError` for anyone but the operator.
    """
    if actor.capacity != Capacity.OPERATOR:
        raise PermissionRefusedError("operator_only")
    ended = ProviderLink.objects.filter(person_id=person_id, ended_at=None).update(ended_at=at)
    if ended:
        record(actor, at, Happening("identity:provider:unlinked", person_id, {"links": ended}))
    return ended
