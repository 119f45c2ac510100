"""A form that is sent again saves nothing twice: its key is written in the transaction of what it saves.

Whoever takes forms in (`katip.web.once`) opens `sending` around what is done about one. The first use case inside
inserts the key before it writes anything else, so that both are there or neither; where the key is there already, it
ends with nothing done. Of two at the same moment PostgreSQL lets the second wait until the first is there, or is not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection
from psycopg.errors import SerializationFailure

from katip.core.errors import KatipError
from katip.core.models import SentForm


class AlreadyDoneError(KatipError):
    """What was sent had been saved before; nothing was written now."""


@dataclass(slots=True)
class Sending:
    """A form that is being taken in: its key, whether that was not there before, whether something is saved with it."""

    key: str
    is_new: bool = False
    is_saved: bool = False


_taken_in: ContextVar[Sending | None] = ContextVar("katip_sending", default=None)

_TAKE = "INSERT INTO core_sentform (key, at) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING"


@contextmanager
def sending(key: str) -> Iterator[Sending]:
    """What the first use case inside saves, it saves under `key`: once."""
    one = Sending(key)
    token = _taken_in.set(one)
    try:
        yield one
    finally:
        _taken_in.reset(token)


def key_take(at: datetime | None) -> None:
    """Insert the key of the form that is being taken in, if one is; the use case's first statement.

    Raises `AlreadyDoneError` where something was saved under it before.
    """
    one = _taken_in.get()
    if one is None or one.is_saved:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [one.key, at])
            one.is_new = cursor.rowcount == 1
    except OperationalError as error:  # so a snapshot finds what another saved after its beginning
        if isinstance(error.__cause__, SerializationFailure):
            raise AlreadyDoneError from error
        raise
    if not one.is_new:
        raise AlreadyDoneError


def key_saved() -> None:
    """What was written with the key is committed: what follows in the same request is no second sending."""
    one = _taken_in.get()
    if one is not None:
        one.is_saved = True


def done_at(key: str) -> datetime | None:
    """The moment of what was saved under the key, which what was made carries; None where nothing was."""
    return SentForm.objects.filter(key=key).values_list("at", flat=True).first()
