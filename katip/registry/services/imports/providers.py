"""`katip import providers`: who supplies professionals, with the contact that customers call."""

from katip.core.imports import Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import text, word
from katip.registry.services.imports import shared
from katip.rules import parse_phone

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
            ),
        ),
        shared.PROVINCE_KNOWN,
        shared.DISTRICT_KNOWN,
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
            },
            optional={"vkn": "vkn"},
            joins=shared.PLACE_JOINS,
        ).sql,
    ),
    reasons=shared.REASONS,
)
