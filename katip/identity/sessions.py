"""Sessions rest sealed, and those whose time is over are deleted.

A form that is half filled, or waits for the second step, is kept in the session, T.C. kimlik no and all.
"""

from typing import Any

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.signing import JSONSerializer
from django.db.models import Exists, OuterRef

from katip.core.crypto import seal, unseal

_HOUR = 60 * 60


class SealedSerializer:
    """Django's own JSON, encrypted with the installation's field key before it reaches the database."""

    def dumps(self, obj: Any) -> bytes:
        """The sealed session."""
        return seal(JSONSerializer().dumps(obj).decode("latin-1"))

    def loads(self, data: bytes) -> Any:
        """What was sealed. A session of another key, or from before sealing, counts as none: `ValueError`."""
        try:
            return JSONSerializer().loads(unseal(data).encode("latin-1"))
        except InvalidToken as error:
            raise ValueError("a session of another key") from error


def expired_clear() -> None:
    """Delete every session whose time is over, and from which address and browser it was."""
    SessionStore.clear_expired()
    # By name: the settings name this module, so that it is read before there are models.
    kept = apps.get_model("sessions", "Session").objects.filter(session_key=OuterRef("session_key"))
    apps.get_model("usersessions", "UserSession").objects.filter(~Exists(kept)).delete()


def expired_clear_hourly() -> None:
    """The same, at most once an hour over all processes."""
    if cache.add("sessions-cleared", 1, timeout=_HOUR):
        expired_clear()
