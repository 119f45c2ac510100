"""What is sent next, and what became of it: claimed in one transaction, settled in another, asked for in between.

A delivery whose sender died is sent again after its claim is over: it may arrive twice, under one id, but never not at
all. A receiver that fails is asked ever more seldom, one delivery at a time, and keeps no other one waiting.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from django.db.models import Min

from katip.audit.services.record import record
from katip.core.actor import Actor
from katip.core.crypto import unseal
from katip.core.usecase import use_case
from katip.notices.hooks.services.subscribe import hook_stop
from katip.notices.hooks.telling import paused_happening
from katip.notices.models import HookDelivery, HookState, HookSubscription, Pause, Sending

EACH = 10
"""deliveries of one subscription in one go, sent one after the other"""
GIVEN_UP_AFTER = timedelta(days=3)
_CLAIM = timedelta(minutes=5)
_PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 6 * 3600, 8 * 3600)
)
"""after the first, the second … try in vain; the last one again and again"""
_LONGEST_REST = timedelta(minutes=15)
"""between two tries of whatever deliveries of a subscription that fails"""
_LONGEST_ASKED = timedelta(days=1)
"""that a receiver may ask for by Retry-After"""
_GONE = 410
_COUNTED = 32_000
"""tries and failures are not counted beyond"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Deliveries of one subscription to be sent now, in this order, and the secrets that sign them."""

    subscription_id: int
    url: str
    secrets: tuple[str, ...]
    deliveries: tuple[HookDelivery, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """How a try ended: `taken`, `status`, or the name of a fault; when; the HTTP status, if one came."""

    outcome: str
    at: datetime
    status: int | None = None
    milliseconds: int = 0
    retry_after: str = ""


@use_case
def hooks_claim(*, actor: Actor, at: datetime, most: int, busy: Collection[int] = ()) -> list[Claimed]:
    """Take what is due of at most `most` subscriptions, `busy` ones left out, for as long as sending may take."""
    del actor
    due = HookSubscription.objects.filter(state=HookState.ACTIVE, next_at__lte=at).exclude(pk__in=busy)
    claimed: list[Claimed] = []
    for hook in due.order_by("next_at", "pk").select_for_update(skip_locked=True)[:most]:
        waiting = HookDelivery.objects.filter(subscription=hook, state=Sending.WAITING, due_at__lte=at)
        rows = tuple(waiting.order_by("due_at", "pk")[: 1 if hook.failures else EACH])
        HookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=at + _CLAIM)
        hook.next_at = at + _CLAIM if rows else _next(hook)
        hook.save(update_fields=["next_at"])
        if rows:
            claimed.append(Claimed(hook.pk, hook.url, _secrets(hook, at), rows))
    return claimed


@use_case
def hook_settle(*, actor: Actor, at: datetime, claimed: Claimed, tried: Sequence[Tried]) -> HookSubscription:
    """Keep how tries ended: taken, tried again later, or given up; and what that says of the subscription.

    `tried` are those of the first deliveries, in their order; the others are free again.
    """
    hook = HookSubscription.objects.select_for_update().get(pk=claimed.subscription_id)
    numbers = [one.pk for one in claimed.deliveries]
    found = HookDelivery.objects.select_for_update().in_bulk(numbers)
    rows = [found[number] for number in numbers if number in found]
    ended = dict(zip(numbers, tried, strict=False))
    for row in rows:
        if row.pk in ended:
            _tried(hook, row, ended[row.pk])
        elif row.state == Sending.WAITING:
            row.due_at = at
    HookDelivery.objects.bulk_update(
        rows, ["state", "due_at", "tries", "tried_at", "outcome", "status", "milliseconds"]
    )
    if hook.state == HookState.ACTIVE:
        hook.next_at = _rested(hook, at) if hook.failures else _next(hook)
    hook.save(update_fields=["failures", "failing_since", "taken_at", "next_at"])
    for row in rows:
        _pause_where_due(actor, hook, row, at)
    return hook


def _tried(hook: HookSubscription, delivery: HookDelivery, tried: Tried) -> None:
    delivery.tries = min(delivery.tries + 1, _COUNTED)
    delivery.tried_at, delivery.outcome, delivery.status = tried.at, tried.outcome, tried.status
    delivery.milliseconds = tried.milliseconds
    if tried.outcome == "taken":
        delivery.state = Sending.TAKEN
        hook.failures, hook.failing_since, hook.taken_at = 0, None, tried.at
        return
    if delivery.state == Sending.WAITING:
        _put_off(delivery, tried)
    hook.failures = min(hook.failures + 1, _COUNTED)
    hook.failing_since = hook.failing_since or tried.at


def _put_off(delivery: HookDelivery, tried: Tried) -> None:
    at = tried.at
    last = delivery.since + GIVEN_UP_AFTER
    if at >= last:
        delivery.state = Sending.FAILED
        return
    pause = _PAUSES[min(max(delivery.tries, 1), len(_PAUSES)) - 1]
    pause += pause * secrets.randbelow(200) / 1000  # so that not all come back at once
    delivery.due_at = min(at + max(pause, asked_pause(tried.retry_after, at)), last)


def _rested(hook: HookSubscription, at: datetime) -> datetime | None:
    """When a subscription that fails is looked after again."""
    following = _next(hook)
    rest = min(_PAUSES[min(hook.failures, len(_PAUSES)) - 1], _LONGEST_REST)
    return None if following is None else max(following, at + rest)


def _pause_where_due(actor: Actor, hook: HookSubscription, delivery: HookDelivery, at: datetime) -> None:
    """Where nothing was taken for days, or the receiver says that it is there no more, the organisation is told."""
    why = Pause.GONE if delivery.status == _GONE else Pause.FAILING
    silent = hook.taken_at is None or hook.taken_at < delivery.since
    if hook.state == HookState.ACTIVE and (why == Pause.GONE or (delivery.state == Sending.FAILED and silent)):
        hook_stop(hook, at, why)
        record(actor, at, paused_happening(hook, why))


def asked_pause(retry_after: str, at: datetime) -> timedelta:
    """What a receiver asks for by Retry-After, in seconds or as a date (RFC 9110 §10.2.3); nothing it cannot mean."""
    text = retry_after.strip()
    try:
        asked = timedelta(seconds=int(text)) if text.isdigit() else parsedate_to_datetime(text) - at
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    return min(max(asked, timedelta()), _LONGEST_ASKED)


def _next(hook: HookSubscription) -> datetime | None:
    waiting = HookDelivery.objects.filter(subscription=hook, state=Sending.WAITING)
    found: datetime | None = waiting.aggregate(first=Min("due_at"))["first"]
    return found


def _secrets(hook: HookSubscription, at: datetime) -> tuple[str, ...]:
    held = [unseal(hook.secret_sealed)]
    if hook.former_until is not None and at < hook.former_until:
        held.append(unseal(hook.former_sealed))
    return tuple(held)
