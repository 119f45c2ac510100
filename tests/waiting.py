"""Many steps that wait for one person, made by set."""

from datetime import date

from django.db import connection

from katip.identity.models import Person

_PLACES = """
WITH place AS (
    INSERT INTO registry_workplace (sgk_number, title, vkn, province_id, district_id, address, activity_id)
    SELECT '2' || lpad(n::text, 25, '0'), 'Deneme ' || lpad(n::text, 6, '0') || ' Sanayi A.Ş.', '', 16, district, '',
           '22.22.43'
    FROM generate_series(%(first)s, %(first)s + %(places)s - 1) AS n,
         (SELECT min(id) AS district FROM registry_district WHERE province_id = 16) AS here
    RETURNING id
), mandated AS (
    INSERT INTO registry_mandate (person_id, capacity, workplace_id, valid_from)
    SELECT %(person)s, 'e_bildirge', id, '2020-01-01' FROM place
)
INSERT INTO processes_process (code, workplace_id, provider_id, state, version, current_step, waits_for, waiting_since,
    due_on, terms, terms_hash, proposed_by, created_at)
SELECT (ARRAY[103, 140, 177])[no], place.id, (SELECT min(id) FROM registry_provider), 'open', 2, 2, 'employer',
    timestamptz '2025-05-20 09:00+03', %(day)s::date + (row_number() OVER (ORDER BY place.id, no) - 1)::int / 2,
    jsonb_build_object('code', (ARRAY[103, 140, 177])[no], 'minutes', 240, 'profession',
        (ARRAY['safety_specialist', 'workplace_physician', 'other_health_personnel'])[no],
        'professional', jsonb_build_object('id', 0, 'name', (ARRAY['Elif Deneme', 'Işık Çınar', 'Gül Temsil'])[no])),
    encode(sha256((place.id || '/' || no)::bytea), 'hex'), 'provider', timestamptz '2025-05-20 09:00+03'
FROM place CROSS JOIN generate_series(1, %(each)s) AS no
ORDER BY place.id, no
"""


def waiting_make(person: Person, *, places: int, each: int, first: int = 1, day: date = date(2025, 6, 2)) -> None:
    """Workplaces of a person, `each` offers at every one waiting for the employer, by twos due a day later from `day`.

    What is written is what an inbox reads: processes without steps and contracts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"person": person.pk, "places": places, "each": each, "first": first, "day": day})
