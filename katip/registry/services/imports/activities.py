"""`katip import activities`: the official list of NACE codes with its descriptions, and changes of hazard classes."""

from functools import lru_cache

from katip.core.imports import Check, Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import text, word
from katip.registry.services.imports import shared
from katip.rules import HazardClass, parse_nace

# Lines that give a class, with the day from which it shall hold: today where only the class is given.
_GIVEN = """
    given AS MATERIALIZED (
        SELECT DISTINCT ON (code, valid_from) line, code, hazard_class, source, valid_from
        FROM import_line WHERE hazard_class IS NOT NULL AND valid_from IS NOT NULL
        ORDER BY code, valid_from, line
    )
"""

# A class that is in force already is no change. Of two given days the earlier one counts as in force for the later.
_INSERT_CLASSES = f"""
    WITH {_GIVEN}, step AS (
        SELECT given.*, covering.valid_to AS covering_end, covering.hazard_class AS covering_class,
            covering.valid_from AS covering_start,
            lag(given.hazard_class) OVER code_days AS given_class, lag(given.valid_from) OVER code_days AS given_start
        FROM given LEFT JOIN registry_activityhazard covering ON covering.activity_id = given.code
            AND covering.valid_from <= given.valid_from
            AND (covering.valid_to IS NULL OR covering.valid_to >= given.valid_from)
        WINDOW code_days AS (PARTITION BY given.code ORDER BY given.valid_from)
    ), changed AS (
        SELECT * FROM step
        WHERE hazard_class IS DISTINCT FROM CASE
            WHEN given_start > covering_start OR covering_start IS NULL THEN given_class ELSE covering_class
        END
    ), merged AS (
        INSERT INTO registry_activityhazard (activity_id, hazard_class, valid_from, valid_to, source)
        SELECT code, hazard_class, valid_from, covering_end, coalesce(source, '') FROM changed
        ON CONFLICT (activity_id, valid_from)
            DO UPDATE SET hazard_class = excluded.hazard_class, source = excluded.source
        RETURNING xmax = 0 AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
"""  # noqa: S608 -- built from constants

_CLOSE_FORMER = """
    WITH follower AS (
        SELECT id, valid_to, lead(valid_from) OVER (PARTITION BY activity_id ORDER BY valid_from) - 1 AS last_day
        FROM registry_activityhazard
        WHERE activity_id IN (SELECT code FROM import_line WHERE hazard_class IS NOT NULL)
    ), closed AS (
        UPDATE registry_activityhazard hazard SET valid_to = follower.last_day FROM follower
        WHERE follower.id = hazard.id AND (follower.valid_to IS NULL OR follower.valid_to > follower.last_day)
            AND follower.last_day IS NOT NULL
        RETURNING 1
    )
    SELECT 0, count(*) FROM closed
"""


def _needed(column: str) -> Check:
    """Demand `column` where the line brings a class: of a new code, or another one than is in force."""
    return Check(f"""
        SELECT s.line, '{column}', CASE WHEN known.code IS NULL THEN 'new_code' ELSE 'new_class' END, NULL
        FROM import_line s
        LEFT JOIN registry_activity known ON known.code = s.code
        LEFT JOIN registry_activityhazard hazard ON hazard.activity_id = s.code
            AND hazard.valid_from <= coalesce(s.valid_from, %(today)s::date)
            AND (hazard.valid_to IS NULL OR hazard.valid_to >= coalesce(s.valid_from, %(today)s::date))
        WHERE s.{column} IS NULL AND s.code IS NOT NULL AND (
            (known.code IS NULL AND NOT EXISTS (
                SELECT FROM import_line other WHERE other.code = s.code AND other.hazard_class IS NOT NULL
                    AND other.valid_from IS NOT NULL AND other.source IS NOT NULL
            )) OR (s.hazard_class IS NOT NULL AND s.hazard_class IS DISTINCT FROM hazard.hazard_class)
        )
    """)  # noqa: S608 -- built from constants


ACTIVITIES = ImportSpec(
    kind="activities",
    about="Activities (NACE codes of six digits). The codes and hazard classes of the gazette ship with the program; "
    "this list adds the descriptions, and classes that change. A class that differs from the one in force on "
    "`valid_from` begins on that day, and the former ends the day before.",
    columns=(
        Column(
            name="code",
            parse=lru_cache(shared.MANY)(parse_nace),
            help="NACE code of six digits, `22.22.43` or `222243`",
            aliases=("kod", "nace", "nace_kodu", "faaliyet_kodu"),
        ),
        Column(
            name="description",
            parse=text(600),
            help="up to 600 characters",
            aliases=("tanim", "aciklama", "nace_tanimi", "faaliyet"),
        ),
        Column(
            name="hazard_class",
            parse=word(
                {
                    HazardClass.LOW: ("az tehlikeli",),
                    HazardClass.HAZARDOUS: ("tehlikeli",),
                    HazardClass.VERY_HAZARDOUS: ("çok tehlikeli",),
                }
            ),
            help="`low`, `hazardous` or `very_hazardous`, or as the gazette says it: `Az Tehlikeli`, `Tehlikeli`, "
            "`Çok Tehlikeli`; required for a new code",
            required=False,
            aliases=("tehlike_sinifi",),
        ),
        shared.day_column(
            "valid_from",
            "first day of the class; required for a new code or class",
            "baslangic",
            "baslangic_tarihi",
            "gecerlilik_baslangici",
            required=False,
        ),
        Column(
            name="source",
            parse=text(80),
            help="the gazette, `RG 13.03.2025/32840`; up to 80 characters; required for a new code or class",
            required=False,
            aliases=("kaynak", "resmi_gazete"),
        ),
    ),
    checks=(
        conflict(key=("code",), values=("description",)),
        conflict(key=("code", "valid_from"), values=("hazard_class", "source")),
        _needed("hazard_class"),
        _needed("valid_from"),
        _needed("source"),
    ),
    merges=(
        Upsert(
            table="registry_activity",
            key={"code": "s.code"},
            values={"description": "s.description"},
        ).sql,
        lambda _: _INSERT_CLASSES,
        lambda _: _CLOSE_FORMER,
    ),
    reasons={
        "new_code": "the code is new: it needs a hazard class, its first day and its source",
        "new_class": "the hazard class differs from the one in force: it needs its first day and its source",
    },
)
