"""Columns and checks that several lists have."""

from functools import lru_cache

from katip.core.imports import Check, Column
from katip.core.imports.values import day, number_text, text
from katip.core.turkish import fold
from katip.rules import FormatError, parse_nace, parse_sgk_number, parse_vkn

MANY = 4096
LAST_PROVINCE = 81
_PLACE_NAME_LENGTH = 40

REASONS = {
    "control_digits": "the control digits are unusual; the number is taken as it is",
    "unknown_person": "no such person; import `people` first",
    "unknown_professional": "no such professional; import `professionals` first",
    "unknown_workplace": "no such workplace; import `workplaces` first",
    "unknown_provider": "no such provider; import `providers` first",
    "unknown_activity": "no such activity code; import `activities` first",
    "unknown_province": "no such province",
    "unknown_district": "no such district in this province",
    "ends_before_start": "lies before valid_from",
    "in_future": "lies in the future",
    "own_predecessor": "is the workplace's own number",
    "workplace_taken": "is another provider's workplace already",
}


def _sgk_number(cell: str) -> str:
    return str(parse_sgk_number(cell))


def _sgk_doubt(value: object) -> str | None:
    return None if parse_sgk_number(str(value)).control_digits_fit() else "control_digits"


def sgk_number_column(content: str = "", *, required: bool = True) -> Column:
    """Return the column with a workplace's SGK registration number; unusual control digits are a doubt only."""
    return Column(
        name="sgk_number",
        parse=number_text(_sgk_number),
        help="SGK registration number: 26 digits, blanks and hyphens between the groups allowed. "
        f"Unusual control digits only warn{content}",
        required=required,
        aliases=("sgk_no", "sgk_sicil_no", "isyeri_sicil_no", "sicil_no"),
        warn=_sgk_doubt,
    )


def predecessor_column() -> Column:
    """Return the column with the SGK registration number that a workplace had before."""
    return Column(
        name="predecessor",
        parse=number_text(_sgk_number),
        help="the SGK registration number that the workplace had before, of 26 digits; known, or in the same file. "
        "Its contracts end, and are listed to be made anew, once that number's own line has `closed_on`",
        required=False,
        aliases=("onceki_sgk_no", "eski_sgk_no", "onceki_sicil_no"),
        warn=_sgk_doubt,
    )


def vkn_column() -> Column:
    """Return the column with a tax number."""
    return Column(
        name="vkn",
        parse=number_text(parse_vkn),
        help="tax number: 10 digits whose check digit fits",
        required=False,
        aliases=("vergi_kimlik_no", "vergi_no"),
        empty="",
    )


def authorisation_no_column(content: str) -> Column:
    """Return the column with a provider's authorisation number."""
    return Column(
        name="authorisation_no",
        parse=text(30),
        help=content,
        aliases=("yetki_belge_no", "yetki_belgesi_no", "yetki_no"),
    )


def nace_column() -> Column:
    """Return the column with a workplace's activity."""
    return Column(
        name="nace",
        parse=lru_cache(MANY)(parse_nace),
        help="activity: NACE code of six digits, `22.22.43` or `222243`; must be known (list `activities`)",
        aliases=("nace_kodu", "faaliyet_kodu"),
    )


def day_column(name: str, content: str, *aliases: str, required: bool = True) -> Column:
    """Return a column with a date."""
    return Column(
        name=name, parse=day, help=f"{content}; a date", required=required, aliases=aliases, type="date", empty=None
    )


def valid_columns() -> tuple[Column, Column]:
    """Return the columns with a first and a last day."""
    return (
        day_column("valid_from", "first day", "baslangic", "baslangic_tarihi", "gecerlilik_baslangici"),
        day_column("valid_to", "last day; empty is open", "bitis", "bitis_tarihi", "gecerlilik_bitisi", required=False),
    )


@lru_cache(MANY)
def _province(cell: str) -> str:
    """Read a plate code as `16`, or a name as its search key without blanks."""
    if cell.isdecimal():
        if len(cell) > len("016") or not 1 <= int(cell) <= LAST_PROVINCE:
            raise FormatError("unknown_province")
        return str(int(cell))
    return _place(cell)


@lru_cache(MANY)
def _place(cell: str) -> str:
    return fold(text(_PLACE_NAME_LENGTH)(cell)).replace(" ", "")


def province_column(content: str = "name or plate code", *, required: bool = True) -> Column:
    """Return the column with a province, staged for `PROVINCE_JOIN`."""
    return Column(
        name="province",
        parse=_province,
        help=f"province: {content}",
        required=required,
        aliases=("il", "il_adi", "il_kodu"),
    )


def district_column() -> Column:
    """Return the column with a district of that province."""
    return Column(
        name="district",
        parse=_place,
        help="district, by name; capitals and Turkish letters make no difference",
        aliases=("ilce", "ilce_adi"),
    )


# The functions run once for each place, not for each line: a join by hash computes its smaller side once.
PROVINCE_JOIN = """
    {kind} JOIN (
        SELECT id, key FROM (
            SELECT code AS id, code::text AS key FROM registry_province
            UNION ALL SELECT code, replace(katip_search_key(name), ' ', '') FROM registry_province
        ) known
    ) province ON province.key = s.province
"""
DISTRICT_JOIN = """
    {kind} JOIN (
        SELECT id, province_id, replace(katip_search_key(name), ' ', '') AS key FROM registry_district
    ) district ON district.province_id = province.id AND district.key = s.district
"""
PLACE_JOINS = PROVINCE_JOIN.format(kind="") + DISTRICT_JOIN.format(kind="")

PROVINCE_KNOWN = Check(f"""
    SELECT s.line, 'province', 'unknown_province', NULL FROM import_line s {PROVINCE_JOIN.format(kind="LEFT")}
    WHERE s.province IS NOT NULL AND province.id IS NULL
""")  # noqa: S608 -- built from constants
DISTRICT_KNOWN = Check(f"""
    SELECT s.line, 'district', 'unknown_district', NULL
    FROM import_line s {PROVINCE_JOIN.format(kind="")} {DISTRICT_JOIN.format(kind="LEFT")}
    WHERE s.district IS NOT NULL AND district.id IS NULL
""")  # noqa: S608 -- built from constants
ENDS_AFTER_START = Check(
    "SELECT s.line, 'valid_to', 'ends_before_start', NULL FROM import_line s WHERE s.valid_to < s.valid_from"
)


def known(column: str, table: str, key: str, code: str, when: str = "true") -> Check:
    """Demand that the staged `column` is found in `table`, by its column `key`."""
    return Check(f"""
        SELECT s.line, '{column}', '{code}', NULL FROM import_line s LEFT JOIN {table} k ON k.{key} = s.{column}
        WHERE s.{column} IS NOT NULL AND k.{key} IS NULL AND {when}
    """)  # noqa: S608 -- built from constants


PERSON_KNOWN = known("national_id", "identity_person", "national_id_key", "unknown_person")
WORKPLACE_KNOWN = known("sgk_number", "registry_workplace", "sgk_number", "unknown_workplace")
PROVIDER_KNOWN = known("authorisation_no", "registry_provider", "authorisation_no", "unknown_provider")

PERSON_JOIN = "JOIN identity_person person ON person.national_id_key = s.national_id"
WORKPLACE_JOIN = "JOIN registry_workplace workplace ON workplace.sgk_number = s.sgk_number"
PROVIDER_JOIN = "JOIN registry_provider provider ON provider.authorisation_no = s.authorisation_no"
PROFESSIONAL_JOIN = f"{PERSON_JOIN} JOIN registry_professional professional ON professional.person_id = person.id"
