"""Two sides of a register that know nothing of each other: a row in every table for each, written by the owner.

Each side has an employer, a manager and a professional; one contract binds their workplace, provider and professional.
What a column needs is made from its type; what has to fit says so in `_SPECIAL`. Every text bears the side's mark.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.fields.generated import GeneratedField

from katip.identity.models import Person
from katip.registry.models import District

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
FAR = datetime(2999, 1, 1, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
PROVINCES, ACTIVITY = (16, 34), "22.22.43"
NOT_FILLED = {
    "django_content_type",
    "django_migrations",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "cache_entry",
    "registry_province",
    "registry_district",
    "registry_activity",
    "registry_activityhazard",
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}
"""what ships with the program, and what libraries keep without people"""


@dataclass
class Side:
    """The rows of one side by table, the first one first; `mark` stands in every text of theirs."""

    number: int
    mark: str
    people: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[models.Model]] = field(default_factory=dict)

    def of(self, table: str) -> Any:
        """The side's row of a table."""
        return self.rows[table][0]


Special = Callable[[Side], Mapping[str, Any]]


def _of(role: str, *columns: str) -> Special:
    """Columns that name a person of this role."""
    return lambda side: {f"{column}_id": side.people[role].pk for column in columns}


_SPECIAL: Mapping[str, Special] = {
    "identity_chipsession": _of("employer", "person"),
    "registry_professional": _of("professional", "person"),
    "registry_mandate": lambda side: {"capacity": "e_bildirge", "workplace": side.of("registry_workplace")},
    "registry_official": lambda side: {"person": side.people["official"], "role": "counter"},
    "registry_standing": lambda side: {
        "professional": side.of("registry_professional"),
        "official": side.people["official"],
    },
    "registry_certificate": lambda _: {"certificate_class": "B"},
    "registry_contactdeclaration": lambda side: {"phone": "5550000000", "declared_by": side.people["employer"]},
    "registry_provider": lambda _: {"contact_phone": "2240000000"},
    "counter_application": _of("employer", "person"),
    "counter_openinghours": lambda _: {"weekday": 1, "opens": time(9), "closes": time(17)},
    "audit_look": lambda side: {
        "person_id": side.people["professional"].pk,
        "actor_id": side.people["manager"].pk,
        "capacity": "provider",
        "organisation_id": side.of("registry_provider").pk,
        "event_id": side.of("audit_event").pk,
    },
    "audit_event": lambda side: {"actor_id": side.people["employer"].pk, "capacity": "workplace", "tag": "person:x:y"},
    "audit_logqueue": lambda side: {"event_id": 10**6 + side.number},
    "audit_logentry": lambda side: {"position": side.number, "event_id": 10**6 + side.number},
    "audit_logtile": lambda side: {"level": 0, "no": side.number},
    "audit_checkpoint": lambda side: {"size": side.number},
    "processes_process": lambda side: {
        "code": 103,
        "workplace": side.of("registry_workplace"),
        "provider": side.of("registry_provider"),
        "waits_for": "employer",
        "created_by": side.people["manager"],
        "terms": {"professional": {"id": side.of("registry_professional").pk, "name": side.mark}},
    },
    "processes_step": lambda _: {"party": "employer"},
    "contracts_contract": lambda side: {
        "code": 103,
        "provider": side.of("registry_provider"),
        "state": "awaiting_employer",
        "assignment_type": "part_time",
    },
    "contracts_monthchange": lambda side: {
        "contract": side.of("contracts_contract"),
        "provider": side.of("registry_provider"),
    },
    "contracts_shortage": lambda side: {"process": _process(side)},
    "contracts_durationupdate": lambda side: {"process": _process(side)},
    "contracts_undertaking": lambda side: {"process": _process(side)},
    "contracts_offerdraft": lambda side: {"code": 103, "created_by": side.people["manager"]},
    "contracts_offersheet": _of("manager", "created_by"),
    "documents_document": lambda side: {"code": f"{side.number}" * 20},
    "seal_waitingseal": lambda side: {"file_id": side.of("documents_documentfile").pk},
    "guide_guidelink": _of("manager", "made_by"),
    "runs_runrow": lambda side: {
        "subject_id": side.of("processes_process").pk,
        "capacity": "workplace",
        "organisation_id": side.of("registry_workplace").pk,
    },
    "runs_runreceipt": lambda side: {"code": f"{side.number + 4}" * 20},
    "notices_delivery": lambda side: {
        "person": side.people["employer"],
        "capacity": "workplace",
        "organisation_id": side.of("registry_workplace").pk,
        "process_id": side.of("processes_process").pk,
        "notice_id": side.of("notices_notice").pk,
    },
    "notices_channelrest": lambda side: {"channel": ("email", "sms")[side.number % 2]},
    "notices_hooksubscription": lambda side: {
        "provider": side.of("registry_provider"),
        "keeper": side.people["manager"],
    },
    "notices_notice": lambda side: {
        "person": side.people["employer"],
        "capacity": "workplace",
        "organisation_id": side.of("registry_workplace").pk,
        "process_id": side.of("processes_process").pk,
    },
    "notices_preference": lambda side: {"person": side.people["employer"]},
    "programs_apitoken": _of("manager", "made_by"),
    "keeping_mark": lambda side: {"rule": f"rule-{side.number}"},
}


