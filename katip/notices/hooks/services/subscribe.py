"""Subscriptions: made, changed, given a new secret, paused, started again and ended by the organisation itself."""

from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db.models import Q

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.crypto import seal
from katip.core.errors import KatipError, PermissionRefusedError
from katip.core.usecase import use_case
from katip.identity.step_up import require_fresh
from katip.notices.hooks.addresses import require_address
from katip.notices.hooks.permissions import organisation_of
from katip.notices.hooks.selectors import MOST
from katip.notices.hooks.signing import secret_draw
from katip.notices.models import HookDelivery, HookKind, HookState, HookSubscription, Pause, Sending
from katip.registry.models import Provider, Workplace

OVERLAP = timedelta(hours=24)
"""how long the former secret signs beside the new one"""
HELD_MOST = 10_000
"""most deliveries that one act takes up again"""


class HookError(KatipError):
    """A subscription cannot be as it was asked. `code`: `kinds_none`, `kinds_unknown`, `too_many`, `not_active`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@use_case
def hook_subscribe(*, actor: Actor, at: datetime, url: str, kinds: Collection[str]) -> tuple[HookSubscription, str]:
    """Have events of these kinds sent to `url` from now on; returns the subscription and its secret, shown this once.

    Raises `PermissionRefusedError` for whoever holds no mandate or took their second step long ago,
    `HookAddressError`, `HookError`.
    """
    require_fresh(actor, at)
    organisation = organisation_of(actor, at)
    _organisation_lock(organisation)
    if HookSubscription.objects.filter(**organisation).exclude(state=HookState.ENDED).count() >= MOST:
        raise HookError("too_many")
    secret = secret_draw()
    made = HookSubscription.objects.create(
        **organisation,
        url=require_address(url),
        kinds=_kinds(kinds),
        state_at=at,
        secret_sealed=seal(secret),
        secret_at=at,
        keeper_id=actor.person,
        made_at=at,
    )
    record(actor, at, Happening("notices:hook:made", made.pk, _detail(made)))
    return made, secret


@use_case
def hook_change(*, actor: Actor, at: datetime, number: int, url: str, kinds: Collection[str]) -> HookSubscription:
    """Another address, or other kinds, from now on. Raises as `hook_subscribe`."""
    require_fresh(actor, at)
    hook = hook_locked(actor, at, number)
    before = _detail(hook)
    hook.url, hook.kinds = require_address(url), _kinds(kinds)
    hook.save(update_fields=["url", "kinds"])
    record(actor, at, Happening("notices:hook:changed", hook.pk, {"before": before, "after": _detail(hook)}))
    return hook


@use_case
def hook_rotate(*, actor: Actor, at: datetime, number: int) -> str:
    """A new secret; the former one signs beside it for `OVERLAP`. Returns the secret, shown this once.

    Raises as `hook_subscribe`.
    """
    require_fresh(actor, at)
    hook = hook_locked(actor, at, number)
    secret = secret_draw()
    hook.former_sealed, hook.former_until = hook.secret_sealed, at + OVERLAP
    hook.secret_sealed, hook.secret_at = seal(secret), at
    hook.save(update_fields=["former_sealed", "former_until", "secret_sealed", "secret_at"])
    record(actor, at, Happening("notices:hook:rotated", hook.pk))
    return secret


@use_case
def hook_pause(*, actor: Actor, at: datetime, number: int) -> HookSubscription:
    """Send nothing until it is started again; what happens meanwhile is held. Raises `PermissionRefusedError`."""
    hook = hook_locked(actor, at, number)
    if hook.state == HookState.ACTIVE:
        hook_stop(hook, at, Pause.OWN)
        record(actor, at, Happening("notices:hook:paused_by_owner", hook.pk))
    return hook


@use_case
def hook_resume(*, actor: Actor, at: datetime, number: int, held: bool) -> HookSubscription:
    """Send again, in the name of whoever says so now; `held` also sends what was held, the oldest first.

    At most `HELD_MOST` of them: the rest stays held, and can be sent again from a moment. Raises
    `PermissionRefusedError`.
    """
    hook = hook_locked(actor, at, number)
    if hook.state == HookState.PAUSED:
        hook.state, hook.pause, hook.state_at, hook.keeper_id = HookState.ACTIVE, "", at, actor.person
        hook.failures, hook.failing_since, hook.next_at = 0, None, None
        # what the log's reader wrote at the very moment of the pause would else wait for nobody
        HookDelivery.objects.filter(subscription=hook, state=Sending.WAITING).update(state=Sending.HELD)
        count = deliveries_wake(hook, at, Q(state=Sending.HELD)) if held else 0
        hook.save()
        record(actor, at, Happening("notices:hook:resumed", hook.pk, {"held": count}))
    return hook


@use_case
def hook_end(*, actor: Actor, at: datetime, number: int) -> HookSubscription:
    """End it for good: nothing is sent or held any more, and its secrets are forgotten.

    Raises `PermissionRefusedError`.
    """
    hook = hook_locked(actor, at, number)
    hook_stop(hook, at, Pause.OWN)
    hook.state, hook.pause, hook.secret_sealed, hook.former_sealed = HookState.ENDED, "", b"", b""
    hook.save()
    record(actor, at, Happening("notices:hook:ended", hook.pk))
    return hook


def hook_locked(actor: Actor, at: datetime, number: int) -> HookSubscription:
    """The subscription, locked; raises `PermissionRefusedError` `not_yours` where it is not the organisation's."""
    mine = HookSubscription.objects.filter(**organisation_of(actor, at)).exclude(state=HookState.ENDED)
    hook = mine.select_for_update().filter(pk=number).first()
    if hook is None:
        raise PermissionRefusedError("not_yours")
    return hook


