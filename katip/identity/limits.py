"""Counting what is tried, in the cache that all processes share."""

from collections.abc import Callable

from allauth.core.internal import ratelimit
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
