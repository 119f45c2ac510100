"""Counting what is tried, in the cache that all processes share."""

import math
import time
from collections.abc import Callable

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

TakeBack = Callable[[], None]


def attempt_count(
    request: HttpRequest, action: str, limits: str, *, key: str | None = None, gets: bool = False
) -> TakeBack | None:
    """Count one more attempt of `action`; None when there were too many: then nothing may be tried.

    `limits` as allauth writes them: `20/5m/ip,10/h/user`, by network, signed-in person or `key`. What is returned takes
    the attempt back: of something that only counts when it was wrong. What only asks (GET) counts with `gets` alone.
    """
    usage = ratelimit.consume(request, app="katip", action=action, config={action: limits}, key=key, limit_get=gets)
    return usage.rollback if usage else None


def attempt_wait(request: HttpRequest, action: str, limits: str, *, key: str | None = None) -> int:
    """Seconds, at least 1, until one more attempt of `action` is counted: until the oldest of too many is forgotten.

    Arguments as for `attempt_count`; counts nothing.
    """
    now, waits = time.time(), [1.0]
    for rate in ratelimit.get_rates(app="katip", action=action, config={action: limits}):
        name = ratelimit.get_cache_key(request, app="katip", action=action, rate=rate, key=key)
        history = cache.get(name, [])  # newest first
        if len(history) >= rate.amount:
            waits.append(history[rate.amount - 1] + rate.duration - now)
    return math.ceil(max(waits))
