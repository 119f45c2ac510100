"""`katip import providers`: who supplies professionals, with the contact that customers call."""

from katip.core.imports import Check, Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import text, word
from katip.registry.services.imports import shared
from katip.rules import parse_phone

_WORKPLACE_FREE = Check("""
    SELECT s.line, 'sgk_number', 'workplace_taken', NULL
    FROM import_line s
    WHERE s.sgk_number IS NOT NULL AND (EXISTS (
        SELECT FROM import_line other
        WHERE other.sgk_number = s.sgk_number AND other.authorisation_no <> s.authorisation_no
    ) OR EXISTS (
        SELECT FROM registry_workplace workplace JOIN registry_provider holder ON holder.workplace_id = workplace.id
        WHERE workplace.sgk_number = s.sgk_number AND holder.authorisation_no <> s.authorisation_no
    ))
""")

PROVIDERS = ImportSpec(
    kind="providers",
    about="Providers (OSGB, TSM, İSGB), one line for each authorisation.",
    columns=(
        shared.authorisation_no_column("authorisation number, up to 30 characters"),
        Column(
            name="kind",
            parse=word({"osgb": (), "tsm": (), "isgb": ()}),
            help="`osgb`, `tsm` or `isgb`",
            aliases=("tur", "turu", "kurum_turu"),
        ),
        Column(name="title", parse=text(300), help="up to 300 characters", aliases=("unvan",)),
        Column(
            name="short_title",
            parse=text(80),
            help="what lists show; up to 80 characters",
            aliases=("kisa_unvan", "kisa_ad"),
        ),
        shared.vkn_column(),
        shared.province_column(),
        shared.district_column(),
        Column(
            name="contact_name",
            parse=text(120),
            help="whom customers call; up to 120 characters",
            aliases=("iletisim_kisisi", "yetkili"),
        ),
        Column(
            name="contact_phone",
            parse=parse_phone,
            help="10 digits without 0 or +90 in front",
            aliases=("telefon", "iletisim_telefonu"),
        ),
        Column(
            name="contact_hours",
            parse=text(80),
            help="when they answer, in Turkish as pages show it; up to 80 characters",
            aliases=("calisma_saatleri", "iletisim_saatleri"),
        ),
        shared.sgk_number_column(
            "; the provider's own workplace, whose e-Bildirge user appoints the responsible manager; it must be known "
            "(list `workplaces`)",
            required=False,
        ),
    ),
    checks=(
        conflict(
            key=("authorisation_no",),
            values=(
                "kind",
                "title",
                "short_title",
                "vkn",
                "province",
                "district",
                "contact_name",
                "contact_phone",
                "contact_hours",
                "sgk_number",
            ),
        ),
        shared.PROVINCE_KNOWN,
        shared.DISTRICT_KNOWN,
        shared.WORKPLACE_KNOWN,
        _WORKPLACE_FREE,
    ),
    merges=(
        Upsert(
            table="registry_provider",
            key={"authorisation_no": "s.authorisation_no"},
            values={
                "kind": "s.kind",
                "title": "s.title",
                "short_title": "s.short_title",
                "vkn": "coalesce(s.vkn, '')",
                "province_id": "province.id",
                "district_id": "district.id",
                "contact_name": "s.contact_name",
                "contact_phone": "s.contact_phone",
                "contact_hours": "s.contact_hours",
                "workplace_id": "workplace.id",
            },
            optional={"vkn": "vkn", "workplace_id": "sgk_number"},
            joins=f"{shared.PLACE_JOINS} LEFT {shared.WORKPLACE_JOIN}",
        ).sql,
    ),
    reasons=shared.REASONS,
)
