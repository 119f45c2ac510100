"""`katip import mandates`: who may act for a workplace (as its e-Bildirge user) or a provider (as responsible manager).

The list is not taken as complete: a mandate that it does not name stays; one ends by its last day.
"""

from functools import lru_cache

from katip.core.imports import Check, Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import number_text, text, word
from katip.identity.services.people_import import national_id_column
from katip.registry.services.imports import shared
from katip.rules import FormatError, parse_sgk_number

_AUTHORISATION_NO = text(30)


@lru_cache(shared.MANY)
def _organisation(cell: str) -> str:
    """Read an SGK number in any grouping; what is none is an authorisation number."""
    try:
        return str(parse_sgk_number(cell))
    except FormatError:
        return _AUTHORISATION_NO(cell)


def _unknown(capacity: str, table: str, key: str, code: str) -> Check:
    return shared.known("organisation", table, key, code, when=f"s.capacity = '{capacity}'")


def _mandates(capacity: str, organisation: str, join: str) -> Upsert:
    return Upsert(
        table="registry_mandate",
        key={"person_id": "person.id", f"{organisation}_id": f"{organisation}.id"},
        values={"capacity": "s.capacity", "valid_from": "s.valid_from", "valid_to": "s.valid_to"},
        optional={"valid_to": "valid_to"},
        joins=f"{shared.PERSON_JOIN} {join}",
        where=f"s.capacity = '{capacity}'",
    )


MANDATES = ImportSpec(
    kind="mandates",
    about="Mandates: who may act for a workplace or a provider. A person has one mandate for an organisation. The list "
    "need not be complete: a mandate that it does not name stays as it is, one ends by its `valid_to`.",
    columns=(
        national_id_column(),
        Column(
            name="capacity",
            parse=word(
                {
                    "e_bildirge": ("e-Bildirge kullanıcısı",),
                    "responsible_manager": ("sorumlu müdür",),
                }
            ),
            help="`e_bildirge` (`e-Bildirge kullanıcısı`) or `responsible_manager` (`sorumlu müdür`)",
            aliases=("yetki", "sifat"),
        ),
        Column(
            name="organisation",
            parse=number_text(_organisation),
            help="for `e_bildirge` the workplace's SGK registration number of 26 digits, for `responsible_manager` the "
            "provider's authorisation number; it must be known",
            aliases=("kurum", "isyeri", "sgk_no", "yetki_belge_no"),
        ),
        *shared.valid_columns(),
    ),
    checks=(
        conflict(key=("national_id", "organisation"), values=("capacity", "valid_from", "valid_to")),
        shared.PERSON_KNOWN,
        _unknown("e_bildirge", "registry_workplace", "sgk_number", "unknown_workplace"),
        _unknown("responsible_manager", "registry_provider", "authorisation_no", "unknown_provider"),
        shared.ENDS_AFTER_START,
    ),
    merges=(
        _mandates(
            "e_bildirge", "workplace", "JOIN registry_workplace workplace ON workplace.sgk_number = s.organisation"
        ).sql,
        _mandates(
            "responsible_manager",
            "provider",
            "JOIN registry_provider provider ON provider.authorisation_no = s.organisation",
        ).sql,
    ),
    reasons=shared.REASONS,
)
