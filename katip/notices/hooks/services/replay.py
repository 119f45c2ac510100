"""Sending again what was sent, held or given up; and a message that says nothing, to try the receiver out."""

from datetime import datetime

from django.db.models import Q

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.notices.hooks.services.subscribe import HookError, deliveries_wake, hook_locked
from katip.notices.models import TEST, HookDelivery, HookState, HookSubscription


@use_case
def hook_test(*, actor: Actor, at: datetime, number: int) -> HookDelivery:
    """Send a message of the kind `test`. Raises `PermissionRefusedError`, and `HookError` `not_active`."""
    hook = _active(actor, at, number)
    made = HookDelivery.objects.create(subscription=hook, kind=TEST, at=at, due_at=at, since=at)
    hook.next_at = at
    hook.save(update_fields=["next_at"])
    record(actor, at, Happening("notices:hook:tested", hook.pk))
    return made


@use_case
def delivery_replay(*, actor: Actor, at: datetime, number: int, delivery: int) -> HookDelivery:
    """Send one delivery again, under its own id. Raises as `hook_test`; `not_yours` for another's delivery."""
    hook = _active(actor, at, number)
    if not HookDelivery.objects.filter(subscription=hook, pk=delivery).exists():
        raise PermissionRefusedError("not_yours")
    deliveries_wake(hook, at, Q(pk=delivery))
    hook.save(update_fields=["next_at"])
    record(actor, at, Happening("notices:hook:replayed", hook.pk, {"delivery": delivery}))
    return HookDelivery.objects.get(pk=delivery)


@use_case
def hook_replay(*, actor: Actor, at: datetime, number: int, since: datetime) -> int:
    """Send again whatever happened since a moment, each under its own id, the oldest first; returns how many.

    At most `subscribe.HELD_MOST` in one go, tests left out. Raises as `hook_test`.
    """
    hook = _active(actor, at, number)
    count = deliveries_wake(hook, at, Q(at__gte=since, position__isnull=False))
    hook.save(update_fields=["next_at"])
    record(actor, at, Happening("notices:hook:replayed", hook.pk, {"since": since.isoformat(), "count": count}))
    return count


def _active(actor: Actor, at: datetime, number: int) -> HookSubscription:
    hook = hook_locked(actor, at, number)
    if hook.state != HookState.ACTIVE:
        raise HookError("not_active")
    return hook
