"""`katip import workplaces`: places of work with an SGK registration number."""

from katip.core.imports import Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import text
from katip.registry.services.imports import shared

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
    ),
    checks=(
        conflict(
            key=("sgk_number",),
            values=("title", "vkn", "province", "district", "address", "nace", "closed_on"),
        ),
        shared.PROVINCE_KNOWN,
        shared.DISTRICT_KNOWN,
        shared.known("nace", "registry_activity", "code", "unknown_activity"),
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
    ),
    reasons=shared.REASONS,
)
