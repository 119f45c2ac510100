"""Moments of the database, told by its transactions: what others have committed between two of them."""

from dataclasses import dataclass
from typing import Self

from django.db import connection

_MANY = 1_000
_NOW = """
SELECT pg_snapshot_xmax(now)::text::bigint, ARRAY(SELECT pg_snapshot_xip(now)::text::bigint),
       pg_current_xact_id_if_assigned()::text::bigint
FROM (SELECT pg_current_snapshot()) AS current (now)
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a statement can see: of the transactions numbered below `following` all but the `open` ones are over.

    `own` is the number of the transaction that asks, None where it has written nothing.
    """

    following: int
    open: frozenset[int]
    own: int | None

    @classmethod
    def now(cls) -> Self:
        """The moment of this statement; in a snapshot, of the snapshot."""
        with connection.cursor() as cursor:
            cursor.execute(_NOW)
            following, still_open, own = cursor.fetchone()
        return cls(following, frozenset(still_open), own)

    def over_since(self, before: Self) -> set[int] | None:
        """Transactions of others that ended in between, None where they are very many."""
        if self.following - before.following > _MANY:
            return None
        begun = range(before.following, self.following)
        return {*before.open, *begun} - self.open - {self.own, before.own}
