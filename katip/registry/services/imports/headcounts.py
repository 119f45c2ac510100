"""`katip import headcounts`: how many employees a workplace had in a month, as SGK reports it."""

from katip.core.imports import Check, Column, ImportSpec, Upsert, conflict
from katip.core.imports.values import month, whole_number
from katip.registry.services.imports import shared

_MOST_EMPLOYEES = 10_000_000  # no workplace has as many; a longer figure is another column's

HEADCOUNTS = ImportSpec(
    kind="headcounts",
    about="Numbers of employees, one line for a workplace and a month.",
    columns=(
        shared.sgk_number_column(content="; the workplace must be known (list `workplaces`)"),
        Column(
            name="period",
            parse=month,
            help="the month, `2026-01` or `01.2026`; not a later one than this",
            aliases=("donem", "ay"),
            type="date",
        ),
        Column(
            name="employees",
            parse=whole_number(least=0, most=_MOST_EMPLOYEES),
            help="whole persons, 0 or more",
            aliases=("calisan_sayisi", "sigortali_sayisi"),
            type="integer",
        ),
    ),
    checks=(
        conflict(key=("sgk_number", "period"), values=("employees",)),
        shared.WORKPLACE_KNOWN,
        Check("SELECT s.line, 'period', 'in_future', NULL FROM import_line s WHERE s.period > %(today)s::date"),
    ),
    merges=(
        Upsert(
            table="registry_headcount",
            key={"workplace_id": "workplace.id", "period": "s.period"},
            values={"employees": "s.employees"},
            joins=shared.WORKPLACE_JOIN,
        ).sql,
    ),
    reasons=shared.REASONS,
)
