"""Whose turn it is: what many processes stand ready for, and one does at a time.

The turn is a lock of a transaction that stands open meanwhile, on a connection of its own. It ends with its holder, and
is right behind a pooler that hands out another session for each transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

_CUT_SECONDS = 30
"""so long after it was cut off from the network a holder loses its turn"""
_LONGEST_MINUTES = 30
"""a turn ends after so long, whatever its holder does: what is behind a turn may be done twice"""

_BEGIN = """
SELECT set_config('idle_in_transaction_session_timeout', %(longest)s, true),
       set_config('tcp_keepalives_idle', %(probe)s, true), set_config('tcp_keepalives_interval', %(probe)s, true),
       set_config('tcp_keepalives_count', '2', true), pg_try_advisory_xact_lock(hashtextextended(%(lock)s, 0))
"""
_IS_DUE = """
SELECT NOT EXISTS (SELECT FROM core_fact WHERE name = %s AND at > clock_timestamp() - make_interval(secs => %s))
"""
_DONE = """
INSERT INTO core_fact (name, value, at) VALUES (%s, '', clock_timestamp())
ON CONFLICT (name) DO UPDATE SET at = excluded.at
"""


@contextmanager
def turn_take(name: str, every_seconds: float) -> Iterator[bool]:
    """Run the block with whether it is our turn: nobody else has it, and nobody ended one within `every_seconds`.

    The time is the database's, as machines' clocks differ. A turn whose block raises is nobody's: the next may begin at
    once. Raises `psycopg.Error` where the database does not answer.
    """
    fact = f"turn:{name}"
    with psycopg.connect(**_params()) as held:
        asked = {"lock": f"katip {fact}", "longest": f"{_LONGEST_MINUTES}min", "probe": str(_CUT_SECONDS // 3)}
        row = held.execute(_BEGIN, asked).fetchone()
        is_mine = bool(row and row[-1]) and held.execute(_IS_DUE, [fact, every_seconds]).fetchone() == (True,)
        yield is_mine
        if is_mine:
            held.execute(_DONE, [fact])


def _params() -> dict[str, Any]:
    """How Django would connect, without its own ways with cursors."""
    leave = {"cursor_factory", "context", "pool"}
    return {name: value for name, value in connection.get_connection_params().items() if name not in leave}
