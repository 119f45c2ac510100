"""Contracts that end because nobody is employed any more: all of a chunk with one statement."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from katip.core.clock import day_of
from katip.core.frames import numbers_text
from katip.rules import ContractAction, ContractRole, ContractState, EndReason, next_state

_END = """
WITH ended AS (
    UPDATE contracts_contract SET state = %(to)s, ended_at = %(at)s, ends_on = %(day)s, end_reason = %(reason)s,
        end_note = '', ended_by_id = NULL
    WHERE id = ANY(%(contracts)s::bigint[]) AND state = %(from)s
    RETURNING id
)
INSERT INTO contracts_contractact (contract_id, action, role, person_id, at, state_from, state_to, reason, detail)
SELECT id, %(action)s, %(role)s, NULL, %(at)s, %(from)s, %(to)s, '',
       jsonb_build_object('reason', %(reason)s, 'last_day', %(day)s::date)
FROM ended ORDER BY id
"""


def contracts_end(contract_ids: Collection[int], at: datetime) -> None:
    """End these running contracts with the reason that the headcount is 0; a part of the calling use case.

    What waits about them must be taken back by the caller.
    """
    if not contract_ids:
        return
    start, action, role = ContractState.ACTIVE, ContractAction.END, ContractRole.REGISTER
    with connection.cursor() as cursor:
        cursor.execute(
            _END,
            {
                "contracts": numbers_text(contract_ids),
                "at": at,
                "day": day_of(at),
                "from": str(start),
                "to": str(next_state(start, action, role)),
                "reason": str(EndReason.HEADCOUNT_ZERO),
                "action": str(action),
                "role": str(role),
            },
        )
