"""`katip import people`: who exists.

A T.C. kimlik no is staged as its keyed hash and its sealed form, never in clear.
"""

from functools import lru_cache

from katip.core.crypto import lookup_key, seal
from katip.core.imports import Column, ImportSpec, Stage, Upsert, conflict
from katip.core.imports.values import number_text, text
from katip.rules import parse_email, parse_national_id

NATIONAL_ID_ALIASES = ("tc_kimlik_no", "tckn", "tc_no", "kimlik_no")
NATIONAL_ID_HELP = "T.C. kimlik no: 11 digits whose check digits fit"


@lru_cache(4096)
def _key(cell: str) -> str:
    return lookup_key(parse_national_id(cell))


def national_id_column(known_as: str = "the person must be known (list `people`)") -> Column:
    """Return the column by which other lists name a person; staged as the keyed hash `national_id`."""
    return Column(
        name="national_id",
        parse=number_text(_key),
        help=f"{NATIONAL_ID_HELP}; {known_as}",
        aliases=NATIONAL_ID_ALIASES,
    )


def _key_and_seal(cell: str) -> tuple[str, bytes]:
    national_id = parse_national_id(cell)
    return lookup_key(national_id), seal(national_id)


PEOPLE = ImportSpec(
    kind="people",
    about="Natural persons. Every other list that names a person needs them here first.",
    columns=(
        Column(
            name="national_id",
            parse=number_text(_key_and_seal),
            help=NATIONAL_ID_HELP,
            aliases=NATIONAL_ID_ALIASES,
            stages=(Stage("national_id"), Stage("national_id_sealed", "bytea")),
        ),
        Column(name="given_name", parse=text(100), help="up to 100 characters", aliases=("ad", "adi")),
        Column(name="family_name", parse=text(100), help="up to 100 characters", aliases=("soyad", "soyadi")),
        Column(
            name="email",
            parse=parse_email,
            help="e-mail address; empty leaves the known one",
            required=False,
            aliases=("e_posta", "eposta", "e_posta_adresi"),
        ),
    ),
    checks=(conflict(key=("national_id",), values=("given_name", "family_name", "email")),),
    merges=(
        Upsert(
            table="identity_person",
            key={"national_id_key": "s.national_id"},
            values={
                "given_name": "s.given_name",
                "family_name": "s.family_name",
                "email": "coalesce(s.email, known.email, '')",
                # an address of the operator's list is the operator's to answer for
                "email_unproved": "s.email IS NULL AND coalesce(known.email_unproved, false)",
            },
            fixed={
                "national_id_sealed": "s.national_id_sealed",
                # Django's mark of an unusable password, and randomness behind it as Django puts there
                "password": "'!' || replace(gen_random_uuid()::text, '-', '')",
                "is_active": "true",
                "created_at": "%(at)s::timestamptz",
            },
            joins="LEFT JOIN identity_person known ON known.national_id_key = s.national_id",
        ).sql,
    ),
)
