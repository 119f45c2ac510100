"""`katip import professionals`: who is a professional, by which certificates."""

from katip.core.imports import Check, Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import text, word
from katip.identity.services.people_import import national_id_column
from katip.registry.services.imports import shared
from katip.rules import CertificateClass, Profession

PROFESSIONALS = ImportSpec(
    kind="professionals",
    about="Professionals, one line for each certificate. A certificate keeps its number and its holder.",
    columns=(
        national_id_column(),
        Column(
            name="profession",
            parse=word(
                {
                    Profession.SAFETY_SPECIALIST: ("iş güvenliği uzmanı", "İGU"),
                    Profession.WORKPLACE_PHYSICIAN: ("işyeri hekimi", "İH"),
                    Profession.OTHER_HEALTH_PERSONNEL: ("diğer sağlık personeli", "DSP"),
                }
            ),
            help="`safety_specialist` (`iş güvenliği uzmanı`, `İGU`), `workplace_physician` (`işyeri hekimi`, `İH`) or "
            "`other_health_personnel` (`diğer sağlık personeli`, `DSP`)",
            aliases=("meslek", "unvan", "gorev"),
        ),
        Column(
            name="certificate_class",
            parse=word(
                {
                    CertificateClass.A: ("A sınıfı",),
                    CertificateClass.B: ("B sınıfı",),
                    CertificateClass.C: ("C sınıfı",),
                    CertificateClass.NONE: ("yok",),
                }
            ),
            help="`A`, `B` or `C` for a safety specialist; empty or `none` for the others",
            required=False,
            aliases=("sinif", "sertifika_sinifi", "belge_sinifi"),
            empty=CertificateClass.NONE.value,
        ),
        Column(
            name="certificate_no",
            parse=text(30),
            help="up to 30 characters; names the certificate",
            aliases=("sertifika_no", "belge_no"),
        ),
        *shared.valid_columns(),
    ),
    checks=(
        conflict(
            key=("certificate_no",),
            values=("national_id", "profession", "certificate_class", "valid_from", "valid_to"),
        ),
        shared.PERSON_KNOWN,
        Check("""
            SELECT s.line, 'certificate_class', 'class_missing', NULL FROM import_line s
            WHERE s.profession = 'safety_specialist' AND coalesce(s.certificate_class, 'none') = 'none'
        """),
        Check("""
            SELECT s.line, 'certificate_class', 'class_not_for', NULL FROM import_line s
            WHERE s.profession <> 'safety_specialist' AND s.certificate_class <> 'none'
        """),
        Check("""
            SELECT s.line, 'certificate_no', 'another_holder', NULL FROM import_line s
            JOIN registry_certificate certificate ON certificate.number = s.certificate_no
            JOIN registry_professional holder ON holder.id = certificate.professional_id
            JOIN identity_person person ON person.id = holder.person_id
            WHERE person.national_id_key <> s.national_id
        """),
        shared.ENDS_AFTER_START,
    ),
    merges=(
        Upsert(
            table="registry_professional",
            key={"person_id": "person.id"},
            joins=shared.PERSON_JOIN,
        ).sql,
        Upsert(
            table="registry_certificate",
            key={"number": "s.certificate_no"},
            values={
                "professional_id": "professional.id",
                "profession": "s.profession",
                "certificate_class": "coalesce(s.certificate_class, 'none')",
                "valid_from": "s.valid_from",
                "valid_to": "s.valid_to",
            },
            optional={"valid_to": "valid_to"},
            joins=shared.PROFESSIONAL_JOIN,
        ).sql,
    ),
    reasons={
        **shared.REASONS,
        "class_missing": "a safety specialist's certificate is of class A, B or C",
        "class_not_for": "only a safety specialist's certificate has a class",
        "another_holder": "the register has this certificate for another person",
    },
)
