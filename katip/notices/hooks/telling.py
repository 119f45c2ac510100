"""From the log into the queue: each subscription is given the events that it asked for, once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from katip.audit.log.stream import Streamed
from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR
from katip.notices.hooks.occasions import Told, told_of
from katip.notices.models import HookDelivery, HookState, HookSubscription, Pause, Sending
from katip.registry.models import Mandate
from katip.registry.permissions import valid_on

READER = "hooks"
HELD_FOR = timedelta(days=30)
"""how long events are held for a subscription that is paused"""


def hooks_handle(entries: Sequence[Streamed], at: datetime) -> None:
    """Write down what is to be sent where, in the reader's own transaction; what is there already stays as it is."""
    if not _live(at).exists():
        return
    rows = list(_rows(told_of(entries), at))
    if not rows:
        return
    _without_mandate_pause({one.subscription for one in rows}, at)
    for row in rows:
        if row.subscription.state == HookState.PAUSED:
            row.state = Sending.HELD
    HookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    awake = {row.subscription_id for row in rows if row.state == Sending.WAITING}
    later = Q(next_at=None) | Q(next_at__gt=at)
    HookSubscription.objects.filter(later, pk__in=awake, failures=0).update(next_at=at)
    HookSubscription.objects.filter(pk__in=awake, next_at=None).update(next_at=at)


def _live(at: datetime) -> QuerySet[HookSubscription]:
    """All that are sent something, or have it held."""
    held = Q(state=HookState.PAUSED, state_at__gt=at - HELD_FOR)
    return HookSubscription.objects.filter(Q(state=HookState.ACTIVE) | held)


def _rows(told: Sequence[Told], at: datetime) -> Iterator[HookDelivery]:
    live = _live(at)
    if not any(one.everybody for one in told):
        live = live.filter(
            Q(provider__in={one.provider_id for one in told}) | Q(workplace__in={one.workplace_id for one in told})
        )
    by_side: dict[tuple[str, int | None], list[HookSubscription]] = defaultdict(list)
    subscriptions = list(live.order_by("pk"))
    for subscription in subscriptions:
        by_side["provider", subscription.provider_id].append(subscription)
        by_side["workplace", subscription.workplace_id].append(subscription)
    for one in told:
        sides = (("provider", one.provider_id), ("workplace", one.workplace_id))
        concerned = [found for side in sides if side[1] is not None for found in by_side[side]]
        for subscription in subscriptions if one.everybody else concerned:
            if one.kind in subscription.kinds and one.at >= subscription.made_at:
                yield HookDelivery(
                    subscription=subscription,
                    position=one.position,
                    kind=one.kind,
                    at=one.at,
                    data=one.data,
                    due_at=at,
                    since=at,
                )


def _without_mandate_pause(subscriptions: set[HookSubscription], at: datetime) -> None:
    """Nothing is sent any more for somebody who holds no mandate: another one has to take the subscription over."""
    for one in subscriptions:
        if one.state == HookState.ACTIVE and not keeper_holds(one, at):
            paused = HookSubscription.objects.filter(pk=one.pk, state=HookState.ACTIVE)
            paused.update(state=HookState.PAUSED, pause=Pause.MANDATE, state_at=at, next_at=None)
            HookDelivery.objects.filter(subscription=one, state=Sending.WAITING).update(state=Sending.HELD)
            one.state = HookState.PAUSED
            record(OPERATOR, at, paused_happening(one, Pause.MANDATE))


def keeper_holds(subscription: HookSubscription, at: datetime) -> bool:
    """Whether who answers for a subscription may still act for its organisation."""
    mandates = Mandate.objects.filter(valid_on(at), person_id=subscription.keeper_id, person__is_active=True)
    if subscription.provider_id is not None:
        return mandates.filter(provider_id=subscription.provider_id).exists()
    return mandates.filter(workplace=subscription.workplace_id).exists()


def paused_happening(subscription: HookSubscription, why: Pause) -> Happening:
    """The event by which the organisation is told that nothing is sent any more."""
    detail = {"why": why, "provider": subscription.provider_id, "workplace": subscription.workplace_id}
    return Happening("notices:hook:paused", subscription.pk, {**detail, "keeper": subscription.keeper_id})