def _process(side: Side) -> models.Model:
    """A further process of the side, for what has one of its own."""
    return _insert(side, "processes_process")


def sides_make() -> tuple[Side, Side]:
    """Fill every table for both sides."""
    return _side_make(1, "BİZİM"), _side_make(2, "YABANCI")


def filled_tables() -> dict[str, type[models.Model]]:
    """Table → model, of all that are filled, in an order in which each finds what it refers to."""
    found = {model._meta.db_table: model for model in apps.get_models()}
    tables: dict[str, type[models.Model]] = {}

    def visit(table: str) -> None:
        if table in tables or table in NOT_FILLED or table not in found:
            return
        for column in found[table]._meta.local_fields:
            if column.related_model is not None and column.related_model is not found[table]:
                visit(column.related_model._meta.db_table)
        for other in _AFTER.get(table, ()):
            visit(other)
        tables[table] = found[table]

    for table in sorted(found):
        visit(table)
    return tables


_AFTER = {
    "audit_look": ("audit_event", "registry_provider", "registry_professional"),
    "processes_process": ("registry_professional",),
    "registry_standing": ("registry_professional",),
    "seal_waitingseal": ("documents_documentfile",),
    "notices_delivery": ("notices_notice",),
    "notices_notice": ("processes_process",),
    "runs_runrow": ("processes_process",),
}
"""references by plain number"""


def _side_make(number: int, mark: str) -> Side:
    side = Side(number, mark)
    for place, role in enumerate(("employer", "manager", "professional", "official")):
        side.people[role] = Person.objects.using("owner").create(
            national_id_key=f"{mark}{role}",
            national_id_sealed=b"x",
            given_name=role,
            family_name=mark,
            email=f"{role}{number}@ornek.com.tr",
            created_at=AT,
        )
        del place
    side.rows["identity_person"] = list(side.people.values())
    for table in filled_tables():
        if table != "identity_person":
            _insert(side, table)
    manager = {"person": side.people["manager"], "capacity": "responsible_manager"}
    _insert(side, "registry_mandate", **manager, provider=side.of("registry_provider"), workplace=None)
    asked = {"no": side.number + 10, "party": "professional", "person": side.people["professional"]}
    _insert(side, "processes_step", **asked)
    return side


def _insert(side: Side, table: str, **given: Any) -> models.Model:
    model = apps.get_model(*_label(table))
    special = _SPECIAL.get(table)
    values = dict(_values(model, side)) | (dict(special(side)) if special else {}) | given
    made: models.Model = model._base_manager.using("owner").create(**values)
    side.rows.setdefault(table, []).append(made)
    return made


def _label(table: str) -> tuple[str, str]:
    [model] = [model for model in apps.get_models() if model._meta.db_table == table]
    return model._meta.app_label, model._meta.model_name or ""


def _values(model: type[models.Model], side: Side) -> Iterator[tuple[str, Any]]:
    special = _SPECIAL.get(model._meta.db_table)
    stated = set(special(side)) if special and model._meta.db_table not in _COSTLY else set()
    for column in model._meta.local_fields:
        made = column.primary_key and isinstance(column, models.AutoField)
        if made or column.null or column.has_default() or isinstance(column, GeneratedField):
            continue
        if {column.name, column.attname} & stated or isinstance(column, models.CompositePrimaryKey):
            continue
        yield column.name, _value(column, side)


_COSTLY = {"contracts_shortage", "contracts_durationupdate", "contracts_undertaking"}
"""whose special values insert something themselves: they are asked for once"""


def _value(column: Any, side: Side) -> Any:  # noqa: C901, PLR0911 -- a table
    if column.related_model is not None:
        return _related(column.related_model._meta.db_table, side)
    if column.choices:
        return column.choices[0][0]
    match column.get_internal_type():
        case "CharField" | "TextField":
            length = column.max_length or 200
            return f"{side.mark}-{column.name}"[:length] if length > len(side.mark) else str(side.number)
        case "BinaryField":
            return bytes([side.number]) * 32
        case "DateTimeField":
            return FAR if column.name in {"expires_at", "ends_at", "expire_date"} else AT
        case "DateField":
            return LONG_AGO + timedelta(days=side.number)
        case "JSONField":
            return {}
        case "BooleanField":
            return True
        case "DecimalField":
            return Decimal(side.number)
        case "GenericIPAddressField":
            return "127.0.0.1"
        case _:
            return side.number


def _related(table: str, side: Side) -> Any:
    if table == "registry_province":
        return apps.get_model("registry", "Province").objects.using("owner").get(pk=PROVINCES[side.number - 1])
    if table == "registry_district":
        return District.objects.using("owner").filter(province_id=PROVINCES[side.number - 1]).order_by("pk")[0]
    if table == "registry_activity":
        return apps.get_model("registry", "Activity").objects.using("owner").get(pk=ACTIVITY)
    return side.of(table)
