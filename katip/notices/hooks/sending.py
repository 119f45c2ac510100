"""Takes webhooks to their receivers: in a thread beside the web server or the hands, a few at once.

Nothing is read from the database while a receiver is asked, and a slow one holds neither a row nor the others.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

from katip.core.actor import OPERATOR
from katip.core.outbound import Bounds, OutboundError, ask
from katip.notices.hooks.addresses import address_allowed
from katip.notices.hooks.services.send import Claimed, Tried, hook_settle, hooks_claim
from katip.notices.hooks.signing import headers_signed
from katip.notices.models import HookDelivery

BOUNDS = Bounds(seconds=10, most_bytes=64 * 1024)
"""what a receiver may take; of what it answers, only the status is kept"""
_AT_ONCE = 8
"""subscriptions that are sent to at the same moment"""
_ROOM_SECONDS = 20
"""after so long a subscription lets others go first"""
_LOOK_SECONDS = 0.5
"""after so long it is looked whether others have something to send, however slow those are that are being asked"""
_TAKEN = range(200, 300)


def hooks_send(now: Callable[[], datetime], stopping: Callable[[], bool]) -> int:
    """Send what is due until nothing is, or it is to stop; returns how many were taken. `now` tells the time."""
    taken = 0
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="hook") as pool:
        under_way: dict[Future[list[Tried]], Claimed] = {}
        while True:
            if not stopping() and len(under_way) < _AT_ONCE:
                at, busy = now(), {one.subscription_id for one in under_way.values()}
                for one in hooks_claim(actor=OPERATOR, at=at, most=_AT_ONCE - len(under_way), busy=busy):
                    under_way[pool.submit(_send, one, at, stopping)] = one
            if not under_way:
                return taken
            for done in wait(under_way, _LOOK_SECONDS, FIRST_COMPLETED).done:
                claimed, tried = under_way.pop(done), done.result()
                hook_settle(actor=OPERATOR, at=now(), claimed=claimed, tried=tried)
                taken += sum(one.outcome == "taken" for one in tried)


def body_of(delivery: HookDelivery) -> bytes:
    """What is sent, the same at every try: id, type, timestamp and data."""
    told = {
        "id": delivery.number,
        "type": delivery.kind,
        "timestamp": delivery.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": delivery.data,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _send(claimed: Claimed, at: datetime, stopping: Callable[[], bool]) -> list[Tried]:
    """Send one after the other until one is not taken, or somebody else should have the room."""
    tried: list[Tried] = []
    begun = time.monotonic()
    for delivery in claimed.deliveries:
        passed = time.monotonic() - begun
        if tried and (tried[-1].outcome != "taken" or passed > _ROOM_SECONDS or stopping()):
            break
        tried.append(_try(claimed, delivery, at + timedelta(seconds=passed)))
    return tried


def _try(claimed: Claimed, delivery: HookDelivery, at: datetime) -> Tried:
    body = body_of(delivery)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Katip-Webhook/1",
        **headers_signed(delivery.number, at, body, claimed.secrets),
    }
    begun = time.monotonic()
    try:
        answer = ask(claimed.url, bounds=BOUNDS, body=body, headers=headers, allowed=address_allowed)
    except OutboundError as error:
        return Tried(error.fault, at, milliseconds=_since(begun))
    outcome = "taken" if answer.status in _TAKEN else "status"
    return Tried(outcome, at, answer.status, _since(begun), answer.retry_after)


def _since(begun: float) -> int:
    return round(1000 * (time.monotonic() - begun))
