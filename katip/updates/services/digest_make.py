"""One digest for each person whom a month touched: counted by set, when the month closes.

Employers' e-Bildirge users, providers' responsible managers and the professionals, with the mandates of that day; one
person may be several of them. What stands in a body is described in `katip.updates.digests`.
"""

from datetime import datetime

from django.db import connection

from katip.core.clock import day_of
from katip.updates.digests import COUNTED, EXAMPLES, FIRST

_CODES = " ".join(f"WHEN '{outcome.value}' THEN {code}" for code, outcome in enumerate(COUNTED))
_HOLDS = "mandate.valid_from <= %(day)s AND (mandate.valid_to IS NULL OR mandate.valid_to >= %(day)s)"


def _body(capacity: str) -> str:
    """Expression: counts and examples of a group, as the text of a JSON object.

    Text, and one cast at the end: building jsonb out of jsonb costs as much again as all the counting. Examples come
    in the order of `COUNTED` that begins with the outcome which asks most of the capacity, then by contract: rows are
    numbered as hands came to write them.
    """
    counts = " || ".join(
        f"""COALESCE('"{outcome.value}": ' || NULLIF(count(*) FILTER (WHERE code = {code}), 0) || ', ', '')"""
        for code, outcome in enumerate(COUNTED)
    )
    order = f"(code + {len(COUNTED) - COUNTED.index(FIRST[capacity])}) %% {len(COUNTED)}, contract_id, touched.id"
    examples = f"array_to_string((array_agg(touched.id ORDER BY {order}))[1:{EXAMPLES}], ', ')"
    return f"""'{{' || {counts} || '"changes": [' || {examples} || ']}}'"""


_MAKE = f"""
WITH touched AS MATERIALIZED (
    SELECT id, contract_id, CASE outcome {_CODES} END AS code, workplace_id, provider_id, professional_id
    FROM contracts_monthchange WHERE run = %(run)s
), employer AS (
    SELECT mandate.person_id, {_body("employer")} AS body
    FROM touched JOIN registry_mandate AS mandate USING (workplace_id) WHERE {_HOLDS} GROUP BY mandate.person_id
), lacking AS (
    SELECT mandate.person_id, count(*) AS missing
    FROM updates_missing AS lack JOIN registry_mandate AS mandate USING (workplace_id)
    WHERE lack.run_id = %(run)s AND {_HOLDS} GROUP BY mandate.person_id
), of_provider AS (
    SELECT provider_id, {_body("provider")} AS body FROM touched WHERE provider_id IS NOT NULL GROUP BY provider_id
), provider AS (
    SELECT person_id, '{{' || string_agg('"' || provider_id || '": ' || of_provider.body, ', ') || '}}' AS body
    FROM of_provider JOIN registry_mandate AS mandate USING (provider_id) WHERE {_HOLDS} GROUP BY person_id
), of_professional AS (
    SELECT professional_id, {_body("professional")} AS body FROM touched GROUP BY professional_id
), professional AS (
    SELECT professional.person_id, of_professional.body
    FROM of_professional JOIN registry_professional AS professional ON professional.id = professional_id
)
INSERT INTO updates_digest (run_id, person_id, body, made_at)
SELECT %(run)s, person_id, ('{{' || concat_ws(', ', '"employer": ' || employer.body, '"missing": ' || lacking.missing,
       '"provider": ' || provider.body, '"professional": ' || professional.body) || '}}')::jsonb, %(at)s
FROM employer FULL JOIN lacking USING (person_id) FULL JOIN provider USING (person_id)
     FULL JOIN professional USING (person_id)
"""  # noqa: S608 -- names of this module, no values


def digests_make(run_id: int, at: datetime) -> int:
    """Insert the digests of a month's run, inside the caller's transaction; returns how many.

    Once for a run: a second time violates `digest_once`, and nothing of the transaction holds. Persons come from rows
    that are held by foreign keys of their own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '64MB', true)")  # else every sort goes to the disk, in pieces
        cursor.execute(_MAKE, {"run": run_id, "day": day_of(at), "at": at})
        return int(cursor.rowcount)
