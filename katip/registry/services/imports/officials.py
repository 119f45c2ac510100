"""`katip import officials`: inspectors, those who authorise, counter officers, and who runs the installation."""

from katip.core.imports import Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import word
from katip.identity.services.people_import import national_id_column
from katip.registry.services.imports import shared

OFFICIALS = ImportSpec(
    kind="officials",
    about="Officials, one line for a person and an office.",
    columns=(
        national_id_column(),
        Column(
            name="role",
            parse=word(
                {
                    "inspector": ("müfettiş", "iş müfettişi"),
                    "directorate": ("yetkilendirme", "yetkilendirme görevlisi"),
                    "counter": ("gişe", "gişe görevlisi"),
                    "supervisor": ("denetmen", "gişe denetmeni"),
                    "operator": ("işletmeci",),
                }
            ),
            help=(
                "`inspector` (`müfettiş`), `directorate` (`yetkilendirme görevlisi`), `counter` (`gişe görevlisi`), "
                "`supervisor` (`gişe denetmeni`) or `operator` (`işletmeci`)"
            ),
            aliases=("gorev", "rol"),
        ),
        shared.province_column("name or plate code; empty is all of them", required=False),
    ),
    checks=(
        conflict(key=("national_id", "role"), values=("province",)),
        shared.PERSON_KNOWN,
        shared.PROVINCE_KNOWN,
    ),
    merges=(
        Upsert(
            table="registry_official",
            key={"person_id": "person.id", "role": "s.role"},
            values={"province_id": "province.id"},
            optional={"province_id": "province"},
            joins=f"{shared.PERSON_JOIN} {shared.PROVINCE_JOIN.format(kind='LEFT')}",
        ).sql,
    ),
    reasons=shared.REASONS,
)
