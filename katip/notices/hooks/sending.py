"""Takes webhooks to their receivers: in a thread beside the web server or the hands, a few at once.

Nothing is read from the database while a receiver is asked, and a slow one holds neither a row nor the others.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime

from katip.core.actor import OPERATOR
from katip.core.outbound import Bounds, OutboundError, ask
from katip.notices.hooks.addresses import address_allowed
from katip.notices.hooks.services.send import Claimed, Tried, hook_settle, hooks_claim
from katip.notices.hooks.signing import headers_signed
from katip.notices.models import HookDelivery

BOUNDS = Bounds(seconds=10, most_bytes=64 * 1024)
"""what a receiver may take; of what it answers, only the status is kept"""
_AT_ONCE = 8
_LOOK_SECONDS = 0.5
"""after so long it is looked whether others have something to send, however slow those are that are being asked"""
_TAKEN = range(200, 300)


def hooks_send(now: Callable[[], datetime], stopping: Callable[[], bool]) -> int:
    """Send what is due until nothing is, or it is to stop; returns how many were taken. `now` tells the time."""
    taken = 0
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="hook") as pool:
        asked: dict[Future[Tried], HookDelivery] = {}
        while True:
            if not stopping() and len(asked) < _AT_ONCE:
                busy = {delivery.subscription_id for delivery in asked.values()}
                for one in hooks_claim(actor=OPERATOR, at=now(), most=_AT_ONCE - len(asked), busy=busy):
                    asked[pool.submit(_try, one, now())] = one.delivery
            if not asked:
                return taken
            for done in wait(asked, _LOOK_SECONDS, FIRST_COMPLETED).done:
                delivery, tried = asked.pop(done), done.result()
                hook_settle(actor=OPERATOR, at=now(), delivery_id=delivery.pk, tried=tried)
                taken += tried.outcome == "taken"


def body_of(delivery: HookDelivery) -> bytes:
    """What is sent, the same at every try: id, type, timestamp and data."""
    told = {
        "id": delivery.number,
        "type": delivery.kind,
        "timestamp": delivery.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": delivery.data,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _try(claimed: Claimed, at: datetime) -> Tried:
    body = body_of(claimed.delivery)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Katip-Webhook/1",
        **headers_signed(claimed.delivery.number, at, body, claimed.secrets),
    }
    begun = time.monotonic()
    try:
        answer = ask(claimed.url, bounds=BOUNDS, body=body, headers=headers, allowed=address_allowed)
    except OutboundError as error:
        return Tried(error.fault, milliseconds=_since(begun))
    outcome = "taken" if answer.status in _TAKEN else "status"
    return Tried(outcome, answer.status, _since(begun), answer.retry_after)


def _since(begun: float) -> int:
    return round(1000 * (time.monotonic() - begun))
