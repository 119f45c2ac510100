"""What an organisation sees of its webhooks; nobody sees another's."""

from datetime import datetime

from django.db.models import QuerySet

from katip.core.actor import Actor
from katip.notices.hooks.permissions import organisation_of
from katip.notices.models import HookDelivery, HookState, HookSubscription

MOST = 10
"""subscriptions of one organisation at a time"""


def hooks_of(actor: Actor, at: datetime) -> list[HookSubscription]:
    """Those of the actor's organisation that did not end. Raises `PermissionRefusedError`."""
    return list(_hooks(actor, at).order_by("pk")[:MOST])


def find_hook(actor: Actor, at: datetime, number: int) -> HookSubscription | None:
    """One of them, or None where there is no such. Raises `PermissionRefusedError`."""
    return _hooks(actor, at).filter(pk=number).first()


def deliveries_of(hook: HookSubscription, *, before: int | None, limit: int, state: str = "") -> list[HookDelivery]:
    """What was sent or waits, the newest first, below the number `before`; in one state, if one is named."""
    found = HookDelivery.objects.filter(subscription=hook)
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found.order_by("-pk")[:limit])


def find_delivery(hook: HookSubscription, number: int) -> HookDelivery | None:
    """One of a subscription's deliveries."""
    return HookDelivery.objects.filter(subscription=hook, pk=number).first()


def deliveries_counted(hook: HookSubscription, *states: str, most: int) -> int:
    """How many are in these states; not counted beyond `most`."""
    return HookDelivery.objects.filter(subscription=hook, state__in=states).order_by()[:most].count()


def _hooks(actor: Actor, at: datetime) -> QuerySet[HookSubscription]:
    return HookSubscription.objects.filter(**organisation_of(actor, at)).exclude(state=HookState.ENDED)
