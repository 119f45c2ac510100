"""`feed_judge`: after a feed, judge the contracts of the workplaces that it changed, where they are few."""

from datetime import datetime

from django.db import connection

from katip.contracts.fitness import fitness_refresh
from katip.core.actor import OPERATOR, Actor
from katip.core.usecase import use_case

MOST = 20_000
"""workplaces; of more, the month's run and the daily sweep judge"""
_CHUNK = 5_000

_CHANGED = """
SELECT DISTINCT headcount.workplace_id FROM registry_headcount AS headcount
WHERE headcount.feed = %s AND headcount.workplace_id > %s
  AND EXISTS (SELECT FROM contracts_contract AS contract
              WHERE contract.workplace_id = headcount.workplace_id AND contract.state = 'active')
ORDER BY headcount.workplace_id LIMIT %s
"""


def feed_judge(*, at: datetime, feed_id: int, most: int = MOST) -> int | None:
    """Judge the contracts in force at the workplaces whose figures the feed wrote; how many are judged differently.

    None, and nothing judged, where these workplaces are more than `most`.
    """
    if len(_changed(feed_id, most + 1)) > most:
        return None
    changed, after = 0, 0
    while chunk := _changed(feed_id, _CHUNK, after):
        changed += int(_judge(actor=OPERATOR, at=at, workplace_ids=chunk))
        after = chunk[-1]
    return changed


def _changed(feed_id: int, most: int, after: int = 0) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [feed_id, after, most])
        return [workplace_id for (workplace_id,) in cursor.fetchall()]


@use_case
def _judge(*, actor: Actor, at: datetime, workplace_ids: list[int]) -> int:  # noqa: ARG001 -- a use case has an actor
    """Keep what the contracts of these workplaces are worth now; derived, therefore no event of its own."""
    return fitness_refresh(workplace_ids, at)
