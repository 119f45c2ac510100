"""How often a network may ask, and when it may ask again."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from katip.identity.limits import attempt_count, attempt_wait

CODES = "60/5m/ip,1000/d/ip"
"""A code cannot be guessed; this keeps somebody who holds many from reading them all, and the register from work."""
FILES = "20/5m/ip,300/d/ip"
"""taking a file apart is work"""


def too_many(request: Any, action: str, limits: str) -> int:
    """Count one more; 0 where it may be answered, else the seconds until the next one may."""
    if attempt_count(request, action, limits, gets=True) is not None:
        return 0
    return attempt_wait(request, action, limits)


def wait_page(request: Any, seconds: int, context: dict[str, Any]) -> HttpResponse:
    """Says when to come back, to people and (`Retry-After`) to programs."""
    minutes = -(-seconds // 60)
    response = render(request, "verify_wait.html", context | {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
