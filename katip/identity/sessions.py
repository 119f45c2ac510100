"""Sessions whose time is over are deleted: what was kept of a half-filled form goes with them."""

from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache

_HOUR = 60 * 60


def expired_clear() -> None:
    """Delete every session whose time is over."""
    SessionStore.clear_expired()


def expired_clear_hourly() -> None:
    """The same, at most once an hour over all processes."""
    if cache.add("sessions-cleared", 1, timeout=_HOUR):
        expired_clear()
