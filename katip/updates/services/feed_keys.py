"""Keys for senders of feeds: made by the operator, shown once, kept as a keyed hash, withdrawn at once."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.crypto import lookup_key
from katip.core.errors import KatipError
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.updates.models import FeedKey

_PREFIX = "katip-feed-"
"""by which a key that leaked is recognised"""
_BYTES = 32
_LONGEST = 80


class FeedKeyError(KatipError):
    """A key cannot be made or withdrawn. `code`: `name_empty`, `name_long`, `name_taken`, `unknown`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@use_case
def feed_key_make(*, actor: Actor, at: datetime, name: str) -> str:
    """Make a key for a sender called `name`; returns the secret, which nobody can show again.

    Raises `FeedKeyError`; a name is never used twice, so that the record stays clear.
    """
    require_operator(actor)
    plain = " ".join(name.split())
    if not plain:
        raise FeedKeyError("name_empty")
    if len(plain) > _LONGEST:
        raise FeedKeyError("name_long")
    secret = _PREFIX + secrets.token_urlsafe(_BYTES)
    try:
        with transaction.atomic():
            key = FeedKey.objects.create(name=plain, secret_hash=lookup_key(secret), made_at=at)
    except IntegrityError:
        raise FeedKeyError("name_taken") from None
    record(actor, at, Happening("updates:feed_key:made", key.pk, {"name": plain}))
    return secret


@use_case
def feed_key_revoke(*, actor: Actor, at: datetime, name: str) -> None:
    """Withdraw a key; what it sent stays. Raises `FeedKeyError` `unknown` where no valid key has this name."""
    require_operator(actor)
    key = FeedKey.objects.select_for_update().filter(name=name, revoked_at=None).first()
    if key is None:
        raise FeedKeyError("unknown")
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    record(actor, at, Happening("updates:feed_key:revoked", key.pk, {"name": name}))


def find_feed_key(secret: str) -> FeedKey | None:
    """The valid key with this secret."""
    if not secret.startswith(_PREFIX):
        return None
    return FeedKey.objects.filter(secret_hash=lookup_key(secret), revoked_at=None).first()
