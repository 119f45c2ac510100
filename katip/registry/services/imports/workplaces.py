"""`katip import workplaces`: places of work with an SGK registration number."""

from katip.core.imports import Check, Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import text
from katip.registry.services.imports import shared

_PREDECESSOR_KNOWN = Check("""
    SELECT s.line, 'predecessor', 'unknown_workplace', NULL FROM import_line s
    WHERE s.predecessor IS NOT NULL
        AND NOT EXISTS (SELECT FROM registry_workplace known WHERE known.sgk_number = s.predecessor)
        AND NOT EXISTS (SELECT FROM import_line other WHERE other.sgk_number = s.predecessor)
""")
_PREDECESSOR_OTHER = Check("""
    SELECT s.line, 'predecessor', 'own_predecessor', NULL FROM import_line s WHERE s.predecessor = s.sgk_number
""")


def _follow(present: frozenset[str]) -> str:
    """Lead each workplace back to its former number, once all of the file are known."""
    if "predecessor" not in present:
        return "SELECT 0, 0"
    return """
        WITH followed AS (
            UPDATE registry_workplace workplace SET predecessor_id = former.id
            FROM import_line s LEFT JOIN registry_workplace former ON former.sgk_number = s.predecessor
            WHERE workplace.sgk_number = s.sgk_number AND workplace.predecessor_id IS DISTINCT FROM former.id
            RETURNING 1
        )
        SELECT 0, count(*) FROM followed
    """


WORKPLACES = ImportSpec(
    kind="workplaces",
    about="Workplaces, one line for each SGK registration number.",
    columns=(
        shared.sgk_number_column(),
        Column(name="title", parse=text(300), help="up to 300 characters", aliases=("unvan", "isyeri_unvani")),
        shared.vkn_column(),
        shared.province_column(),
        shared.district_column(),
        Column(
            name="address",
            parse=text(300),
            help="up to 300 characters",
            required=False,
            aliases=("adres",),
            empty="",
        ),
        shared.nace_column(),
        shared.day_column(
            "closed_on", "day on which it closed; empty is open", "kapanis_tarihi", "kapanis", required=False
        ),
        shared.predecessor_column(),
    ),
    checks=(
        conflict(
            key=("sgk_number",),
            values=("title", "vkn", "province", "district", "address", "nace", "closed_on", "predecessor"),
        ),
        shared.PROVINCE_KNOWN,
        shared.DISTRICT_KNOWN,
        shared.known("nace", "registry_activity", "code", "unknown_activity"),
        _PREDECESSOR_KNOWN,
        _PREDECESSOR_OTHER,
    ),
    merges=(
        Upsert(
            table="registry_workplace",
            key={"sgk_number": "s.sgk_number"},
            values={
                "title": "s.title",
                "vkn": "coalesce(s.vkn, '')",
                "province_id": "province.id",
                "district_id": "district.id",
                "address": "coalesce(s.address, '')",
                "activity_id": "s.nace",
                "closed_on": "s.closed_on",
            },
            optional={"vkn": "vkn", "address": "address", "closed_on": "closed_on"},
            joins=shared.PLACE_JOINS,
        ).sql,
        _follow,
    ),
    reasons=shared.REASONS,
)
