"""Idempotency: what was asked under a key once is answered alike ever after, and done once.

The answer is written in the transaction of what was asked. Two calls with one key at the same moment take turns; what
was refused leaves nothing behind, so that its key may be used again when the reason is gone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from katip.core.actor import Actor
from katip.core.errors import KatipError, PermissionRefusedError
from katip.programs.models import IdempotencyKey


class KeyReusedError(KatipError):
    """The key was used for something else."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a program asked under: its own key, and the hash of what it asked."""

    text: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program is answered; `is_new` says that it was done just now."""

    body: dict[str, Any]
    is_new: bool


def answer_once(actor: Actor, at: datetime, key: Key, act: Callable[[], dict[str, Any]]) -> Answer:
    """Do `act` unless it was done under this key; a part of the calling use case.

    Raises `KeyReusedError` where the key stands for another request, and whatever `act` raises.
    """
    if actor.program is None:
        raise PermissionRefusedError("no_program")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [key.text, actor.organisation])
    known = IdempotencyKey.objects.filter(provider_id=actor.organisation, key=key.text).first()
    if known is not None:
        if known.request_hash != key.request_hash:
            raise KeyReusedError
        return Answer(known.answer, is_new=False)
    body = act()
    IdempotencyKey.objects.create(
        provider_id=actor.organisation,
        key=key.text,
        token_id=actor.program.id,
        request_hash=key.request_hash,
        answer=body,
        at=at,
    )
    return Answer(body, is_new=True)
