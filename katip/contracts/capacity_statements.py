"""The statements behind `contracts.capacity`: whose minutes are taken by what, reckoned for many at once."""

# Materialised, a month's numbers are plain columns again: to compare by a COALESCE might tell of rows that a policy
# hides, so PostgreSQL would ask the policy about each professional of the country before.
MONTH = """
WITH staff AS (
    SELECT professional_id, provider_id, sum(minutes) AS minutes FROM registry_staffcontract
    WHERE {scope} AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
    GROUP BY professional_id, provider_id
), active AS (
    SELECT professional_id, provider_id, sum(current.minutes) AS minutes, count(*) AS number
    FROM contracts_contract AS contract
    CROSS JOIN LATERAL (
        SELECT version.minutes FROM contracts_contractversion AS version
        WHERE version.contract_id = contract.id AND version.valid_from <= %(at)s
        ORDER BY version.valid_from DESC, version.no DESC LIMIT 1
    ) AS current
    WHERE {scope} AND provider_id IS NOT NULL AND state = 'active'
    GROUP BY professional_id, provider_id
), pending AS (
    SELECT professional_id, provider_id, sum(minutes) AS minutes, count(*) AS number FROM contracts_contract
    WHERE {scope} AND provider_id IS NOT NULL AND state IN ('awaiting_professional', 'awaiting_employer')
    GROUP BY professional_id, provider_id
), blocked AS (
    SELECT professional_id, provider_id, sum(last.minutes) AS minutes, count(*) AS number
    FROM contracts_contract AS contract
    CROSS JOIN LATERAL (
        SELECT version.minutes FROM contracts_contractversion AS version WHERE version.contract_id = contract.id
        ORDER BY version.valid_from DESC, version.no DESC LIMIT 1
    ) AS last
    WHERE {scope} AND provider_id IS NOT NULL AND state = 'ended' AND end_reason = ANY(%(by_a_party)s)
      AND ends_on BETWEEN %(month)s AND %(day)s
      AND ends_on - (active_from AT TIME ZONE 'Europe/Istanbul')::date < %(short)s
    GROUP BY professional_id, provider_id
), month AS MATERIALIZED (
    SELECT professional_id, provider_id, COALESCE(staff.minutes, 0)::int AS staff,
           COALESCE(active.minutes, 0)::int AS active, COALESCE(blocked.minutes, 0)::int AS blocked,
           COALESCE(pending.minutes, 0)::int AS pending, COALESCE(active.number, 0) AS active_number,
           COALESCE(pending.number, 0) AS pending_number, COALESCE(blocked.number, 0) AS blocked_number,
           (COALESCE(staff.minutes, 0) - COALESCE(active.minutes, 0) - COALESCE(blocked.minutes, 0)
            - COALESCE(pending.minutes, 0))::int AS free
    FROM staff
    FULL JOIN active USING (professional_id, provider_id)
    FULL JOIN pending USING (professional_id, provider_id)
    FULL JOIN blocked USING (professional_id, provider_id)
)
"""

FIGURES = """month.professional_id, month.provider_id, month.staff, month.active, month.blocked, month.pending,
       month.active_number, month.pending_number, month.blocked_number"""

BOARD = (
    MONTH  # noqa: S608 -- columns, not values
    + """
SELECT {figures}, person.id, person.given_name || ' ' || person.family_name, person.name_sort,
       professional.suspended_on,
       COALESCE((
           SELECT jsonb_agg(jsonb_build_array(profession, certificate_class, number, valid_to)
                            ORDER BY profession, certificate_class, number)
           FROM registry_certificate WHERE professional_id = professional.id AND valid_from <= %(day)s
             AND (valid_to IS NULL OR valid_to >= %(expired)s)
       ), '[]')
FROM month
JOIN registry_professional AS professional ON professional.id = month.professional_id
JOIN identity_person AS person ON person.id = professional.person_id
WHERE (%(text)s = '' OR person.name_search LIKE %(like)s)
  AND (%(minutes)s IS NULL OR month.free >= %(minutes)s)
  AND (NOT %(serving)s OR EXISTS (
      SELECT FROM registry_certificate AS certificate
      WHERE certificate.professional_id = professional.id AND certificate.valid_from <= %(day)s
        AND (certificate.valid_to IS NULL OR certificate.valid_to >= %(day)s)
        AND (certificate.profession, certificate.certificate_class) IN (
            SELECT * FROM unnest(%(professions)s::text[], %(classes)s::text[]))))
  AND (%(after_id)s IS NULL OR ({key}, month.professional_id) {beyond} (%(after)s, %(after_id)s))
ORDER BY {key} {way}, month.professional_id {way}
LIMIT %(limit)s
"""
)

TOTALS = (
    MONTH
    + """
SELECT count(*), COALESCE(sum(staff), 0), COALESCE(sum(active), 0), COALESCE(sum(blocked), 0),
       COALESCE(sum(pending), 0), COALESCE(sum(pending_number), 0),
       COALESCE(max(greatest(staff, active + blocked + pending)), 0),
       count(*) FILTER (WHERE free <= 0), count(*) FILTER (WHERE free > 0),
       COALESCE(sum(free) FILTER (WHERE free > 0), 0), count(*) FILTER (WHERE free < 0)
FROM month
"""
)

SORT_KEYS = {
    "bos": "month.free",
    "etkin": "month.active",
    "bloke": "month.blocked",
    "bekleyen": "month.pending",
    "ad": "person.name_sort",
}