def hook_stop(hook: HookSubscription, at: datetime, why: Pause) -> None:
    """Pause it, as a part of the calling use case, which holds it locked; what waits is held."""
    hook.state, hook.pause, hook.state_at, hook.next_at = HookState.PAUSED, why, at, None
    hook.save(update_fields=["state", "pause", "state_at", "next_at"])
    HookDelivery.objects.filter(subscription=hook, state=Sending.WAITING).update(state=Sending.HELD)


def deliveries_wake(hook: HookSubscription, at: datetime, which: Q) -> int:
    """Have deliveries sent now that were sent, held or given up; the oldest `HELD_MOST` of them. Returns how many.

    The caller holds the subscription locked and saves it.
    """
    chosen = HookDelivery.objects.filter(which, subscription=hook).exclude(state=Sending.WAITING)
    numbers = list(chosen.order_by("pk").values_list("pk", flat=True)[:HELD_MOST])
    woken = HookDelivery.objects.filter(pk__in=numbers).update(state=Sending.WAITING, due_at=at, since=at, tries=0)
    if woken:
        hook.next_at = min(hook.next_at or at, at)
    return woken


def _organisation_lock(organisation: dict[str, int]) -> None:
    """Two who subscribe at once are counted one after the other."""
    if "provider_id" in organisation:
        Provider.objects.select_for_update(no_key=True).get(pk=organisation["provider_id"])
    else:
        Workplace.objects.select_for_update(no_key=True).get(pk=organisation["workplace_id"])


def _kinds(kinds: Collection[str]) -> list[str]:
    if not kinds:
        raise HookError("kinds_none")
    if not set(kinds) <= set(HookKind.values):
        raise HookError("kinds_unknown")
    return [kind for kind in HookKind.values if kind in kinds]


def _detail(hook: HookSubscription) -> dict[str, object]:
    """Of the address only the host: its path may be a secret of the receiver's."""
    return {"host": urlsplit(hook.url).hostname, "kinds": hook.kinds}
