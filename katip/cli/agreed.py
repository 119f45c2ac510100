"""Whether this machine's keys are those of the database: asked at the start of every command that works with it."""

import time
from datetime import UTC, datetime

import click

_AGAIN_SECONDS = 5.0


def keys_agree() -> bool:
    """Refuse to work with other keys than the database was begun with; whether it could be asked.

    Raises `click.ClickException`. A database that is away, or has no shape yet, says nothing.
    """
    from django.db import DatabaseError, connection, transaction

    from katip.core.fingerprints import KeyDiffersError, keys_compare

    try:
        with transaction.atomic():
            keys_compare(datetime.now(UTC))
    except KeyDiffersError as error:
        raise click.ClickException(str(error)) from None
    except DatabaseError:
        connection.close()
        return False
    return True


class Agreement:
    """Asks a database that was away at the start until it has answered."""

    def __init__(self) -> None:
        self._is_done = False
        self._not_before = 0.0

    def look(self) -> None:
        """Ask where it is time. Raises `click.ClickException` where the keys differ."""
        from django.db import connection

        if self._is_done or time.monotonic() < self._not_before:
            return
        try:
            self._is_done = keys_agree()
        finally:
            connection.close()
        self._not_before = time.monotonic() + _AGAIN_SECONDS
