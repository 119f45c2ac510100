"""`katip import staff`: a professional's own minutes a month with a provider, the source of capacity."""

from katip.core.imports import Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import whole_number
from katip.identity.services.people_import import national_id_column
from katip.registry.services.imports import shared

_MOST_MINUTES = 31 * 24 * 60  # a month has no more

STAFF = ImportSpec(
    kind="staff",
    about="Staff contracts, one line for a provider, a professional and a first day.",
    columns=(
        shared.authorisation_no_column("the provider's authorisation number; it must be known (list `providers`)"),
        national_id_column("the professional must be known (list `professionals`)"),
        Column(
            name="minutes",
            parse=whole_number(least=1, most=_MOST_MINUTES),
            help=f"minutes a month, 1 to {_MOST_MINUTES}; full time is 11700",
            aliases=("dakika", "aylik_dakika", "calisma_suresi"),
            type="integer",
        ),
        *shared.valid_columns(),
    ),
    checks=(
        conflict(key=("authorisation_no", "national_id", "valid_from"), values=("minutes", "valid_to")),
        shared.PROVIDER_KNOWN,
        shared.known(
            "national_id",
            "(SELECT p.national_id_key FROM identity_person p JOIN registry_professional ON person_id = p.id)",
            "national_id_key",
            "unknown_professional",
        ),
        shared.ENDS_AFTER_START,
    ),
    merges=(
        Upsert(
            table="registry_staffcontract",
            key={
                "provider_id": "provider.id",
                "professional_id": "professional.id",
                "valid_from": "s.valid_from",
            },
            values={"minutes": "s.minutes", "valid_to": "s.valid_to"},
            optional={"valid_to": "valid_to"},
            joins=f"{shared.PROVIDER_JOIN} {shared.PROFESSIONAL_JOIN}",
        ).sql,
    ),
    reasons=shared.REASONS,
)
