"""`katip import leave_days`: days of administrative leave, which no law names and the state declares free."""

from katip.core.imports import Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import text
from katip.registry.services.imports import shared

LEAVE_DAYS = ImportSpec(
    kind="leave_days",
    about="Days of administrative leave (idari izin), one line for each day. Public holidays are known already; these "
    "days, too, are no working days when the last day of an approval is reckoned.",
    columns=(
        shared.day_column("day", "the free day", "gun", "tarih"),
        Column(
            name="name",
            parse=text(120),
            help="why it is free, in Turkish as pages show it; up to 120 characters",
            aliases=("ad", "adi", "aciklama"),
        ),
    ),
    checks=(conflict(key=("day",), values=("name",)),),
    merges=(Upsert(table="registry_administrativeleave", key={"day": "s.day"}, values={"name": "s.name"}).sql,),
    reasons=shared.REASONS,
)
