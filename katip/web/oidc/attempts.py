"""Sign-ins on their way to a provider, in the browser's session. Each is taken out once, whatever comes of it."""

import hashlib
from typing import Any

from django.core.cache import cache

from katip.identity.oidc.attempts import SECONDS, Attempt, state_is
from katip.identity.oidc.reasons import ProviderRefusedError, Reason

_KEY = "provider_attempts"
_MOST = 5
"""at a time in one browser: tabs left open; the oldest goes"""


def attempt_keep(request: Any, attempt: Attempt) -> None:
    """Remember a sign-in that begins."""
    request.session[_KEY] = [*request.session.get(_KEY, []), attempt.kept()][-_MOST:]


def attempt_take(request: Any, state: str) -> Attempt:
    """The sign-in that this answer belongs to, which no second answer gets. Raises `state_unknown`.

    The shared cache decides between two that come at the same moment.
    """
    kept = [Attempt(**entry) for entry in request.session.get(_KEY, [])]
    found = next((attempt for attempt in kept if state_is(attempt, state)), None)
    if found is None:
        raise ProviderRefusedError(Reason.STATE_UNKNOWN)
    request.session[_KEY] = [attempt.kept() for attempt in kept if attempt is not found]
    digest = hashlib.sha256(state.encode("ascii")).hexdigest()
    if not cache.add(f"provider-answer:{digest}", 1, timeout=SECONDS):
        raise ProviderRefusedError(Reason.STATE_UNKNOWN)
    return found
